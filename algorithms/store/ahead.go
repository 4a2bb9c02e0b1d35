package store

import (
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
)

// A caller that knows what its next transactions will touch can have the worker
// bring it in while the current one runs, in two steps, as finding a record
// takes two cache misses that depend on each other. Neither step takes a lock,
// makes room for a new key or changes anything; nothing is wrong where they are
// left out.

// Ahead prefetches the index cell of a key that a transaction several away will
// use. In a dense table it does nothing. The table must exist.
func (w *Worker) Ahead(table int, key uint64) {
	if x := w.store.tables[table].index; x != nil {
		x.touch(key)
	}
}

// Soon prefetches the record of a key that one of the next transactions will
// use, if the record is found at first glance. The table must exist.
func (w *Worker) Soon(table int, key uint64) {
	t := w.store.tables[table]
	r, ok := t.peek(key)
	if !ok {
		return
	}
	t.touch(r)
	if w.store.toucher != nil {
		w.store.toucher.Touch(r)
	}
	w.store.env.Dirty.Touch(r)
}

// touch prefetches the head of a record and what a read of its live version
// begins with: up to two cache lines.
func (t *table) touch(r Rec) { prefetch.Lines(unsafe.Pointer(r.head), int(t.stride)) }

// peek returns the record of key if it is found at first glance.
func (t *table) peek(key uint64) (Rec, bool) {
	if t.index == nil {
		if key >= t.spec.Capacity {
			return Rec{}, false
		}
		return t.rec(key), true
	}
	c := t.index.cell(t.index.home(key))
	if s := c.state.Load(); s >= slot0 && c.key.Load() == key {
		return t.rec(s - slot0), true
	}
	return Rec{}, false
}
