package store

import (
	"slices"

	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/sched"
)

// Strict two-phase locking: all locks of a transaction are taken before its
// body runs and released after it has committed.

// resolve finds the records of the declared keys. It prefetches all of them
// before anything depends on one, so that their cache misses overlap: of every
// record the lines that a read of its live version needs, under every algorithm
// and under none. Otherwise an algorithm that prefetches its other versions would
// have more of the same data brought in than the baseline has, and its cost would
// be under-reported.
func (w *Worker) resolve() error {
	tx, tables := &w.tx, w.store.tables
	tx.recs = tx.recs[:0]
	if w.store.hashed && len(tx.access) > 1 {
		w.touchIndex()
	}
	for i := range tx.access {
		a := &tx.access[i]
		if int(a.Table) >= len(tables) {
			return ErrFull
		}
		t := tables[a.Table]
		r, ok := t.find(a.Key)
		if !ok {
			return ErrFull
		}
		t.touch(r)
		tx.recs = append(tx.recs, r)
	}
	if w.store.toucher != nil {
		for _, r := range tx.recs {
			w.store.toucher.Touch(r)
		}
	}
	if d := w.store.env.Dirty; d != nil {
		for _, r := range tx.recs {
			d.Touch(r)
		}
	}
	return nil
}

// touchIndex prefetches the home cells of the declared keys.
func (w *Worker) touchIndex() {
	for i := range w.tx.access {
		a := &w.tx.access[i]
		if int(a.Table) < len(w.store.tables) {
			if x := w.store.tables[a.Table].index; x != nil {
				x.touch(a.Key)
			}
		}
	}
}

// before orders accesses for locking: by table and key, and of one record the
// stronger mode first.
func before(a, b Access) int {
	switch {
	case a.Table != b.Table:
		return int(a.Table) - int(b.Table)
	case a.Key < b.Key:
		return -1
	case a.Key > b.Key:
		return 1
	}
	return int(b.Mode) - int(a.Mode)
}

// lockAll takes every lock in the one order that all transactions share, so
// that they cannot deadlock; or, in the no-wait mode, gives up at the first
// that is held.
func (w *Worker) lockAll() error {
	access := w.tx.access
	w.locks = w.locks[:0]
	for i := range access {
		if i > 0 && before(access[i-1], access[i]) > 0 {
			w.unlockAll()
			w.locks = w.locks[:0]
			return w.lockSorted()
		}
		if !w.lockNext(i) {
			return w.giveUp()
		}
	}
	return nil
}

// lockSorted is lockAll for accesses that were not declared in order.
func (w *Worker) lockSorted() error {
	access := w.tx.access
	w.order = w.order[:0]
	for i := range access {
		w.order = append(w.order, int32(i))
	}
	slices.SortFunc(w.order, func(i, j int32) int { return before(access[i], access[j]) })
	for _, i := range w.order {
		if !w.lockNext(int(i)) {
			return w.giveUp()
		}
	}
	return nil
}

// giveUp releases all locks taken so far: the transaction begins anew.
func (w *Worker) giveUp() error {
	w.unlockAll()
	w.locks = w.locks[:0]
	return errConflict
}

// lockNext takes the lock of access i, unless the access before it, in lock
// order, was of the same record.
func (w *Worker) lockNext(i int) bool {
	r, mode := w.tx.recs[i], w.tx.access[i].Mode
	if n := len(w.locks); n > 0 && w.locks[n-1].r.head == r.head {
		return true
	}
	sched.Point("lock")
	var seq uint64
	var ok bool
	if mode == Exclusive { // not by tryLock, which is a call
		seq, ok = r.head.Lock.TryLock()
	} else {
		seq, ok = r.head.Lock.TryRLock()
	}
	if !ok {
		if seq, ok = w.lockSlow(r, mode); !ok {
			return false
		}
	}
	w.seq = max(w.seq, seq)
	w.locks = append(w.locks, heldLock{r, mode})
	return true
}

// tryLock takes r's lock in the mode asked for, if it is free.
func tryLock(r Rec, mode Mode) (seq uint64, ok bool) {
	if mode == Exclusive {
		return r.head.Lock.TryLock()
	}
	return r.head.Lock.TryRLock()
}

// patience is how often a worker sleeps for a lock, up to a millisecond each
// time, before it claims it.
const patience = 16

// lockSlow waits for a lock; in the no-wait mode only for a checkpointer's
// copy, which is no transaction.
func (w *Worker) lockSlow(r Rec, mode Mode) (seq uint64, ok bool) {
	s, out, slept := w.store, false, 0
	var b backoff.Backoff
	for {
		if slept > patience {
			seq, ok = r.head.Lock.TryClaimed(mode != Exclusive)
		} else {
			seq, ok = tryLock(r, mode)
		}
		if ok {
			break
		}
		if s.nowait && r.head.Lock.Held(mode == Exclusive) {
			return 0, false
		}
		if b.Slept() && !s.nowait {
			if slept++; slept > patience {
				r.head.Lock.Claim()
			}
		}
		w.waits()
		// A worker that waits long steps out of the clock, so that it holds
		// no phase change up, and comes back in whatever phase it is then.
		if s.early && !out && b.Slept() {
			s.clock.Leave(w.id)
			out = true
		}
		b.Wait()
	}
	if out {
		w.enter()
	}
	return seq, true
}

// unlockAll releases every lock, and leaves the transaction's sequence number
// with the records it had exclusively.
func (w *Worker) unlockAll() {
	for i := range w.locks {
		l := &w.locks[i]
		if l.mode == Exclusive {
			l.r.head.Lock.Unlock(w.seq)
		} else {
			l.r.head.Lock.RUnlock()
		}
	}
}

// pause keeps a transaction that met a held lock from trying again at once.
func (w *Worker) pause() {
	w.waits()
	w.retry.Wait()
}
