package fs_test

import (
	"errors"
	"math/rand/v2"
	"syscall"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A small file is written by these calls, in this order. Whichever of them fails,
// the caller is told, and where none does the bytes outlast a power cut.
func TestWriteFile(t *testing.T) {
	const want = "create a\nwrite a 0+5\nsync a\nclose a\n"
	trace := fstest.NewTrace(fstest.NewMem(), "/")
	if err := fs.WriteFile(trace, "/a", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := trace.Cut(); got != want {
		t.Errorf("the calls are\n%swant\n%s", got, want)
	}
	fails := []fstest.Outcome{{Err: syscall.EIO}, {Err: syscall.EIO, Done: true}, fstest.NoSpace(), fstest.ShortWrite(3)}
	for n := range 4 {
		for _, o := range fails {
			mem := fstest.NewMem()
			trace := fstest.NewTrace(mem, "/")
			err := fs.WriteFile(fstest.NewFault(trace, fstest.At(n+1, o)), "/a", []byte("hello"))
			if !errors.Is(err, o.Err) {
				t.Errorf("call %d fails with %v, and WriteFile with %v", n+1, o.Err, err)
			}
			if calls := trace.Cut(); n > 0 && calls[len(calls)-len("close a\n"):] != "close a\n" {
				t.Errorf("call %d fails, and the file is left open:\n%s", n+1, calls)
			}
		}
	}
	mem := fstest.NewMem()
	if err := errors.Join(mem.MkdirAll("/"), fs.WriteFile(mem, "/a", []byte("hello")), mem.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		after := mem.CrashClone(rand.New(rand.NewPCG(seed, 0)))
		if b, err := fs.ReadFile(after, "/a", 9); string(b) != "hello" || err != nil {
			t.Errorf("seed %d: after a power cut there is %q, %v", seed, b, err)
		}
	}
}
