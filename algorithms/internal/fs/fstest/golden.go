package fstest

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/fs"
)

// maxGolden bounds the bytes of a golden file.
// A file that is larger was not meant to be one.
const maxGolden = 1 << 24

// Golden compares the files of the folder dir in fsys with those of a golden folder
// of the operating system, byte for byte. With update it writes the golden folder anew.
// Both folders are read in full, so every file counts, and no other.
func Golden(t testing.TB, fsys fs.FS, dir, golden string, update bool) {
	t.Helper()
	got := files(t, fsys, dir)
	if update {
		rewrite(t, golden, got)
	}
	want := files(t, fs.OS(), golden)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if b, ok := got[name]; !ok {
			t.Errorf("%s is not written any more", name)
		} else if !bytes.Equal(b, want[name]) {
			t.Errorf("%s differs from %s at byte %d; a changed format needs a new version", name, golden, differ(b, want[name]))
		}
		// What is left in got afterwards is in no golden file.
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is written, and is not in %s", name, golden)
	}
}

// FromGolden returns a Mem in which the folder dir holds the files of a golden folder,
// all durable.
// It is for tests that today's readers read what earlier writers wrote.
func FromGolden(t testing.TB, dir, golden string) *Mem {
	t.Helper()
	m := NewMem()
	if err := m.MkdirAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, b := range files(t, fs.OS(), golden) {
		if err := fs.WriteFile(m, filepath.Join(dir, name), b); err != nil {
			t.Fatal(err)
		}
	}
	// fs.WriteFile has synced the bytes; this is for the names.
	if err := m.SyncDir(dir); err != nil {
		t.Fatal(err)
	}
	return m
}

// files returns what the files of a folder hold, by name.
func files(t testing.TB, fsys fs.FS, dir string) map[string][]byte {
	t.Helper()
	names, err := fsys.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		if out[name], err = fs.ReadFile(fsys, filepath.Join(dir, name), maxGolden); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// rewrite makes files all that a golden folder holds.
func rewrite(t testing.TB, golden string, files map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(golden); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(golden, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(golden, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// differ returns the offset of the first byte in which a and b differ.
func differ(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
