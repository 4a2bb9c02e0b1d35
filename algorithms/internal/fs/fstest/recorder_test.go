package fstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/fs"
)

// work does what checkpoints and logs do, at random: files of some pages, written,
// synced, renamed over each other and removed.
func work(t *testing.T, fsys fs.FS, rng *rand.Rand) {
	t.Helper()
	mustDo(t, fsys.MkdirAll("/d"))
	for range 30 {
		name := fmt.Sprintf("/d/%d", rng.IntN(4))
		f, err := fsys.Create(name+".tmp", rng.IntN(2) == 0)
		mustDo(t, err)
		b := fs.Buffer(fs.Align * (1 + rng.IntN(3)))
		b[0] = byte(1 + rng.IntN(255))
		for n := range 3 {
			_, err := f.WriteAt(b, int64(n*fs.Align))
			mustDo(t, err)
			if rng.IntN(3) == 0 {
				mustDo(t, f.Sync())
			}
		}
		if rng.IntN(4) == 0 {
			mustDo(t, f.Allocate(8*fs.Align))
		}
		mustDo(t, f.Truncate(int64(rng.IntN(5000))), f.Sync(), fsys.Rename(name+".tmp", name), f.Close())
		if rng.IntN(2) == 0 {
			mustDo(t, fsys.SyncDir("/d"))
		}
		if rng.IntN(4) == 0 {
			mustDo(t, fsys.Remove(name))
		}
	}
}

// contents returns every file of a folder as text.
func contents(t *testing.T, m *Mem) string {
	t.Helper()
	names, err := m.List("/d")
	mustDo(t, err)
	text := ""
	for _, name := range names {
		b, err := fs.ReadFile(m, filepath.Join("/d", name), 1<<20)
		mustDo(t, err)
		text += fmt.Sprintf("%s %d %x\n", name, len(b), b)
	}
	return text
}

// What is played from a journal is what was recorded, for the program and after every
// power cut: one by one, the records lead through the same states.
func TestRecordAndPlay(t *testing.T) {
	for seed := range uint64(20) {
		var journal bytes.Buffer
		real := NewMem()
		rec := NewRecorder(real, &journal)
		work(t, rec, rand.New(rand.NewPCG(seed, 1)))
		if _, err := rec.WriteAt([]byte("note"), 7); err != nil {
			t.Fatal(err)
		}
		records, err := ReadJournal(bytes.NewReader(journal.Bytes()))
		mustDo(t, err)
		played := NewMem()
		p := NewPlayer(played)
		for _, r := range records {
			mustDo(t, p.Play(r))
		}
		if n := len(records); n == 0 || records[n-1].Op != "note" || records[n-1].Off != 7 ||
			string(records[n-1].Data) != "note" {
			t.Fatalf("the note is not the last of %d records", n)
		}
		if got, want := contents(t, played), contents(t, real); got != want {
			t.Fatalf("seed %d: played\n%swant\n%s", seed, got, want)
		}
		for cut := range uint64(20) {
			got, want := played.CrashClone(rand.New(rand.NewPCG(cut, 0))), real.CrashClone(rand.New(rand.NewPCG(cut, 0)))
			if got, want := contents(t, got), contents(t, want); got != want {
				t.Fatalf("seed %d, cut %d: played\n%swant\n%s", seed, cut, got, want)
			}
		}
	}
}

// A journal that ends within a record is read up to there; one that is damaged is an
// error.
func TestTornJournal(t *testing.T) {
	var journal bytes.Buffer
	rec := NewRecorder(NewMem(), &journal)
	mustDo(t, rec.MkdirAll("/d"))
	whole := journal.Len()
	f, err := rec.Create("/d/a", false)
	mustDo(t, err)
	_, err = f.WriteAt([]byte("hello"), 3)
	mustDo(t, err, f.Close())
	b := journal.Bytes()
	for n := range len(b) + 1 {
		records, err := ReadJournal(bytes.NewReader(b[:n]))
		if err != nil || n >= whole && len(records) == 0 || n == len(b) && len(records) != 4 {
			t.Errorf("%d of %d bytes: %d records, %v", n, len(b), len(records), err)
		}
	}
	damaged := slices.Clone(b)
	damaged[whole+12] ^= 1
	if records, err := ReadJournal(bytes.NewReader(damaged)); err == nil || len(records) != 1 {
		t.Errorf("a damaged journal: %d records, %v", len(records), err)
	}
	if err := NewPlayer(NewMem()).Play(Record{Op: "write", File: 9}); err == nil {
		t.Error("a file that is not open was written")
	}
}

// A file that was opened before it is renamed, or removed, is the same file after.
func TestPlayHandles(t *testing.T) {
	var journal bytes.Buffer
	rec := NewRecorder(NewMem(), &journal)
	f, err := rec.Create("/a", false)
	mustDo(t, err, rec.Rename("/a", "/b"))
	_, err = f.WriteAt([]byte("x"), 0)
	mustDo(t, err, f.Sync(), rec.SyncDir("/"))
	g, err := rec.Open("/b", false)
	mustDo(t, err, rec.Remove("/b"), g.Close(), f.Close())
	records, err := ReadJournal(&journal)
	mustDo(t, err)
	m := NewMem()
	p := NewPlayer(m)
	for _, r := range records {
		mustDo(t, p.Play(r))
	}
	checkOutcomes(t, "removed, and not durably", outcomes(m, tree), "", "b=x")
}
