package bench

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/tsc"
	"ckptbench/workload"
)

// errClient is what a client aborts a transaction with.
// It is counted, and not an error of the trial.
var errClient = errors.New("aborted by its client")

// A run is what the clients of one trial share.
type run struct {
	// Ticks of this clock time transactions.
	clock   *tsc.Clock
	bucket  atomic.Uint64 // number of the timeline's bucket that is being filled
	stop    atomic.Bool
	stopped atomic.Uint64 // when halt was called, ticks; 0 before
	_       [64]byte      // what is above is read by all for each transaction, what is below written
	// An insert takes its key here, also one that aborts later.
	next atomic.Uint64 // the next key that was never used
	// Below it a key may still be missing: inserts are acknowledged in any order.
	newest    atomic.Uint64 // the highest key whose insert was acknowledged
	layout    layout
	fieldSize int
	size      int  // of the longest value that is not large, bytes
	varied    bool // values differ in length
	deletes   bool // records may be gone
	relative  bool // keys may depend on what was inserted by then
	// Reads that found no record.
	misses atomic.Uint64
}

// inserted returns how many records clients added, or are adding, to those that
// were loaded.
func (r *run) inserted(loaded int64) int64 { return int64(r.next.Load()) - loaded }

// halt ends the clients' loops, and the time in which something may be due.
// It may be called more than once; the first time counts.
func (r *run) halt() {
	r.stopped.CompareAndSwap(0, r.clock.Now())
	r.stop.Store(true)
}

// A client runs one worker's transactions, one after another, from a deck.
// It belongs to the worker's goroutine. A transaction is declared, then run by body, perhaps
// more than once.
type client struct {
	driver
	dealer
	ahead int // how many transactions lookAhead looks ahead; 0: none

	txn           workload.Txn
	first         []int32 // of each operation, its first access
	varied, large bool    // of the run: values differ in length, some are out of line
	main          int     // accesses before those of the chunks of large values
	chunks        []int32 // of each of these, its first chunk's, counted from main; -1: it is not large
	chunk         []byte  // of a large value that the transaction writes
	chunkOf       uint64  // the stamp that chunk is filled with
	// All slices are kept from transaction to transaction: a client allocates nothing.
	value []byte // what the transaction writes, filled with its stamp
	whole []byte // a value of several fields, where values differ in length
	out   []byte // what it reads
	// Read once, so that all keys of a transaction are of one moment.
	newest uint64    // one reading of run.newest for the whole transaction
	held   time.Time // when a long transaction had its locks
	due    time.Time // when the next long one begins, of the worker that runs these alone

	lastNewest, lastFresh uint64 // that the journal has
	_                     [store.Isolation]byte
}

// newClient returns the client of a worker. Its buffers lie in cache lines of their own.
func newClient(r *run, w *store.Worker, d deck, t *timer) *client {
	c := &client{driver: driver{run: r, worker: w, timer: t}, dealer: newDealer(d),
		value: store.Isolated[byte](r.size), whole: store.Isolated[byte](r.size), out: store.Isolated[byte](r.size),
		first: store.Isolated[int32](0)}
	if r.layout.large.share > 0 {
		c.chunk = store.Isolated[byte](chunkSize)
		c.value = store.Isolated[byte](max(r.size, headerSize))
		c.out = store.Isolated[byte](max(r.size, r.layout.large.high))
	}
	c.varied, c.large = r.varied, r.layout.large.share > 0
	c.access = store.Isolated[store.Access](0)
	c.driver.next = c.one
	c.req.Body = c.body
	// This worker runs the long transactions, and nothing else.
	if d.every > 0 {
		c.driver.next, c.driver.longOnly = c.oneLong, true
		return c
	}
	// About 16 records are on their way at any time, as many cache misses as
	// a core can have outstanding.
	ops := len(d.short.At(0).Ops)
	c.ahead = max(2, 8/max(1, ops))
	t.every = readingEvery(touched(d.short))
	if ops >= largeTxn {
		c.ahead, c.exact = 0, true
	}
	return c
}

// touched returns how many records a transaction of a trace uses, the mean of the
// first few. A scan is as many operations as it reads records.
func touched(trace *workload.Trace) int {
	// The first few stand for all: transactions of a trace are alike.
	sum, n := 0, min(64, trace.Len())
	for i := range n {
		for _, op := range trace.At(i).Ops {
			sum += max(1, int(op.Length))
		}
	}
	return sum / max(1, n)
}

// largeTxn is how many operations make a transaction a large one: it takes so
// long that each is counted at once, and that prefetching the next would only
// push out what this one needs.
const largeTxn = 256

// lookAhead has the worker prefetch what the transactions to come will touch:
// they are known in advance, as in a server with a request queue.
func (c *client) lookAhead() {
	if c.ahead == 0 || !c.nextKnown() {
		return
	}
	short := c.deck.short
	// Two steps: far ahead the index is asked for, nearer the record itself.
	if i := c.at + c.ahead; i < short.Len() {
		for _, op := range short.At(i).Ops {
			if op.Ref == workload.Absolute {
				c.worker.Ahead(int(op.Table), op.Key)
			}
		}
	}
	if i := c.at + c.ahead/2; i < short.Len() {
		for _, op := range short.At(i).Ops {
			if op.Ref == workload.Absolute {
				c.worker.Soon(int(op.Table), op.Key)
			}
		}
	}
}

// oneLong waits until the next long transaction is due, asleep and outside of any
// transaction, and runs it.
func (c *client) oneLong() error {
	if c.due.IsZero() {
		c.due = time.Now()
	}
	// From the planned moment on, so that one that ran late does not delay all later ones.
	c.due = c.due.Add(c.deck.every)
	for left := time.Until(c.due); left > 0; left = time.Until(c.due) {
		if c.run.stop.Load() {
			return nil
		}
		time.Sleep(min(left, 10*time.Millisecond))
	}
	c.txn = c.deal()
	return c.execute()
}

// one runs the next transaction.
func (c *client) one() error {
	c.txn = c.deal()
	if !c.txn.Long {
		c.lookAhead()
	}
	return c.execute()
}

// execute runs the transaction that was drawn.
// The error is one that ends the trial.
func (c *client) execute() error {
	c.declare()
	c.req.MayAbort = c.txn.Abort
	// What is timed in groups ends here: a long transaction is timed by itself.
	if c.txn.Long {
		c.timer.close(c.timer.acks.place(c.worker))
	}
	err := c.worker.Do(&c.req)
	// Before done, which takes the time: with a journal every algorithm pays for the note.
	if c.journal != nil {
		c.note(err)
	}
	c.done(c.txn.Long, err == nil)
	switch {
	case err == nil:
		c.acknowledge()
		return nil
	case errors.Is(err, errClient):
		return nil
	}
	return err
}

// note has the journal know how the transaction ended, and the keys that it drew as it
// ran. It is not to be mistaken for a recording: what was read and written is not in it.
// Numbers are stored as differences, which are small.
func (c *client) note(err error) {
	switch {
	case err == nil:
		c.journal.Commit(c.worker.ID() >> 16)
	case errors.Is(err, errClient):
		c.journal.Abort()
	default:
		return // the loop ends with it
	}
	// Every key follows from the trace.
	if !c.run.relative {
		return
	}
	c.journal.Number(c.newest - c.lastNewest)
	c.lastNewest = c.newest
	for i := range c.txn.Ops {
		if c.txn.Ops[i].Ref == workload.Fresh {
			key := c.access[c.first[i]].Key
			c.journal.Number(key - c.lastFresh)
			c.lastFresh = key
		}
	}
}

// declare works out the transaction's accesses.
// It is done again for every try: keys may depend on what was inserted by then.
func (c *client) declare() {
	c.access, c.first = c.access[:0], c.first[:0]
	c.newest = c.run.newest.Load()
	for i := range c.txn.Ops {
		op := &c.txn.Ops[i]
		c.first = append(c.first, int32(len(c.access)))
		key := op.Key
		switch op.Ref {
		case workload.BelowNewest:
			key = c.newest - min(op.Key, c.newest)
		case workload.Fresh:
			key = c.run.next.Add(1) - 1
		}
		// The store's index says which records there are; none above the newest.
		if op.Kind == workload.Scan {
			c.access = c.worker.Scan(c.access, int(op.Table), key, int(op.Length), c.newest)
			continue
		}
		mode := store.Shared
		if op.Kind.Writes() {
			mode = store.Exclusive
		}
		c.access = append(c.access, store.Access{Key: key, Table: uint16(op.Table), Mode: mode})
	}
	if c.main = len(c.access); c.large {
		c.addLarge()
	}
	c.req.Access = c.access
}

// body is the transaction: every client's is this one.
// It must not change anything outside the store that a second run could not repeat.
func (c *client) body(tx *store.Txn) error {
	filled := false
	if c.txn.Hold > 0 {
		c.held = time.Now()
	}
	for i := range c.txn.Ops {
		op, at := &c.txn.Ops[i], int(c.first[i])
		switch op.Kind {
		case workload.Read, workload.Scan:
			for j := at; j < c.end(i); j++ {
				c.read(tx, j)
			}
			continue
		case workload.Delete:
			// A record that is gone already stays so.
			if _, ok := tx.Read(at); ok {
				tx.Delete(at)
				if chunks, ok := c.chunksAt(at); ok {
					c.deleteLarge(tx, chunks)
				}
			}
			continue
		case workload.ReadModifyWrite:
			if !c.read(tx, at) {
				continue
			}
		}
		// Once a transaction: all that it writes carries its stamp.
		if !filled {
			c.fill(tx.Stamp())
			filled = true
		}
		c.write(tx, at, op)
		c.rest(i)
	}
	// After everything was written: undo is to have something to do.
	if c.txn.Abort {
		return errClient
	}
	return nil
}

// end returns the access after operation i's last.
func (c *client) end(i int) int {
	if i+1 < len(c.first) {
		return int(c.first[i+1])
	}
	return c.main
}

// fill makes the client's value what a transaction writes: where values differ in
// length it is one word over and over, of which each takes as much as it is long.
// writeLarge fills the chunk when it needs one.
func (c *client) fill(stamp uint64) {
	if c.varied {
		fill(c.value, stamp)
		return
	}
	fillFields(c.value, stamp, c.run.fieldSize)
}

// read copies a record out, as a client would be sent it.
// It reports whether the record is there.
func (c *client) read(tx *store.Txn, i int) bool {
	v, ok := tx.Read(i)
	if !ok {
		c.run.misses.Add(1)
		return false
	}
	copy(c.out, v)
	if chunks, ok := c.chunksAt(i); ok {
		c.readLarge(tx, chunks)
	}
	return true
}

// write does an operation that writes, to the record of declaration at.
func (c *client) write(tx *store.Txn, at int, op *workload.Op) {
	if op.Kind == workload.Update && c.run.deletes && !c.read(tx, at) {
		return // it is gone, and an update does not bring it back
	}
	if c.varied {
		c.writeVaried(tx, at, op)
		return
	}
	size := c.run.fieldSize
	if op.Field == workload.FieldAll || size == len(c.value) {
		tx.Write(at, store.Whole, c.value)
		return
	}
	// A field of the value, by its place.
	from, to := c.run.layout.field(int(op.Field), len(c.value))
	tx.Write(at, from, c.value[:to-from])
}

// writeVaried is write where values differ in length. A record of several fields keeps
// its length, so the place of a field is known; one that is not there has no fields.
func (c *client) writeVaried(tx *store.Txn, at int, op *workload.Op) {
	l := c.run.layout
	if chunks, ok := c.chunksAt(at); ok {
		c.writeLarge(tx, at, chunks)
		return
	}
	size := l.length(c.access[at].Key, tx.Stamp())
	switch {
	case l.fields == 1:
		tx.Write(at, store.Whole, c.value[:size])
	case op.Field == workload.FieldAll:
		fillFields(c.whole[:size], tx.Stamp(), l.width(size))
		tx.Write(at, store.Whole, c.whole[:size])
	default:
		if _, ok := tx.Read(at); !ok {
			c.run.misses.Add(1)
			return
		}
		from, to := l.field(int(op.Field), size)
		tx.Write(at, from, c.value[:to-from])
	}
}

// rest is a long transaction's share of its duration after one operation. The
// locks are held meanwhile.
func (c *client) rest(i int) {
	if c.txn.Hold == 0 {
		return
	}
	// From the start and not from the last operation, so that waking up late
	// does not add up.
	until := c.held.Add(c.txn.Hold * time.Duration(i+1) / time.Duration(len(c.txn.Ops)))
	// In short sleeps, so that the trial's end is noticed.
	for !c.run.stop.Load() {
		left := time.Until(until)
		if left <= 0 {
			return
		}
		if left < 50*time.Microsecond {
			runtime.Gosched()
		} else {
			time.Sleep(min(left, 10*time.Millisecond))
		}
	}
}

// acknowledge makes the transaction's inserts known to those that look for the
// newest.
// newest only grows, whichever insert is acknowledged first.
func (c *client) acknowledge() {
	for i := range c.txn.Ops {
		if c.txn.Ops[i].Kind != workload.Insert {
			continue
		}
		key := c.access[c.first[i]].Key
		for {
			newest := c.run.newest.Load()
			if key <= newest || c.run.newest.CompareAndSwap(newest, key) {
				break
			}
		}
	}
}
