package pairs

import (
	"bytes"
	"context"
	"flag"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenFiles holds pairs with and without a delta file, one of them merged, as they were
// written when format version 1 was fixed.
const goldenFiles = "testdata/version1"

// writeGolden publishes three checkpoints, goes on after a restart, and returns the state.
func writeGolden(t *testing.T, fsys fs.FS) model {
	t.Helper()
	m := model{}
	var s *Set
	restart := func() {
		var err error
		s, err = Open(Options{Dir: dir, FS: fsys, Target: 600, BlockBytes: 150})
		must(t, err)
	}
	stamp := uint64(1 << 40)
	apply := func(table int, key uint64, kind wal.Kind, off, n int) {
		stamp++
		c := wal.Change{Stamp: stamp, Table: table, Key: key, Kind: kind, Off: off,
			Value: bytes.Repeat([]byte{byte(key), byte(n)}, n)[:n]}
		m.apply(c)
		must(t, s.Apply(context.Background(), c))
	}
	publish := func(epoch uint64) { must(t, s.Publish(context.Background(), epoch)) }

	restart()
	for key := range uint64(30) {
		apply(int(key%3), key, wal.KindPut, 0, int(key))
	}
	apply(3, 1<<63, wal.KindPut, 0, 200) // longer than a block
	publish(3)
	for key := range uint64(8) {
		apply(int(key%3), key, wal.KindDelete, 0, 0)
	}
	apply(0, 12, wal.KindSet, 5, 3)
	publish(5)
	s.Close()
	restart()
	apply(0, 15, wal.KindSet, 20, 3)
	apply(1, 16, wal.KindPut, 0, 0)
	publish(1 << 33)
	s.Close()
	return m
}

// The pairs are written, byte for byte, as they were when the format was fixed.
func TestWritesVersion1(t *testing.T) {
	mem := fstest.NewMem()
	writeGolden(t, mem)
	fstest.Golden(t, mem, dir, goldenFiles, *update)
}

// Files of the time when the format was fixed are read as they were written, and take another
// change and publication.
func TestReadsVersion1(t *testing.T) {
	want := writeGolden(t, fstest.NewMem())
	mem := fstest.FromGolden(t, dir, goldenFiles)
	if got, epoch := loaded(t, mem); epoch != 1<<33 || got.differs(want) != "" {
		t.Errorf("epoch %d: %s", epoch, got.differs(want))
	}
	found, err := Verify(context.Background(), mem, dir)
	if must(t, err); !found.OK() {
		t.Error(found)
	}
	s, err := Open(Options{Dir: dir, FS: mem})
	must(t, err)
	c := wal.Change{Stamp: 1 << 50, Table: 1, Key: 16, Kind: wal.KindSet, Off: 3, Value: []byte("x")}
	want.apply(c)
	must(t, s.Apply(context.Background(), c))
	must(t, s.Publish(context.Background(), 1<<34))
	s.Close()
	if got, epoch := loaded(t, mem); epoch != 1<<34 || got.differs(want) != "" {
		t.Errorf("epoch %d: %s", epoch, got.differs(want))
	}
}
