package fuzzy

import (
	"context"
	"encoding/binary"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// The checkpoint record is a list of what is active and what is dirty, 8 bytes
// each, made in one allocation: its size decides the pause.
func TestRecordIsAListOfKeys(t *testing.T) {
	var f *fuzzy
	s, err := store.Open(store.Options{
		Algorithm: "fuzzy", Workers: 1, NeedsLog: true,
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := New(env)
			f, _ = a.(*fuzzy)
			return a, err
		},
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 1000}},
		Images: store.Images{Dir: "images", FS: fstest.NewMem()}, Log: store.Log{Dir: "log"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for _, ordinal := range []uint64{3, 64, 999} {
		f.mark(ordinal)
	}
	b := f.record(f.table[f.cur.Load()])
	want := []uint64{0, 3, 64, 999}
	if len(b) != 8*len(want) || cap(b) != len(b) {
		t.Fatalf("%d bytes of %d, want %d", len(b), cap(b), 8*len(want))
	}
	for i, x := range want {
		if got := binary.LittleEndian.Uint64(b[8*i:]); got != x {
			t.Errorf("entry %d is %d, want %d", i, got, x)
		}
	}
	if _, err := s.Checkpoint(context.Background()); err != nil {
		t.Error(err)
	}
}
