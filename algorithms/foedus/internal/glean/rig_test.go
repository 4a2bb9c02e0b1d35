package glean

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

// A log is a Source in memory.
type log struct {
	streams [][]wal.Change
	fail    error // what stream 0 ends with
}

func (l *log) Streams() int { return len(l.streams) }

func (l *log) Read(ctx context.Context, i int, f func(wal.Change) error) error {
	buf := make([]byte, 0, 64)
	for _, c := range l.streams[i] {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		buf = append(buf[:0], c.Value...)
		c.Value = buf
		if err := f(c); err != nil {
			return err
		}
		for i := range buf { // nobody may have kept it
			buf[i] = 0xee
		}
	}
	if i == 0 {
		return l.fail
	}
	return nil
}

// window is the part of a log with the epochs in (from, to], in n streams.
func window(changes []wal.Change, from, to uint64, n int) *log {
	l := &log{streams: make([][]wal.Change, n)}
	for _, c := range changes {
		if c.Epoch > from && c.Epoch <= to {
			i := int(c.Stamp % uint64(n)) // a transaction is in one stream
			l.streams[i] = append(l.streams[i], c)
		}
	}
	return l
}

var testTables = []durable.Table{
	{Name: "array", ValueSize: 100, Capacity: 700},
	{Name: "hash", ValueSize: 100, Capacity: 300, Hash: true},
	{Name: "wide", ValueSize: 5000, Capacity: 9, Hash: true},
	{Name: "bare", ValueSize: 0, Capacity: 3},
	{Name: "none", ValueSize: 8, Capacity: 0},
}

// history is n transactions of a few changes each, some of one record several
// times, over ascending epochs with holes.
func history(rng *rand.Rand, tables []durable.Table, n int) []wal.Change {
	var out []wal.Change
	epoch := uint64(1)
	for stamp := uint64(1); stamp <= uint64(n); stamp++ {
		if rng.IntN(8) == 0 {
			epoch += 1 + rng.Uint64N(3)
		}
		for range 1 + rng.IntN(4) {
			t := rng.IntN(len(tables))
			if tables[t].Capacity == 0 {
				continue
			}
			c := wal.Change{Epoch: epoch, Stamp: stamp, Table: t, Key: rng.Uint64N(tables[t].Capacity)}
			if rng.IntN(2) == 0 {
				c.Key %= 10
			}
			for range 1 + rng.IntN(2) {
				out = append(out, alter(rng, c, tables[t].ValueSize))
			}
		}
	}
	return out
}

func alter(rng *rand.Rand, c wal.Change, size int) wal.Change {
	switch c.Kind = wal.Kind(1 + rng.IntN(3)); c.Kind {
	case wal.KindSet:
		c.Off = rng.IntN(size + 1)
		c.Value = make([]byte, rng.IntN(min(size-c.Off, 20)+1))
	case wal.KindPut:
		c.Value = make([]byte, rng.IntN(size+1))
	}
	for i := range c.Value {
		c.Value[i] = byte(rng.Uint32())
	}
	return c
}

// A state is what a snapshot should hold; a reckoning of its own.
type state map[[2]uint64]durable.Record

// replay is the state after all changes of epochs up to until.
func replay(changes []wal.Change, until uint64, stones bool) state {
	s := state{}
	for _, c := range changes {
		if c.Epoch > until {
			continue
		}
		at := [2]uint64{uint64(c.Table), c.Key}
		v := slices.Clone(s[at].Value)
		switch c.Kind {
		case wal.KindPut:
			v = slices.Clone(c.Value)
		case wal.KindSet:
			if end := c.Off + len(c.Value); end > len(v) {
				v = append(v, make([]byte, end-len(v))...)
			}
			copy(v[c.Off:], c.Value)
		}
		s[at] = durable.Record{Table: c.Table, Key: c.Key, Stamp: c.Stamp, Value: v}
		if c.Kind == wal.KindDelete {
			s[at] = durable.Record{Table: c.Table, Key: c.Key, Stamp: c.Stamp, Absent: true}
		}
	}
	if !stones {
		for at, r := range s {
			if r.Absent {
				delete(s, at)
			}
		}
	}
	return s
}

// same compares a snapshot with a state: by scanning it, and record by record.
func same(t *testing.T, what string, sn *Snapshot, want state) {
	t.Helper()
	n := 0
	err := sn.Scan(context.Background(), func(r durable.Record) error {
		n++
		w, ok := want[[2]uint64{uint64(r.Table), r.Key}]
		if !ok || w.Stamp != r.Stamp || w.Absent != r.Absent || string(w.Value) != string(r.Value) {
			return fmt.Errorf("record %v, want %v", r, w)
		}
		return nil
	})
	if err != nil || n != len(want) {
		t.Fatalf("%s: %d records, want %d: %v", what, n, len(want), err)
	}
	for at, w := range want {
		r, ok, err := sn.Read(int(at[0]), at[1])
		if err != nil || !ok || r.Stamp != w.Stamp || string(r.Value) != string(w.Value) {
			t.Fatalf("%s: read %v: %v, %v, %v, want %v", what, at, r, ok, err, w)
		}
	}
	if err := sn.Verify(context.Background()); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, o Options) *Dir {
	t.Helper()
	if o.FS == nil {
		o.FS = fstest.NewMem()
	}
	if o.Tables == nil {
		o.Tables = testTables
	}
	o.Dir = dir
	d, err := Open(o)
	must(t, err)
	t.Cleanup(d.Close)
	return d
}

// begun is open with an empty snapshot to begin with.
func begun(t *testing.T, o Options) *Dir {
	t.Helper()
	d := open(t, o)
	_, err := d.Load(context.Background(), &log{}, 0)
	must(t, err)
	return d
}

func (d *Dir) glean(t *testing.T, changes []wal.Change, until uint64, streams int) Stats {
	t.Helper()
	st, err := d.Glean(context.Background(), window(changes, d.Current().Until(), until, streams), until)
	must(t, err)
	return st
}

func last(changes []wal.Change) uint64 {
	return slices.MaxFunc(changes, func(a, b wal.Change) int { return cmp.Compare(a.Epoch, b.Epoch) }).Epoch
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
