package store

import (
	"context"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

// A Keeper is an Algorithm that keeps records in memory of its own, and on disk
// those that have no room there: see Options.Budget. Slots have heads only, and a
// Rec's versions are not there. It is filled with changes and not with records,
// so that no more of them than it has room for is ever in memory.
type Keeper interface {
	Algorithm

	// Fill lays changes over what is there, before Loaded; later Fills, and of
	// one record the later epoch and stamp, win. It is called by one goroutine.
	Fill(ctx context.Context, src Changes) error
	// Forget takes all Fills back.
	Forget() error

	// Scan calls f with every record of a table that is there or once was, until
	// it returns false; v is nil where it is absent, and good until the next.
	// Find returns the value of one that is there, or nil. No transaction may be
	// running for either.
	Scan(table int, f func(key, stamp uint64, v []byte) bool) error
	Find(table int, key uint64) ([]byte, error)

	// Paging says what the budget led to. It may be called at any time.
	Paging() Paging
}

// Changes are what a Keeper is filled with, in streams read concurrently. The
// changes of one transaction are in one stream, in the order in which they were
// made.
type Changes interface {
	// Streams returns how many there are.
	Streams() int
	// Read calls put with every change of one stream, until it returns an error.
	Read(ctx context.Context, stream int, put func(Change) error) error
}

// A Change is one change of one record.
type Change = wal.Change

// A Paging is what a memory budget led to. Bytes are of the pages of records in
// memory; heads and indexes are not in them, see Memory.Store.
type Paging struct {
	Budget   int64  // 0: none
	Resident int64  // bytes of pages in memory now
	Peak     int64  // at most
	Fetched  uint64 // pages read from a snapshot
	Dropped  uint64 // pages given back to the system
	Over     uint64 // pages brought in beyond the budget: all others that were looked at had changed since the snapshot, or were in use
}

// Paging returns what the memory budget led to so far; nothing without one.
func (s *Store) Paging() Paging {
	if s.keeper == nil {
		return Paging{}
	}
	return s.keeper.Paging()
}

// A loading is what Load is given, as changes.
type loading struct {
	t        *table
	n, parts uint64
	fill     func(i uint64, buf []byte) (key uint64, v []byte)
}

func (l *loading) Streams() int { return int(l.parts) }

func (l *loading) Read(_ context.Context, part int, put func(Change) error) error {
	buf := make([]byte, l.t.spec.ValueSize)
	p := uint64(part)
	for i := l.n * p / l.parts; i < l.n*(p+1)/l.parts; i++ {
		key, v := l.fill(i, buf)
		if err := put(Change{Table: l.t.id, Key: key, Kind: wal.KindPut, Value: v}); err != nil {
			return err
		}
	}
	return nil
}

// An imaged is the records of an image, as changes before any epoch.
type imaged struct {
	im       *image.Image
	parallel int
	counts   []counter
}

func (m *imaged) Streams() int { return 1 }

func (m *imaged) Read(ctx context.Context, _ int, put func(Change) error) error {
	var mu sync.Mutex // put is for one goroutine
	return m.im.Scan(ctx, m.parallel, func(worker int, rec image.Record) error {
		n := &m.counts[worker]
		n.n, n.last = n.n+1, max(n.last, rec.Stamp>>16)
		c := Change{Table: rec.Table, Key: rec.Key, Stamp: rec.Stamp, Kind: wal.KindPut, Value: rec.Value}
		if rec.Absent {
			c.Kind, c.Value = wal.KindDelete, nil
		}
		mu.Lock()
		defer mu.Unlock()
		return put(c)
	})
}

// A counted is the changes of a log, counted.
type counted struct {
	Changes
	n, last atomic.Uint64
}

func (c *counted) Read(ctx context.Context, i int, put func(Change) error) error {
	var n, last uint64
	defer func() {
		c.n.Add(n)
		for was := c.last.Load(); was < last && !c.last.CompareAndSwap(was, last); was = c.last.Load() {
		}
	}()
	return c.Changes.Read(ctx, i, func(ch Change) error {
		n, last = n+1, max(last, ch.Stamp>>16)
		return put(ch)
	})
}

// replayKept is replay for a Keeper: what the log holds is laid over the image.
func (s *Store) replayKept(ctx context.Context, src Source, to uint64, r *Recovery) error {
	w, err := wal.OpenWindow(src.FS, src.Log, r.Point.LogFrom, to)
	if err != nil {
		return err
	}
	if w.To() < r.Point.LogTo {
		return errShort(w.To(), r.Point)
	}
	c := &counted{Changes: w}
	err = s.keeper.Fill(ctx, c)
	r.Changes = s.sum([]counter{{n: c.n.Load(), last: c.last.Load()}})
	return err
}
