package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ckptbench/algorithms/internal/wal"
)

// A backing is where a store's records are: what fills it before Start and reads it
// while no transaction runs. Open chooses one for good. Transactions do not come by
// here: they have the algorithm.
type backing interface {
	// load makes records present, before Start.
	load(l *loading) error
	// put lays records over what is there, in place of whatever older version each
	// has, and counts those that each worker put first in counts.
	put(ctx context.Context, scan scanner, parallel int, counts []counter) error
	// redo applies what src's log holds after r.Point, up to epoch to or, where that
	// is 0, to its durable end, and says in r what that was.
	redo(ctx context.Context, src Source, to uint64, r *Recovery) error
	// scan calls f with every record of a table that is there or once was, until it
	// returns false; v is nil where it is absent, and good until the next.
	scan(t *table, f func(key, stamp uint64, v []byte) bool) error
	// find returns the value of a record that is there, or nil. It is good until a
	// transaction writes it.
	find(t *table, key uint64) ([]byte, error)
	// forget makes every record one that never was, before Start.
	forget() error
	// count returns how many records there are after a put, of which the workers
	// counted n.
	count(n uint64) uint64
	// paging says what a memory budget led to. It may be called at any time.
	paging() Paging
}

// A scanner hands every record of a state over, from up to parallel goroutines, each
// of which is a worker from 0 on: image.Image's Scan, or a Saved's.
type scanner = func(ctx context.Context, parallel int, f func(worker int, r ImageRecord) error) error

// chooseBacking returns the backing that the algorithm asks for.
func (s *Store) chooseBacking() (backing, error) {
	o := &s.opts
	keeper, keeps := s.alg.(Keeper)
	loader, loads := s.alg.(Loader)
	switch {
	case keeps != (o.Budget > 0):
		return nil, fmt.Errorf("a memory budget of %d bytes, and an algorithm that is a keeper of records: %t",
			o.Budget, keeps)
	case !loads && (o.Restore != "" || o.Versions == 0):
		return nil, fmt.Errorf("%s keeps its records in slots: there is no other way to restore them", o.Algorithm)
	case keeps:
		return paged{s, keeper}, nil
	case loads:
		return loaded{slots{s}, loader}, nil
	}
	return slots{s}, nil
}

// A loading is what Load is given.
type loading struct {
	t    *table
	n    uint64
	fill func(i uint64, buf []byte) (key uint64, v []byte)
	// parts is in how many parts it is loaded at once.
	parts int
}

// part hands over the records of a part, with a value that is good until the next.
func (l *loading) part(part int, put func(key uint64, v []byte) error) error {
	buf := make([]byte, l.t.spec.ValueSize)
	p, all := uint64(part), uint64(l.parts)
	for i := l.n * p / all; i < l.n*(p+1)/all; i++ {
		key, v := l.fill(i, buf)
		if err := put(key, v); err != nil {
			return err
		}
	}
	return nil
}

// atOnce calls load for every part, all at once.
func (l *loading) atOnce(load func(part int) error) error {
	errs := make([]error, l.parts)
	var wg sync.WaitGroup
	for p := range l.parts {
		wg.Go(func() { errs[p] = load(p) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// A counter is one goroutine's share of a recovery.
type counter struct {
	n    uint64
	last uint64 // largest sequence number seen
	_    [48]byte
}

// incoming returns the table and the value of a record that is put, nil where it is
// absent, and counts its stamp.
func (s *Store) incoming(rec *ImageRecord, c *counter) (t *table, v []byte, err error) {
	if rec.Table >= len(s.tables) {
		return nil, nil, fmt.Errorf("record of table %d of %d", rec.Table, len(s.tables))
	}
	c.last = max(c.last, rec.Stamp>>16)
	if v = rec.Value; rec.Absent {
		v = nil
	}
	return s.tables[rec.Table], v, nil
}

// change returns the table and what is written where by a change of the log, as Write
// has it, and counts it.
func (s *Store) change(c *wal.Change, n *counter) (t *table, off int, v []byte, err error) {
	if c.Table < 0 || c.Table >= len(s.tables) {
		return nil, 0, nil, fmt.Errorf("change of table %d of %d", c.Table, len(s.tables))
	}
	n.n, n.last = n.n+1, max(n.last, c.Stamp>>16)
	off, v = Whole, c.Value
	switch c.Kind {
	case wal.KindDelete:
		v = nil
	case wal.KindPut:
	default:
		off = c.Off
	}
	return s.tables[c.Table], off, v, nil
}
