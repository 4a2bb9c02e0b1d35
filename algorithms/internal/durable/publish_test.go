package durable

import (
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// published returns a Mem in which the file is published with a text, and what it holds.
func published(t *testing.T, text string) *fstest.Mem {
	t.Helper()
	m := fstest.NewMem()
	if err := m.MkdirAll("d"); err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(m, "d/f", []byte(text)); err != nil {
		t.Fatal(err)
	}
	return m
}

// The order of the calls is what makes a crash harmless.
func TestPublishCalls(t *testing.T) {
	m := published(t, "old")
	trace := fstest.NewTrace(m, "d")
	if _, err := Publish(trace, "d/f", []byte("new")); err != nil {
		t.Fatal(err)
	}
	const want = `create f.tmp
write f.tmp 0+3
sync f.tmp
close f.tmp
rename f.tmp -> f
syncdir .
`
	if got := trace.Cut(); got != want {
		t.Errorf("calls\n%swant\n%s", got, want)
	}
}

// Whichever call fails, and whatever a power cut leaves then, the file is the old or the
// new one, and the old one for certain where Publish says so. No temporary file stays.
func TestPublishFails(t *testing.T) {
	calls := fstest.NewFault(published(t, "old"), nil)
	if _, err := Publish(calls, "d/f", []byte("new")); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= calls.Calls(); n++ {
		for _, done := range []bool{false, true} {
			m := published(t, "old")
			unsure, err := Publish(fstest.NewFault(m, fstest.At(n, fstest.Outcome{Err: errTest, Done: done})), "d/f",
				[]byte("new"))
			if err == nil {
				t.Fatalf("call %d failed, and Publish did not", n)
			}
			names, err := m.List("d")
			if err != nil || len(names) != 1 {
				t.Errorf("call %d failed: files %q, %v", n, names, err)
			}
			for seed := range uint64(10) {
				b, err := fs.ReadFile(m.CrashClone(rand.New(rand.NewPCG(seed, 1))), "d/f", 9)
				if got := string(b); err != nil || got != "old" && (got != "new" || !unsure) {
					t.Errorf("call %d failed, unsure %t: a power cut leaves %q, %v", n, unsure, got, err)
				}
			}
		}
	}
}
