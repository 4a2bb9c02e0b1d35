package fstest

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"ckptbench/algorithms/internal/fs"
)

func TestFault(t *testing.T) {
	broken := errors.New("broken")
	m := NewMem()
	check := func(what string, o Outcome, calls int, want error, f func(*Fault) error) {
		t.Helper()
		fault := NewFault(m, At(calls, o))
		if err := f(fault); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if fault.Calls() != calls {
			t.Errorf("%s: %d calls, want %d", what, fault.Calls(), calls)
		}
	}
	exists := func(name string) bool { _, err := m.Open(name, false); return err == nil }

	check("not done", Outcome{Err: broken}, 1, broken,
		func(f *Fault) error { _, err := f.Create("/a", false); return err })
	if exists("/a") {
		t.Error("a call that failed was done")
	}
	check("done", Outcome{Err: broken, Done: true}, 1, broken,
		func(f *Fault) error { _, err := f.Create("/a", false); return err })
	if !exists("/a") {
		t.Error("a call whose answer is lost was not done")
	}
	write := func(n int, direct bool) func(*Fault) error {
		return func(f *Fault) error {
			file, err := f.Create("/b", direct)
			if err != nil {
				return err
			}
			b := fs.Buffer(2 * fs.Align)
			got, err := file.WriteAt(b, 0)
			if got != n {
				t.Errorf("%d bytes written, want %d", got, n)
			}
			return err
		}
	}
	check("short", ShortWrite(7), 2, io.ErrShortWrite, write(7, false))
	check("short, direct", ShortWrite(fs.Align+7), 2, io.ErrShortWrite, write(fs.Align, true))
	check("none", NoSpace(), 2, syscall.ENOSPC, write(0, false))
	check("all", Outcome{Err: broken, Done: true}, 2, broken, write(2*fs.Align, false))
	dead := NewFault(m, From(2, Outcome{Err: broken}))
	if err := dead.Rename("/a", "/c"); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := dead.Rename("/c", "/a"); !errors.Is(err, broken) {
			t.Error(err)
		}
	}
}

func TestTrace(t *testing.T) {
	tr := NewTrace(NewMem(), "/d")
	mustDo(t, tr.MkdirAll("/d"))
	f, err := tr.Create("/d/a", true)
	if err != nil {
		t.Fatal(err)
	}
	b := fs.Buffer(fs.Align)
	_, writeErr := f.WriteAt(b, 0)
	_, readErr := f.ReadAt(b, 0)
	_, sizeErr := f.Size()
	_, listErr := tr.List("/d")
	mustDo(t, writeErr, readErr, sizeErr, listErr, f.Allocate(9), f.Truncate(8), f.Sync(), f.Close(),
		tr.Rename("/d/a", "/d/b"), tr.SyncDir("/d"), tr.Remove("/d/b"))
	tr.Open("/d/b", false)
	const want = `mkdir .
create a
write a 0+4096
read a 0+4096
size a
list .
allocate a 9
truncate a 8
sync a
close a
rename a -> b
syncdir .
remove b
open b
`
	if got := tr.Cut(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if got := tr.Cut(); got != "" {
		t.Errorf("Cut does not forget: %q", got)
	}
}
