package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"ckptbench/algorithms/store"
)

// errAbort is what a body returns that is to be taken back.
var errAbort = errors.New("taken back on purpose")

// A client runs one worker's transactions, one after another, in one goroutine.
type client struct {
	seed   uint64
	worker int
	w      *store.Worker
	// Numbers begin at 1, and count committed transactions only.
	n    uint64 // of the transaction in progress
	d    draw
	undo bool
	req  store.Request
	buf  []byte
}

// newClient goes on after the first done transactions of the worker.
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
	// The first try is taken back by its body, the second commits: undo is met all the time.
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
		// The ticket that is inserted, and the one that is deleted: both lie in the ring of
		// tickets.
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

// firstGroup is the place of the first group's records among the declarations.
// The counter and the two tickets come before it.
const firstGroup = 3

// body reads the three groups, then writes counter, tickets and two of the groups.
func (c *client) body(tx *store.Txn) error {
	var read [3]group
	var clock [workers]uint64
	for k := range read {
		if err := c.read(tx, firstGroup+k*copies, &read[k]); err != nil {
			return err
		}
		// The vector clock of this transaction: what those that it read from had known.
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
		// Locks are held and a part is written: checkpoints are to meet that.
		if c.d.pause {
			time.Sleep(100 * time.Microsecond)
		}
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
// A torn group is an error of the running store, before any kill.
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
// Both ways leave the same count and clock; the padding differs.
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
