package store

import (
	"errors"
	"sync/atomic"
	"time"
	"unsafe"

	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
)

// Errors that Do returns or counts.
var (
	// ErrFull means that a table has no room for a key it has not seen.
	ErrFull = errors.New("table is full, or the key is beyond a dense table; declare a larger capacity")
	// ErrShift is what an algorithm's Begin returns when the transaction
	// met a record of the next version: CPR's abort. Do tries again.
	ErrShift = errors.New("record of the next version")
	// ErrClosed means that the store was closed.
	ErrClosed = errors.New("store is closed")
	// ErrLog means that the log failed: what is committed from then on cannot
	// become durable. The error wraps the cause, too.
	ErrLog = errors.New("the log failed")

	errConflict = errors.New("lock is held")
)

// A Request is one transaction to run: the records it will use and what it
// does with them.
type Request struct {
	// Access declares the records. Ascending (table, key) order is fastest;
	// in any other order Do finds that order for itself. A key declared
	// twice is locked once, in the stronger mode.
	Access []Access
	// Body runs when all locks are held. An error aborts the transaction,
	// which needs MayAbort once something was written.
	Body func(*Txn) error
	// MayAbort has the old values kept.
	MayAbort bool
}

// A Worker runs transactions one after another, for one goroutine at a time.
type Worker struct {
	id      int
	store   *Store
	tx      Txn
	order   []int32 // lock order where it is not the declared one
	undo    undo
	redo    *wal.Buffer // nil without a log
	drill   *Drill      // nil but in a recorded run
	seq     uint64      // of the last transaction; a Lamport clock
	locks   []heldLock
	scanned []uint64        // keys of the last Scan
	retry   backoff.Backoff // between attempts of one no-wait transaction
	wait    time.Duration   // when this transaction first had to wait, since the store was born; 0 if never
	epoch   uint64          // of the log, at the last commit
	n       uint64          // committed; published every 16

	published atomic.Uint64
	conflicts atomic.Uint64
	shifts    atomic.Uint64
	aborts    atomic.Uint64
	stalls    atomic.Uint64
	stalled   atomic.Int64 // ns
	_         [Isolation]byte
}

// Isolation is so large that the allocator puts an object of this size on cache
// lines of its own: all its classes from here on are multiples of two lines. What
// one worker, or its client, writes in every transaction must share none with what
// another does. Where they did, by chance of the heap, the same store ran at 0.8 of
// its speed.
const Isolation = 1024

// Isolated returns a slice of n zeros on cache lines of its own. Appending to it
// keeps that.
func Isolated[T any](n int) []T {
	var t T
	return make([]T, n, max(n, (Isolation+int(unsafe.Sizeof(t))-1)/int(unsafe.Sizeof(t))))
}

// A heldLock is a lock that the transaction holds, and in which mode.
type heldLock struct {
	r    Rec
	mode Mode
}

// Do runs one transaction, again and again until it commits or its body
// returns an error. It returns the body's error, ErrFull or ErrClosed, or ErrLog with
// its cause from when the log has failed.
func (w *Worker) Do(q *Request) error {
	w.wait, w.retry = 0, backoff.Backoff{}
	for {
		err := w.attempt(q)
		switch err {
		case nil:
			return nil
		case errConflict:
			w.conflicts.Add(1)
			w.pause()
		case ErrShift:
			w.shifts.Add(1)
		default:
			return err
		}
	}
}

// attempt runs the request once. It returns errConflict where a lock was not to be had
// under NoWait, or Begin asked for another attempt; the locks are released by then.
func (w *Worker) attempt(q *Request) error {
	s, tx := w.store, &w.tx
	if down := s.down.Load(); down != nil {
		return *down
	}
	tx.access = q.Access
	if tx.log != nil {
		tx.log.Begin()
	}
	if err := w.resolve(); err != nil {
		return err
	}
	if s.early {
		w.enter()
	}
	if err := w.lockAll(); err != nil {
		if s.early {
			s.clock.Leave(w.id)
		}
		return err
	}
	sched.Point("locked")
	if !s.early {
		w.enter()
	}
	sched.Point("entered")
	err := w.run(q)
	s.clock.Leave(w.id)
	sched.Point("left")
	w.unlockAll()
	return err
}

// run is the transaction between its locks and its leaving the clock. It is one path
// for all: what is measured runs through the same lines as what is recorded, logged or
// may abort, so that a fault in it cannot hide in the one and not be in the other.
func (w *Worker) run(q *Request) error {
	tx := &w.tx
	w.seq++
	tx.id = w.seq<<16 | uint64(w.id)
	tx.stamp = tx.id
	if err := tx.alg.Begin(tx); err != nil {
		return err
	}
	sched.Point("begun")
	if w.drill != nil {
		w.drill.begun(w)
	}
	tx.undoes = q.MayAbort
	tx.watch = tx.undoes || tx.log != nil || w.redo != nil
	if w.redo != nil {
		w.redo.Begin()
	}
	if err := q.Body(tx); err != nil {
		w.abort()
		return err
	}
	if w.redo != nil {
		w.epoch = w.redo.Commit(tx.id)
	}
	if tx.undoes {
		w.undo.forget()
	}
	sched.Point("commit")
	w.commit()
	if tx.log != nil {
		tx.log.Commit(tx.id, tx.Seq)
	}
	w.count()
	return nil
}

// abort takes back what the body wrote, as far as it was kept, and commits the
// transaction as one that changed nothing.
func (w *Worker) abort() {
	tx := &w.tx
	tx.undo()
	if w.redo != nil {
		w.redo.Abort()
	}
	w.commit()
	if tx.log != nil {
		tx.log.Abort()
	}
	w.aborts.Add(1)
}

// commit ends the transaction for the algorithm, under its locks.
func (w *Worker) commit() {
	if w.drill != nil {
		w.drill.pause(w.id, Ended)
	}
	w.tx.alg.Commit(&w.tx)
	if w.drill != nil {
		w.drill.pause(w.id, Committed)
	}
}

// release releases every lock ahead of time.
func (w *Worker) release() {
	w.unlockAll()
	w.locks = w.locks[:0]
}

// count counts a commit. The sampler sees it within 16, or at once after a
// wait or a long transaction.
func (w *Worker) count() {
	w.n++
	if w.n&15 == 0 || w.wait != 0 {
		w.published.Store(w.n)
	}
}

// Flush publishes the count of commits to the last one.
func (w *Worker) Flush() { w.published.Store(w.n) }

// Committed returns how many transactions the worker committed. It is for the
// goroutine that runs them.
func (w *Worker) Committed() uint64 { return w.n }

// HadToWait reports whether the last transaction had to wait for a lock or a
// checkpoint.
func (w *Worker) HadToWait() bool { return w.wait != 0 }

// Waited returns when the last transaction first had to wait for a lock or a
// checkpoint, and whether it had to.
func (w *Worker) Waited() (since time.Time, ok bool) {
	return w.store.born.Add(w.wait), w.wait != 0
}

// Epoch returns the log epoch in which the last transaction committed: once
// the log is durable up to it, so is the transaction.
func (w *Worker) Epoch() uint64 { return w.epoch }

// ID returns the id of the last transaction that Do committed.
func (w *Worker) ID() uint64 { return w.tx.id }

// enter enters the clock, waiting while it is closed.
func (w *Worker) enter() {
	for {
		p, ok := w.store.clock.TryEnter(w.id)
		if ok {
			w.tx.Start = p
			return
		}
		w.waits()
		w.store.clock.AwaitOpen()
	}
}

// waits notes that the transaction has to wait.
func (w *Worker) waits() {
	if w.wait == 0 {
		w.waited(time.Since(w.store.born))
	}
}

// waited notes since when the transaction had to wait, unless it had to before.
func (w *Worker) waited(since time.Duration) {
	if w.wait == 0 {
		w.wait = since
		w.published.Store(w.n)
	}
}
