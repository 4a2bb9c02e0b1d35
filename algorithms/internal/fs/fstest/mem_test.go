package fstest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs"
)

// outcomes returns what many power cuts leave, as text by see, and how often.
func outcomes(m *Mem, see func(*Mem) string) map[string]int {
	seen := map[string]int{}
	for seed := range uint64(400) {
		seen[see(m.CrashClone(rand.New(rand.NewPCG(seed, 0))))]++
	}
	return seen
}

func checkOutcomes(t *testing.T, what string, seen map[string]int, want ...string) {
	t.Helper()
	for _, w := range want {
		if seen[w] == 0 {
			t.Errorf("%s: %q never happens: %v", what, w, seen)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%s: got %v, want any of %q", what, seen, want)
	}
}

func create(t *testing.T, m *Mem, name, content string) fs.File {
	t.Helper()
	f, err := m.Create(name, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, content, 0)
	return f
}

func write(t *testing.T, f fs.File, content string, off int64) {
	t.Helper()
	if _, err := f.WriteAt([]byte(content), off); err != nil {
		t.Fatal(err)
	}
}

func mustDo(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tree shows the names and, of each page, the first byte.
func tree(m *Mem) string {
	names, _ := m.List("/")
	for i, name := range names {
		b, err := fs.ReadFile(m, "/"+name, 1<<20)
		if err != nil {
			return err.Error()
		}
		names[i] += "="
		for ; len(b) > 0; b = b[min(fs.Align, len(b)):] {
			names[i] += strings.ReplaceAll(string(b[:1]), "\x00", "0")
		}
	}
	return strings.Join(names, " ")
}

func TestCrashNames(t *testing.T) {
	m := NewMem()
	f := create(t, m, "/a", "1")
	mustDo(t, f.Sync())
	checkOutcomes(t, "created", outcomes(m, tree), "", "a=1")
	mustDo(t, m.SyncDir("/"))
	checkOutcomes(t, "synced", outcomes(m, tree), "a=1")
	mustDo(t, m.Rename("/a", "/b"))
	checkOutcomes(t, "renamed", outcomes(m, tree), "a=1", "b=1")
	mustDo(t, create(t, m, "/c", "2").Sync())
	checkOutcomes(t, "reordered", outcomes(m, tree), "a=1", "b=1", "a=1 c=2", "b=1 c=2")
	mustDo(t, m.SyncDir("/"), m.Remove("/b"))
	checkOutcomes(t, "removed", outcomes(m, tree), "c=2", "b=1 c=2")
	mustDo(t, m.SyncDir("/"))
	checkOutcomes(t, "all synced", outcomes(m, tree), "c=2")
}

func TestCrashWrites(t *testing.T) {
	m := NewMem()
	f := create(t, m, "/f", "1")
	write(t, f, "1", fs.Align)
	mustDo(t, f.Sync(), m.SyncDir("/"))
	write(t, f, "2", 0)
	write(t, f, "2", fs.Align)
	checkOutcomes(t, "two pages", outcomes(m, tree), "f=11", "f=12", "f=21", "f=22")
	mustDo(t, f.Sync())
	write(t, f, "3", 0)
	write(t, f, "4", 0)
	checkOutcomes(t, "one page twice", outcomes(m, tree), "f=22", "f=32", "f=42")
	mustDo(t, f.Sync())
	write(t, f, "5", 2*fs.Align)
	checkOutcomes(t, "longer", outcomes(m, tree), "f=42", "f=420", "f=425")
	mustDo(t, f.Sync(), f.Truncate(1))
	checkOutcomes(t, "shorter", outcomes(m, tree), "f=425", "f=4", "f=400", "f=405", "f=420")
}

// A clone is a file system of its own, and what is in it is durable.
func TestCrashClone(t *testing.T) {
	m := NewMem()
	f := create(t, m, "/f", "1")
	mustDo(t, f.Sync(), m.SyncDir("/"))
	c := m.CrashClone(rand.New(rand.NewPCG(1, 1)))
	write(t, f, "2", 0)
	create(t, m, "/g", "3")
	if got := outcomes(c, tree); len(got) != 1 || got["f=1"] == 0 {
		t.Errorf("the clone is not durable, or not by itself: %v", got)
	}
	mustDo(t, c.MkdirAll("/d"))
	if _, err := m.List("/d"); err == nil {
		t.Error("the clone and the original share their folders")
	}
}

// A sync that fails once leaves the pages clean: the next one finds nothing to
// write, though they are read back. What is written again is written.
func TestFailedSyncCleansPages(t *testing.T) {
	m := NewMem()
	fail := true
	fsys := Hook(m, func(c Call) Outcome {
		if c.Op == "sync" && fail {
			fail = false
			return NoSpace()
		}
		return Outcome{}
	})
	f, err := fsys.Create("/a", false)
	mustDo(t, err, m.SyncDir("/"))
	write(t, f, "x", 0)
	write(t, f, "y", fs.Align)
	if f.Sync() == nil {
		t.Fatal("the failure was not reported")
	}
	mustDo(t, f.Sync())
	if got := tree(m); got != "a=xy" {
		t.Errorf("read back as %q", got)
	}
	seen := outcomes(m, tree)
	if len(seen) < 2 || seen["a="] == 0 {
		t.Errorf("the second sync made durable what the first did not: %v", seen)
	}
	write(t, f, "x", 0)
	write(t, f, "y", fs.Align)
	write(t, f, "z", 2*fs.Align)
	mustDo(t, f.Sync())
	checkOutcomes(t, "written again", outcomes(m, tree), "a=xyz")
}

// A process that is killed loses nothing, and makes nothing durable: what a power
// cut could take before it can take after.
func TestKillClone(t *testing.T) {
	m := NewMem()
	f := create(t, m, "/a", "1")
	mustDo(t, f.Sync(), m.SyncDir("/"))
	write(t, f, "2", 0)
	create(t, m, "/b", "3")
	c := m.KillClone()
	if got := tree(c); got != "a=2 b=3" {
		t.Errorf("a killed process leaves %q", got)
	}
	write(t, f, "4", 0)
	checkOutcomes(t, "killed, then a power cut", outcomes(c, tree), "a=1", "a=2", "a=1 b=", "a=2 b=", "a=1 b=0", "a=2 b=0",
		"a=1 b=3", "a=2 b=3")
	mustDo(t, c.SyncDir("/"))
	g, err := c.Open("/b", false)
	mustDo(t, err, g.Sync())
	checkOutcomes(t, "killed, then synced", outcomes(c, tree), "a=1 b=3", "a=2 b=3")
}
