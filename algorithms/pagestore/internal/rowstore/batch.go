package rowstore

import (
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/btree"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// A Way is one of IEP-32's three to put a batch.
type Way int

// The ways, which the proposal calls A, B and C.
const (
	Single   Way = iota // a Put for each row
	Invoking            // the tree's InvokeAll; rows are stored in its closure, into one page while it has room
	Finding             // the tree's FindAll, all new rows in one batch, and the tree's PutAll
)

// String returns the way's name.
func (w Way) String() string { return [...]string{"single", "invoke", "find"}[w] }

// A Batch puts sorted rows into a store, and keeps what it needs for that from
// one time to the next. It is used by one goroutine.
//
// With Invoking the data page stays out of the free list between two closures, but not
// latched: latched, it would wait for latches of the tree that readers of the page hold.
// With Finding the row that goes is the one that the tree's second pass replaces, since
// what FindAll saw may be gone by then. A FindAll of the whole batch first, only to learn
// which pages to prefetch, was tried and dropped: it cost more than it saved (0.7 of
// single puts for scattered keys).
type Batch struct {
	s      *Store
	filler *pages.Filler
	keys   []uint64
	rows   [][]byte // those that could not be put in place
	links  []pages.Link
	fetch  func(link uint64) // prefetches a row that the batch will come to
}

// NewBatch returns a batch of any size.
func (s *Store) NewBatch() *Batch {
	return &Batch{s: s, filler: s.rows.NewFiller(), fetch: func(link uint64) { s.rows.Fetch(pages.Link(link)) }}
}

// Put stores rows, sorted by key, under their keys; of several rows with one key
// the last stays. Each row is one step to others, the batch is not. The errors
// are btree.ErrUnsorted, and nothing was done, or pages.ErrFull, and some rows
// were stored.
func (b *Batch) Put(rows [][]byte, way Way) error {
	if err := b.begin(rows); err != nil {
		return err
	}
	switch way {
	case Invoking:
		return b.invoke(rows)
	case Finding:
		return b.find(rows)
	default:
		return b.single(rows)
	}
}

// Load stores rows, sorted by key, whose keys are not there yet, as a preloader
// does: the rows first, then the index. A row whose key somebody else was
// quicker to put is removed again. Load returns how many rows stayed.
func (b *Batch) Load(rows [][]byte) (int, error) {
	if err := b.begin(rows); err != nil {
		return 0, err
	}
	b.rows = append(b.rows[:0], rows...)
	return b.store(false)
}

// begin takes down the keys, which must be in order.
func (b *Batch) begin(rows [][]byte) error {
	b.keys = b.keys[:0]
	for i, row := range rows {
		if len(row) < keyBytes {
			return fmt.Errorf("row %d of the batch: %w", i, errShort)
		}
		b.keys = append(b.keys, Key(row))
		if i > 0 && b.keys[i] < b.keys[i-1] {
			return fmt.Errorf("%w: key %d follows %d at place %d", btree.ErrUnsorted, b.keys[i], b.keys[i-1], i)
		}
	}
	return nil
}

// single puts the rows one by one, each with a descent of its own.
func (b *Batch) single(rows [][]byte) error {
	for i, row := range rows {
		if err := b.s.Put(row); err != nil {
			return fmt.Errorf("row %d of %d: %w", i, len(rows), err)
		}
	}
	return nil
}

// invoke is the second way. After a row that could not be stored the rest is
// left as it is.
func (b *Batch) invoke(rows [][]byte) error {
	c := change{s: b.s, filler: b.filler}
	defer b.filler.Done()
	return c.end(b.s.tree.InvokeAllSoon(b.keys, b.fetch, func(i int, old uint64, found bool) (btree.Op, uint64) {
		if c.err != nil {
			return btree.Keep, 0
		}
		return c.put(rows[i], pages.Link(old), found)
	}))
}

// find is the third way. What is found may be replaced by others before the new
// rows are put; the row that goes is the one that PutAll replaces.
func (b *Batch) find(rows [][]byte) error {
	b.rows = b.rows[:0]
	var failed error
	err := b.s.tree.FindAllSoon(b.keys, b.fetch, func(i int, old uint64, found bool) {
		if found && failed == nil && !b.repeated(i) {
			var done bool
			if done, failed = b.s.rows.Update(pages.Link(old), rows[i]); done {
				return
			}
		}
		b.rows = append(b.rows, rows[i])
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	b.keys = b.keys[:0]
	for _, row := range b.rows {
		b.keys = append(b.keys, Key(row))
	}
	_, err = b.store(true)
	return err
}

// repeated reports whether another row of the batch has the i-th one's key: in
// place it would come before one that stands before it.
func (b *Batch) repeated(i int) bool {
	return i > 0 && b.keys[i-1] == b.keys[i] || i+1 < len(b.keys) && b.keys[i+1] == b.keys[i]
}

// store stores b.rows, and then has the index name them by b.keys. Where a key
// is there, its old row goes if replace is set, otherwise the new one. It returns how
// many keys were new.
func (b *Batch) store(replace bool) (fresh int, err error) {
	if cap(b.links) < len(b.rows) {
		b.links = make([]pages.Link, len(b.rows))
	}
	b.links = b.links[:len(b.rows)]
	if err := b.s.rows.InsertRows(b.rows, b.links); err != nil {
		return 0, err
	}
	sched.Point("rowstore.stored")
	settled := 0 // rows that are named, or gone
	var failed error
	err = b.s.tree.InvokeAll(b.keys, func(i int, old uint64, found bool) (btree.Op, uint64) {
		settled = i
		switch {
		case !found:
			fresh++
			return btree.Put, uint64(b.links[i]) // if there is room
		case replace:
			failed = errors.Join(failed, b.s.rows.Remove(pages.Link(old)))
			settled++
			return btree.Put, uint64(b.links[i])
		}
		failed = errors.Join(failed, b.s.rows.Remove(b.links[i]))
		settled++
		return btree.Keep, 0
	})
	if err != nil {
		fresh--
		for _, l := range b.links[settled:] {
			failed = errors.Join(failed, b.s.rows.Remove(l))
		}
	}
	return fresh, errors.Join(err, failed)
}
