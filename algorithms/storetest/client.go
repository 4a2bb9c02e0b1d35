package storetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ckptbench/algorithms/store"
)

// A mix describes a client's transactions. Shares are percent.
type mix struct {
	tables []int         // that are used; nil means all
	keys   int           // declared by one transaction, at most; 0 means 4
	wide   int           // transactions that declare up to 64 keys
	skew   bool          // half of the accesses go to the first three keys
	shared int           // of the accesses
	twice  int           // transactions that declare a key twice
	aborts int           // transactions that take back what they did
	gone   int           // writes that delete
	long   int           // transactions that hold their locks
	hold   time.Duration // for so long
}

// usual has some of everything.
var usual = mix{skew: true, wide: 3, shared: 40, twice: 10, aborts: 10, gone: 20, long: 1, hold: time.Millisecond}

// widest is how many keys a wide transaction declares at most.
const widest = 64

// errAbort is what a body returns that wants its transaction undone.
var errAbort = errors.New("the body wants to abort")

// A client runs random transactions on one worker. It belongs to one goroutine, except
// writes, which any goroutine may read.
type client struct {
	t      testing.TB
	w      *store.Worker
	rng    *rand.Rand
	tables []store.TableSpec
	m      mix
	// Used for every transaction; its slices keep their memory.
	req   store.Request
	abort bool // the transaction in progress is to
	long  bool // it is to hold its locks
	paged bool // it reads from the disk, which may fail it
	// What the record should hold after the write in progress.
	buf    []byte
	spans  []span       // of the long transactions
	writes atomic.Int64 // committed transactions that wrote something
	wrote  bool         // the transaction in progress has written
}

// A span is the time in which a transaction held its locks.
type span struct{ from, to time.Time }

// client returns a client of worker i. The same seed and mix give the same transactions,
// whatever the algorithm.
// It belongs to the goroutine that calls run or many.
func (w *world) client(i int, seed uint64, m mix) *client {
	c := &client{
		t: w.t, w: w.s.Worker(i), rng: rand.New(rand.NewPCG(seed, uint64(i))), tables: w.p.tables, m: m,
		paged: w.e.Budget > 0,
	}
	if c.m.keys == 0 {
		c.m.keys = 4
	}
	c.req.Body = c.body
	return c
}

// run runs transactions until stop is set.
func (c *client) run(stop *atomic.Bool) {
	for !stop.Load() {
		if !c.one() {
			return
		}
	}
}

// one runs one transaction and reports whether to go on: not once the store is closed,
// nor after an error that the test did not provoke.
func (c *client) one() bool {
	// The draw comes before the clock: a span is the time in the store.
	c.draw()
	from := time.Now()
	err := c.w.Do(&c.req)
	switch {
	case errors.Is(err, store.ErrClosed):
		return false
	case errors.Is(err, errAbort) && c.abort:
	case errors.Is(err, syscall.ENOSPC) && c.paged: // a disk that was to fail; nothing was done
	case err != nil:
		c.t.Errorf("transaction of worker %d: %v", c.w.ID()&0xffff, err)
		return false
	case c.wrote:
		c.writes.Add(1)
	}
	if c.long {
		c.spans = append(c.spans, span{from, time.Now()})
	}
	return true
}

// hit is true in share of 100 draws.
func (c *client) hit(share int) bool { return c.rng.IntN(100) < share }

// draw draws the next transaction.
func (c *client) draw() {
	acc := c.req.Access[:0]
	keys := c.m.keys
	if c.hit(c.m.wide) {
		keys = widest
	}
	for range 1 + c.rng.IntN(keys) {
		acc = append(acc, c.access())
	}
	// Once more, in either mode: the store has to lock it once, in the stronger one.
	if c.hit(c.m.twice) {
		again := acc[c.rng.IntN(len(acc))]
		again.Mode = store.Mode(c.rng.IntN(2))
		acc = append(acc, again)
	}
	c.req.Access = acc
	c.abort = c.hit(c.m.aborts)
	c.long = c.hit(c.m.long)
	c.req.MayAbort = c.abort
}

// access draws one record of one table, and how it is locked.
func (c *client) access() store.Access {
	a := store.Access{Table: uint16(c.rng.IntN(len(c.tables))), Mode: store.Exclusive}
	if c.m.tables != nil {
		a.Table = uint16(c.m.tables[c.rng.IntN(len(c.m.tables))])
	}
	spec := c.tables[a.Table]
	a.Key = origin(spec) + c.rng.Uint64N(spec.Capacity)
	// The first three keys of the table, so that conflicts are many.
	if c.m.skew && c.rng.IntN(2) == 0 {
		a.Key = origin(spec) + c.rng.Uint64N(min(3, spec.Capacity))
	}
	if c.hit(c.m.shared) {
		a.Mode = store.Shared
	}
	return a
}

// body reads all it declared, and writes some of what it may, perhaps more than
// once.
func (c *client) body(tx *store.Txn) error {
	c.wrote = false
	for i := range tx.Len() {
		c.look(tx, i)
	}
	for i := range tx.Len() {
		// None, one or several writes of the same record.
		for tx.Access(i).Mode == store.Exclusive && c.hit(70) {
			c.write(tx, i)
			c.wrote = true
		}
		// With the locks of all records held, and one perhaps written.
		if c.long && i == 0 {
			time.Sleep(c.m.hold)
		}
	}
	if c.abort {
		return errAbort
	}
	return nil
}

// look reads record i and checks what it reads.
// A value tells by itself whether it is whole, and of which record.
func (c *client) look(tx *store.Txn, i int) []byte {
	v, ok := tx.Read(i)
	a := tx.Access(i)
	if err := intact(int(a.Table), a.Key, v); err != nil {
		c.t.Errorf("transaction %#x read key %d of table %d: %v", tx.ID(), a.Key, a.Table, err)
	}
	if ok != (v != nil) {
		c.t.Errorf("transaction %#x read key %d of table %d: %d bytes, but present is %v", tx.ID(), a.Key, a.Table,
			len(v), ok)
	}
	return v
}

// write writes record i in one of the ways there are, and reads it again.
// After each way buf holds what the record has to be.
func (c *client) write(tx *store.Txn, i int) {
	a := tx.Access(i)
	size := c.tables[a.Table].ValueSize
	// What an earlier write of this transaction left is read, too.
	v := c.look(tx, i)
	switch {
	case c.hit(c.m.gone):
		tx.Delete(i)
		if v, ok := tx.Read(i); ok {
			c.t.Errorf("transaction %#x read %d bytes of what it deleted", tx.ID(), len(v))
		}
		return
	case len(v) == 0 || c.hit(50):
		c.buf = append(c.buf[:0], make([]byte, length(c.rng.Uint64(), size))...)
		// A whole new value, of any length.
		fill(c.buf, int(a.Table), a.Key, tx.Stamp())
		tx.Write(i, store.Whole, c.buf)
	case len(v) > smallest && c.hit(30):
		c.shorten(tx, i, v)
	default:
		c.fields(tx, i, v, size)
	}
	if v, ok := tx.Read(i); !ok || !bytes.Equal(v, c.buf) {
		c.t.Errorf("transaction %#x read %d bytes %x after writing %d bytes %x", tx.ID(), len(v), v, len(c.buf), c.buf)
	}
}

// shorten drops some bytes at the beginning of record i: it writes a part of
// what it read back where that came from.
// v lies in the store's memory while it is written to the same record: the store has to cope
// with the overlap.
func (c *client) shorten(tx *store.Txn, i int, v []byte) {
	a := tx.Access(i)
	v = v[1+c.rng.IntN(len(v)-smallest):]
	c.buf = append(c.buf[:0], v...)
	tx.Write(i, store.Whole, v)
	binary.LittleEndian.PutUint64(c.buf, tx.Stamp())
	seal(c.buf, int(a.Table), a.Key)
	tx.Write(i, 0, c.buf[:8])
	tx.Write(i, len(c.buf)-8, c.buf[len(c.buf)-8:])
}

// fields brings record i, which is v, to its next value field by field,
// sometimes past its end.
// The parts do not overlap, and their order must not matter.
func (c *client) fields(tx *store.Txn, i int, v []byte, size int) {
	a := tx.Access(i)
	c.buf = append(c.buf[:0], v...)
	if n := len(v); n < size && c.hit(30) {
		// Bytes between the old end and the field that is written become zeros.
		c.buf = append(c.buf, make([]byte, 1+c.rng.IntN(size-n))...)
	}
	n := len(c.buf)
	binary.LittleEndian.PutUint64(c.buf, tx.Stamp())
	// A value of the smallest size has only the stamp and the seal.
	from, to := 8, 8
	if n > smallest {
		from = 8 + c.rng.IntN(n-smallest)
		to = from + 1 + c.rng.IntN(n-8-from)
		c.buf[from]++
	}
	seal(c.buf, int(a.Table), a.Key)
	for _, part := range c.rng.Perm(3) {
		switch part {
		case 0:
			tx.Write(i, 0, c.buf[:8])
		case 1:
			tx.Write(i, from, c.buf[from:to])
		case 2:
			tx.Write(i, n-8, c.buf[n-8:])
		}
	}
}
