package wal

import (
	"bytes"
	"flag"
	"reflect"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenFiles holds the log of three sessions, as it was written when headers got a word
// about gaps.
const goldenFiles = "testdata/gaps"

// A goldenLog is what such a log holds.
type goldenLog struct {
	changes []Change
	notes   []Note
}

// commit commits changes of worker i, each of its own kind.
func (g *goldenLog) commit(l *Log, i int, stamp uint64, key uint64, n int) {
	b := l.Worker(i)
	v := bytes.Repeat([]byte{byte(n), byte(key)}, n)
	b.Begin()
	b.Put(0, key, v)
	b.Set(200, key, 300, v[:n/2])
	b.Delete(1<<20, key)
	c := Change{Epoch: b.Commit(stamp), Stamp: stamp, Key: key}
	put, set, del := c, c, c
	put.Kind, put.Value = KindPut, v
	set.Kind, set.Table, set.Off, set.Value = KindSet, 200, 300, v[:n/2]
	del.Kind, del.Table = KindDelete, 1<<20
	g.changes = append(g.changes, put, set, del)
}

// note writes a note, in an epoch of its own.
func (g *goldenLog) note(t *testing.T, l *Log, kind byte, data []byte) {
	t.Helper()
	e, err := l.Note(t.Context(), kind, data)
	if err != nil {
		t.Fatal(err)
	}
	step(t, l)
	g.notes = append(g.notes, Note{Epoch: e, Kind: kind, Data: data})
}

// writeGolden writes a session of two loggers with notes, one in several segments, and
// one that goes on from a state above the end of the log. What two loggers write to one
// folder is the same each time as long as neither begins a second segment.
func writeGolden(t *testing.T, fsys fs.FS) *goldenLog {
	t.Helper()
	g := &goldenLog{}
	l := manual(t, Options{FS: fsys, Workers: 2, Loggers: 2, Sync: true})
	for i := range uint64(4) {
		g.commit(l, int(i%2), (i+1)<<16|i%2, i, int(7*i))
		step(t, l)
	}
	g.note(t, l, 7, bytes.Repeat([]byte("note"), 700)) // longer than a quarter of the ring: in three chunks
	closeLog(t, l)
	l = manual(t, Options{FS: fsys, Workers: 1, SegmentBytes: 300})
	for i := range uint64(4) {
		g.commit(l, 0, (i+11)<<16, i, 40)
		step(t, l)
	}
	end := l.Durable()
	closeLog(t, l)
	g.changes, g.notes = nil, nil // the next session cannot be replayed from before its state
	l = manual(t, Options{FS: fsys, Workers: 1, Sync: true, After: end + 100, Above: end + 200})
	g.commit(l, 0, 21<<16, 9, 3000)
	step(t, l)
	g.note(t, l, 1, nil)
	closeLog(t, l)
	return g
}

func closeLog(t *testing.T, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// The loggers write, byte for byte, what they wrote when the format was fixed.
func TestWritesGapsFormat(t *testing.T) {
	m := fstest.NewMem()
	writeGolden(t, m)
	fstest.Golden(t, m, dir, goldenFiles, *update)
}

// A log of the time when the format was fixed is replayed as it was written.
func TestReadsGapsFormat(t *testing.T) {
	want := writeGolden(t, fstest.NewMem())
	m := fstest.FromGolden(t, dir, goldenFiles)
	gaps, err := Gaps(m, dir)
	if err != nil || len(gaps) != 1 || gaps[0].After != 11 || gaps[0].Known != 110 || gaps[0].Until != 210 {
		t.Fatalf("gaps %+v, %v", gaps, err)
	}
	var got []Change
	info, err := Replay(t.Context(), m, dir, gaps[0].Known, 0, 1, func(_ int, c Change) error {
		c.Value = bytes.Clone(c.Value)
		got = append(got, c)
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, want.changes) || !reflect.DeepEqual(info.Notes, want.notes) {
		t.Errorf("changes %+v, notes %+v, %v\nwant %+v and %+v", got, info.Notes, err, want.changes, want.notes)
	}
	if _, err := keysOf(t, m, gaps[0].After, 0); !isDamage(err) {
		t.Errorf("replay from before the gap: %v, want a Damage", err)
	}
	before := []uint64{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3}
	if keys, err := keysOf(t, m, 0, gaps[0].After); err != nil || !slices.Equal(keys, before) {
		t.Errorf("replay up to the gap: keys %v, %v", keys, err)
	}
}
