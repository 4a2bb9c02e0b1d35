package glean

import (
	"bytes"
	"context"
	"flag"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenFiles holds two snapshots of the same tables, the second based on the pages of
// the first, as they were written when the manifest's format was version 2.
const goldenFiles = "testdata/version2"

var goldenTables = []durable.Table{
	{Name: "array", ValueSize: 100, Capacity: 90},
	{Name: "a hash\n", ValueSize: 5000, Capacity: 3, Hash: true},
	{Name: "bare", ValueSize: 0, Capacity: 3},
	{Name: "none", ValueSize: 8, Capacity: 0},
}

// goldenChanges are put in epoch 3, and changed in epochs 5 and 7.
func goldenChanges() []wal.Change {
	var out []wal.Change
	add := func(epoch uint64, table int, key uint64, kind wal.Kind, off, n int) {
		v := bytes.Repeat([]byte{byte(key), byte(n)}, n)[:n]
		out = append(out, wal.Change{Epoch: epoch, Stamp: epoch<<16 | uint64(len(out)), Table: table, Key: key, Kind: kind,
			Off: off, Value: v})
	}
	for key := range uint64(90) {
		add(3, 0, key, wal.KindPut, 0, int(key))
	}
	for i, n := range []int{0, 4000, 5000} {
		add(3, 1, 1<<40<<(8*i), wal.KindPut, 0, n)
		add(3, 2, uint64(i), wal.KindPut, 0, 0)
	}
	add(5, 0, 7, wal.KindSet, 90, 10)
	add(5, 0, 8, wal.KindDelete, 0, 0)
	add(7, 1, 1<<40, wal.KindSet, 3, 5)
	add(7, 1, 1<<48, wal.KindDelete, 0, 0)
	return out
}

// writeGolden loads the state of epoch 3 and gleans the epochs up to 7.
func writeGolden(t *testing.T, fsys fs.FS) {
	t.Helper()
	d := open(t, Options{FS: fsys, Tables: goldenTables, Partitions: 2, Fanout: 2, Tombstones: true})
	_, err := d.Load(context.Background(), window(goldenChanges(), 0, 3, 1), 3)
	must(t, err)
	d.glean(t, goldenChanges(), 7, 1)
}

// The gleaner writes, byte for byte, what it wrote when the format was fixed.
func TestWritesVersion2(t *testing.T) {
	m := fstest.NewMem()
	writeGolden(t, m)
	fstest.Golden(t, m, dir, goldenFiles, *update)
}

// Snapshots of the time when the format was fixed are read as they were written: the newest
// snapshot, and the one before where that is damaged.
func TestReadsVersion2(t *testing.T) {
	m := fstest.FromGolden(t, dir, goldenFiles)
	for _, f := range found(t, m) {
		if len(f.Damage) > 0 {
			t.Errorf("%s: %v", f.Name, f.Damage)
		}
	}
	o := Options{FS: m, Tables: goldenTables, ReadOnly: true}
	same(t, "the newest", open(t, o).Current(), replay(goldenChanges(), 7, true))
	must(t, m.Remove(dir+"/snapshot-00000002"))
	same(t, "the one before", open(t, o).Current(), replay(goldenChanges(), 3, true))
}

// A manifest that is longer than any can be is damage: the snapshot before is used.
func TestLongManifest(t *testing.T) {
	m := fstest.FromGolden(t, dir, goldenFiles)
	must(t, fs.WriteFile(m, dir+"/snapshot-00000003", make([]byte, maxManifest+1)))
	d := open(t, Options{FS: m, Tables: goldenTables, ReadOnly: true})
	if sn := d.Current(); sn == nil || sn.Number() != 2 || len(d.Problems()) != 1 {
		t.Errorf("the newest snapshot is %v; problems %v", sn, d.Problems())
	}
}
