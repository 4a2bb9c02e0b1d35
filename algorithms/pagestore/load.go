package pagestore

import (
	"slices"

	"ckptbench/algorithms/pagestore/internal/rowstore"
	"ckptbench/algorithms/store"
)

// A batch has at most so many rows, as Ignite's preloader has, and bytes.
const (
	batchRows  = 100
	batchBytes = 256 << 10
)

// A loading is what one goroutine loads by.
// Each goroutine has one, so batches need no lock.
type loading struct {
	p      *pagestore
	tables []batch
	// For Redo, which reads a row before it changes it.
	row []byte
}

// A batch is rows of one table that are still to be put.
type batch struct {
	to   *rowstore.Batch
	rows [][]byte
	// One slice for all rows of the batch, so that a row costs no allocation.
	mem []byte // of the rows
}

// wayOf returns the way of package rowstore that a way of loading stands for.
// Anything else than the two named is the default.
func wayOf(r store.Restore) rowstore.Way {
	switch r {
	case store.RestoreRows:
		return rowstore.Single
	case store.RestoreInvokeAll:
		return rowstore.Invoking
	}
	return rowstore.Finding
}

// NewLoading implements store.Loader.
func (p *pagestore) NewLoading() store.Loading {
	l := &loading{p: p, tables: make([]batch, len(p.tables))}
	for i, t := range p.tables {
		l.tables[i].to = t.rows.NewBatch()
	}
	return l
}

// Put implements store.Loading.
func (l *loading) Put(table int, key, stamp uint64, v []byte) error {
	b := &l.tables[table]
	// A row that would not fit goes into the next batch.
	if len(b.rows) == batchRows || len(b.mem)+headed+len(v) > batchBytes {
		if err := b.flush(l.p.way); err != nil {
			return err
		}
	}
	at := len(b.mem)
	b.mem = appendRow(b.mem, stamp, key, v)
	// The capacity ends with the row: nobody can append over the next one. mem does not move, as
	// flush comes before it grows beyond its size.
	b.rows = append(b.rows, b.mem[at:len(b.mem):len(b.mem)])
	// One row at a time, as the way says.
	if l.p.way == rowstore.Single {
		return b.flush(l.p.way)
	}
	return nil
}

// flush puts the rows.
// The batch is empty afterwards, whatever became of it.
func (b *batch) flush(way rowstore.Way) error {
	// Sorted rows meet each leaf of the tree once. Of two rows with one key the later stays the
	// later.
	if way != rowstore.Single {
		slices.SortStableFunc(b.rows, byKey)
	}
	err := b.to.Put(b.rows, way)
	b.rows, b.mem = b.rows[:0], b.mem[:0]
	return err
}

// byKey orders rows by their keys.
func byKey(a, b []byte) int {
	switch x, y := rowstore.Key(a), rowstore.Key(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Redo implements store.Loading.
// A change older than the row is dropped, as an image may be ahead of the log's beginning.
func (l *loading) Redo(table int, key, stamp uint64, off int, v []byte) (err error) {
	t, found := l.p.tables[table], false
	if l.row, found, err = t.rows.Get(key, l.row[:0]); err != nil {
		return err
	}
	if found {
		if last, _ := parse(l.row); stamp < last {
			return nil
		}
	}
	if l.row, err = t.change(l.row[:0], stamp, key, off, v); err != nil {
		return err
	}
	return t.put(l.row)
}

// Flush implements store.Loading.
func (l *loading) Flush() error {
	for i := range l.tables {
		if err := l.tables[i].flush(l.p.way); err != nil {
			return err
		}
	}
	return nil
}

// Records implements store.Loader.
func (p *pagestore) Records() (n uint64) {
	for _, t := range p.tables {
		n += uint64(t.rows.Len())
	}
	return n
}

// Forget implements store.Loader.
// Each table is replaced by an empty one before the old one is given back.
func (p *pagestore) Forget() error {
	for i, spec := range p.env.Tables() {
		t, err := newTable(p.env, spec, p.page)
		if err != nil {
			return err
		}
		old := p.tables[i]
		p.tables[i] = t
		if err := old.close(); err != nil {
			return err
		}
	}
	// They had looked at the old tables.
	p.newReaders()
	return nil
}
