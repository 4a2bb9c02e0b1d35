package store

import (
	"context"
	"sync"
	"sync/atomic"

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
	// it returns false; v is nil where it is absent, and valid until the next.
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
	// pages brought in beyond the budget: all others that were looked at had changed since the
	// snapshot, or were in use
	Over uint64
}

// Paging returns what the memory budget led to so far; nothing without one.
func (s *Store) Paging() Paging { return s.backing.paging() }

// paged is the backing of a Keeper, which is given changes and not records.
type paged struct {
	s   *Store
	alg Keeper
}

func (b paged) load(l *loading) error { return b.alg.Fill(context.Background(), loadChanges{l}) }

func (b paged) put(ctx context.Context, scan scanner, parallel int, counts []counter) error {
	return b.alg.Fill(ctx, &putChanges{scan, parallel, counts})
}

// redo lays what the log holds over what was put.
func (b paged) redo(ctx context.Context, src Source, to uint64, r *Recovery) error {
	w, err := wal.OpenWindow(src.FS, src.Log, r.Point.LogFrom, to)
	if err != nil {
		return err
	}
	if w.To() < r.Point.LogTo {
		return errShort(w.To(), r.Point)
	}
	c := &counted{Changes: w}
	err = b.alg.Fill(ctx, c)
	r.Changes = b.s.sum([]counter{{n: c.n.Load(), last: c.last.Load()}})
	return err
}

func (b paged) scan(t *table, f func(key, stamp uint64, v []byte) bool) error {
	return b.alg.Scan(t.id, f)
}

func (b paged) find(t *table, key uint64) ([]byte, error) {
	if t.index == nil && key >= t.spec.Capacity {
		return nil, nil
	}
	return b.alg.Find(t.id, key)
}

func (b paged) forget() error { return b.alg.Forget() }

func (paged) count(n uint64) uint64 { return n }

func (b paged) paging() Paging { return b.alg.Paging() }

// loadChanges are what Load is given, as changes.
type loadChanges struct{ *loading }

func (l loadChanges) Streams() int { return l.parts }

func (l loadChanges) Read(_ context.Context, stream int, put func(Change) error) error {
	return l.part(stream, func(key uint64, v []byte) error {
		return put(Change{Table: l.t.id, Key: key, Kind: wal.KindPut, Value: v})
	})
}

// putChanges are the records of an image, as changes before any epoch.
type putChanges struct {
	scan     scanner
	parallel int
	counts   []counter
}

func (m *putChanges) Streams() int { return 1 }

func (m *putChanges) Read(ctx context.Context, _ int, put func(Change) error) error {
	var mu sync.Mutex // put is for one goroutine
	return m.scan(ctx, m.parallel, func(worker int, rec ImageRecord) error {
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

// Read implements Changes. Several streams may be read at once.
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
