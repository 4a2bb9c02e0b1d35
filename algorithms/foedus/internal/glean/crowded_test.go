package glean

import (
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

// Every snapshot changes one page, and leaves one of its own in use: the files, and
// the ids in their names, would run out. Before that all pages are written anew,
// though there is little garbage.
func TestCrowded(t *testing.T) {
	mem := fstest.NewMem()
	tables := []durable.Table{{Name: "t", ValueSize: 100, Capacity: 4000}}
	d := begun(t, Options{FS: mem, Tables: tables, Partitions: 2, Garbage: -1})
	d.most = 16
	var changes []wal.Change
	rewritten := 0
	for epoch := uint64(1); epoch <= 60; epoch++ {
		// A leaf page of its own for each epoch, as far as there are some.
		key := epoch * 61 % 4000
		changes = append(changes,
			wal.Change{Epoch: epoch, Stamp: epoch, Key: key, Kind: wal.KindPut, Value: []byte{byte(epoch)}})
		if d.glean(t, changes, epoch, 1).Rewritten {
			rewritten++
		}
		if n := len(d.Current().m.files); n > d.most/2+1 {
			t.Fatalf("snapshot of epoch %d: %d files, of %d that a manifest may name", epoch, n, d.most)
		}
	}
	if rewritten == 0 || rewritten > 30 {
		t.Errorf("all pages were written anew %d times of 60", rewritten)
	}
	same(t, "last", d.Current(), replay(changes, 60, false))
}

// A manifest that could not be read is not written: the snapshot before stays.
func TestCommitRefuses(t *testing.T) {
	mem := fstest.NewMem()
	d := begun(t, Options{FS: mem, Tables: []durable.Table{{Name: "t", ValueSize: 100, Capacity: 700}}})
	before := d.Current()
	m := *before.m
	m.number++
	m.files = nil
	for i := range fileID(maxFiles + 2) {
		m.files = append(m.files, file{id: fileID(1)<<8 + i, size: 2 * unit, live: unit})
	}
	if maybe, err := d.commit(&m); err == nil || maybe {
		t.Errorf("a manifest of %d files was written: %v", len(m.files), err)
	}
	m.files = []file{{id: 0, size: 2 * unit, live: unit}}
	if maybe, err := d.commit(&m); err == nil || maybe {
		t.Errorf("a manifest with an impossible file was written: %v", err)
	}
	again, err := Open(d.o)
	if err != nil || again.Current().Number() != before.Number() {
		t.Errorf("snapshot %v, %v", again.Current(), err)
	}
}
