package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The log's files outlive their first names.
func TestRetainLog(t *testing.T) {
	dir := t.TempDir()
	log, kept := filepath.Join(dir, "log"), filepath.Join(dir, "kept")
	s := &Store{opts: Options{Log: Log{Dir: log}}}
	write := func(name string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(log, 0o755), os.WriteFile(filepath.Join(log, name), []byte(name), 0o644),
			s.RetainLog(kept)); err != nil {
			t.Fatal(err)
		}
	}
	write("log-1")
	if err := os.Remove(filepath.Join(log, "log-1")); err != nil {
		t.Fatal(err)
	}
	write("log-2")
	write("log-2") // it has its second name already
	for _, name := range []string{"log-1", "log-2"} {
		if b, err := os.ReadFile(filepath.Join(kept, name)); err != nil || string(b) != name {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// An image that is retained is there, byte for byte, when the store has removed it; and
// of one that is gone the file is named.
func TestRetain(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{
		Algorithm: "plain", New: func(*Env) (Algorithm, error) { return plain{}, nil }, Workers: 1,
		Tables: []TableSpec{{Name: "t", ValueSize: 16, Capacity: 8}}, Images: Images{Dir: filepath.Join(dir, "images")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	var kept, first []string
	var written [][]byte
	for range 4 {
		r, err := s.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(r.Image.Path)
		if err != nil {
			t.Fatal(err)
		}
		names, err := s.Retain(r.Image, filepath.Join(dir, "kept"))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		first, kept, written = append(first, r.Image.Path), append(kept, names...), append(written, b)
	}
	if _, err := os.Stat(first[0]); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the store kept its oldest image: %v", err)
	}
	for i, name := range kept {
		if b, err := os.ReadFile(name); err != nil || !slices.Equal(b, written[i]) {
			t.Errorf("image %d of %d bytes is %d after the store removed it: %v", i, len(written[i]), len(b), err)
		}
	}
	if _, err := s.Retain(ImageInfo{Path: first[0]}, filepath.Join(dir, "other")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an image that is gone was retained: %v", err)
	}
}
