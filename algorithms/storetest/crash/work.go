package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/cespare/xxhash/v2"

	"ckptbench/algorithms/store"
)

// The work that a child does. Which records transaction n of a worker writes
// follows from the seed, the worker and n alone, and all it does to them is to
// count; so a recovered state says by itself which transactions are in it, and
// nothing has to be remembered that a kill would take away.
//
// A transaction writes, together,
//
//   - its worker's counter, which becomes n;
//   - two groups: three records each, in two tables, that are always written
//     together. They count the transactions of every worker that wrote them,
//     and carry a vector clock of what those had read;
//   - two tickets: n inserts one and deletes that of n-4.

const (
	workers = 3
	groups  = 16
	copies  = 3 // records of a group
	tickets = 8 // slots of each worker
	held    = 4 // of them in use at a time
)

// The tables.
const (
	counters = iota
	pairs    // two records of each group, by slot
	thirds   // the third, by hash
	ticketed
)

const (
	groupHead  = 8 + 16*workers // stamp, counts, clocks
	groupBytes = groupHead + 64
)

func tables() []store.TableSpec {
	return []store.TableSpec{
		counters: {Name: "counters", ValueSize: 24, Capacity: workers},
		pairs:    {Name: "pairs", ValueSize: groupBytes, Capacity: 2 * groups},
		thirds:   {Name: "thirds", ValueSize: groupBytes, Capacity: groups, Hash: true},
		ticketed: {Name: "tickets", ValueSize: 24, Capacity: workers * tickets, Hash: true},
	}
}

// member returns copy i of group g.
func member(g, i int) store.Access {
	if i < 2 {
		return store.Access{Table: pairs, Key: uint64(2*g + i), Mode: store.Exclusive}
	}
	return store.Access{Table: thirds, Key: 1<<40 + uint64(g)*7919, Mode: store.Exclusive}
}

func ticket(worker int, n uint64) store.Access {
	return store.Access{Table: ticketed, Key: 1<<50 + uint64(worker)*tickets + n%tickets, Mode: store.Exclusive}
}

// A draw is what transaction n of a worker does.
type draw struct {
	g       [2]int // the groups it writes
	look    int    // the group it reads
	abort   bool   // it is taken back once before it is done
	style   int    // whole values, or fields
	padding int    // of whole values
}

func drawn(seed uint64, worker int, n uint64) (d draw) {
	rng := rand.New(rand.NewPCG(seed^uint64(worker)<<56, n))
	d.g[0] = rng.IntN(groups)
	d.g[1] = (d.g[0] + 1 + rng.IntN(groups-1)) % groups
	d.look = rng.IntN(groups)
	d.abort = rng.IntN(8) == 0
	d.style, d.padding = rng.IntN(2), rng.IntN(groupBytes-groupHead-8)
	return d
}

// value seals a value: its last 8 bytes are a checksum of the rest and of where
// it belongs.
func seal(v []byte, a store.Access) []byte {
	binary.LittleEndian.PutUint64(v[len(v)-8:], sum(v, a))
	return v
}

func sum(v []byte, a store.Access) uint64 {
	return xxhash.Sum64(v[:len(v)-8]) ^ (a.Key+1)*0x9E3779B97F4A7C15 ^ uint64(a.Table)<<48
}

// intact reports what is wrong with a value that seal has sealed.
func intact(v []byte, a store.Access) error {
	if len(v) < 16 || binary.LittleEndian.Uint64(v[len(v)-8:]) != sum(v, a) {
		return fmt.Errorf("key %d of table %d is torn within: %d bytes %x", a.Key, a.Table, len(v), v)
	}
	return nil
}

// number is a sealed value that says stamp and n.
func number(buf []byte, a store.Access, stamp, n uint64) []byte {
	buf = binary.LittleEndian.AppendUint64(buf[:0], stamp)
	buf = binary.LittleEndian.AppendUint64(buf, n)
	return seal(append(buf, 0, 0, 0, 0, 0, 0, 0, 0), a)
}

// A group is what a group's records say.
type group struct {
	count [workers]uint64 // transactions of each worker that wrote it
	clock [workers]uint64 // the last of each worker that those could know of
}

func (g *group) decode(v []byte) {
	for w := range workers {
		g.count[w] = binary.LittleEndian.Uint64(v[8+16*w:])
		g.clock[w] = binary.LittleEndian.Uint64(v[16+16*w:])
	}
}

func (g *group) encode(buf []byte, stamp uint64) []byte {
	buf = binary.LittleEndian.AppendUint64(buf[:0], stamp)
	for w := range workers {
		buf = binary.LittleEndian.AppendUint64(buf, g.count[w])
		buf = binary.LittleEndian.AppendUint64(buf, g.clock[w])
	}
	return buf
}

var errAbort = errors.New("taken back on purpose")

// A client runs one worker's transactions, one after another, in one goroutine.
type client struct {
	seed   uint64
	worker int
	w      *store.Worker
	n      uint64 // of the transaction in progress
	d      draw
	undo   bool
	req    store.Request
	buf    []byte
}

func newClient(seed uint64, w *store.Worker, worker int, done uint64) *client {
	c := &client{seed: seed, worker: worker, w: w, n: done}
	c.req.Body = c.body
	return c
}

// next runs the next transaction until it commits.
func (c *client) next() error {
	c.n++
	c.d = drawn(c.seed, c.worker, c.n)
	c.declare()
	if c.undo = c.d.abort; c.undo {
		c.req.MayAbort = true
		if err := c.w.Do(&c.req); !errors.Is(err, errAbort) {
			return err
		}
	}
	c.undo, c.req.MayAbort = false, false
	return c.w.Do(&c.req)
}

// declare lists the counter, the tickets, the groups written and the one read,
// in this order.
func (c *client) declare() {
	acc := append(c.req.Access[:0],
		store.Access{Table: counters, Key: uint64(c.worker), Mode: store.Exclusive},
		ticket(c.worker, c.n), ticket(c.worker, c.n+tickets-held))
	for _, g := range c.d.g {
		for i := range copies {
			acc = append(acc, member(g, i))
		}
	}
	for i := range copies {
		a := member(c.d.look, i)
		a.Mode = store.Shared
		acc = append(acc, a)
	}
	c.req.Access = acc
}

const firstGroup = 3 // its place among the declarations

func (c *client) body(tx *store.Txn) error {
	var read [3]group
	var clock [workers]uint64
	for k := range read {
		if err := c.read(tx, firstGroup+k*copies, &read[k]); err != nil {
			return err
		}
		for w, n := range read[k].clock {
			clock[w] = max(clock[w], n)
		}
	}
	clock[c.worker] = c.n
	c.buf = number(c.buf, tx.Access(0), tx.Stamp(), c.n)
	tx.Write(0, store.Whole, c.buf)
	c.buf = number(c.buf, tx.Access(1), tx.Stamp(), c.n)
	tx.Write(1, store.Whole, c.buf)
	tx.Delete(2)
	for k := range c.d.g {
		g := group{read[k].count, clock}
		g.count[c.worker]++
		for i := range copies {
			c.write(tx, firstGroup+k*copies+i, &g)
		}
	}
	if c.undo {
		return errAbort
	}
	return nil
}

// read reads a group, whose records must agree.
func (c *client) read(tx *store.Txn, at int, g *group) error {
	var first []byte
	for i := range copies {
		v, _ := tx.Read(at + i)
		if err := intact(v, tx.Access(at+i)); err != nil {
			return err
		}
		if i == 0 {
			first = v[:groupHead]
		} else if !bytes.Equal(first, v[:groupHead]) {
			return fmt.Errorf("worker %d read a torn group: %x and %x", c.worker, first, v[:groupHead])
		}
	}
	g.decode(first)
	return nil
}

// write writes one record of a group: the whole of it, or its fields.
func (c *client) write(tx *store.Txn, i int, g *group) {
	c.buf = g.encode(c.buf, tx.Stamp())
	if c.d.style == 0 {
		c.buf = append(c.buf, make([]byte, c.d.padding+8)...)
		tx.Write(i, store.Whole, seal(c.buf, tx.Access(i)))
		return
	}
	v, _ := tx.Read(i)
	c.buf = seal(append(c.buf, v[groupHead:]...), tx.Access(i))
	tx.Write(i, 0, c.buf[:groupHead])
	tx.Write(i, len(c.buf)-8, c.buf[len(c.buf)-8:])
}

// load fills an empty store with groups that nobody has written.
func load(s *store.Store) error {
	var none group
	for table, n := range map[int]int{counters: workers, pairs: 2 * groups, thirds: groups} {
		err := s.Load(table, uint64(n), func(i uint64, buf []byte) (uint64, []byte) {
			a := store.Access{Table: uint16(table), Key: i}
			switch table {
			case counters:
				return i, number(buf, a, 0, 0)
			case thirds:
				a = member(int(i), 2)
			}
			return a.Key, seal(append(none.encode(buf, 0), make([]byte, 8)...), a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
