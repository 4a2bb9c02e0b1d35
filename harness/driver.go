package harness

import (
	"errors"
	"time"

	"ckptbench/algorithms/store"
)

// A driver keeps one worker busy, whatever its transactions are. It belongs to
// the goroutine that runs loop, and to others after that has returned.
type driver struct {
	run    *run
	worker *store.Worker
	timer  *timer
	next   func() error     // runs the next transaction; an error ends the loop
	pace   func(access int) // told now and then of how many accesses there were since; may sleep. With it, commits are counted at once
	req    store.Request
	access []store.Access // of the transaction, for req

	arrivals *arrivals // of an open loop; nil: the next starts when the last is done

	kinds []kindCount // committed, where there are several kinds
	again uint64      // how often a transaction was declared again
}

// due waits until the next transaction of an open loop is to start, and reports
// false where the run stopped instead.
func (d *driver) due() bool {
	if d.arrivals == nil {
		return true
	}
	a := d.arrivals
	d.timer.due = a.next()
	if a.await(d.timer.due, &d.run.stop, d.worker.Flush) {
		return true
	}
	d.giveUp()
	return false
}

// giveUp counts what was due before the end and is not going to be run, as if it
// were done now: to leave out what had to wait longest would make a slow
// algorithm look quick.
func (d *driver) giveUp() {
	for now, due := time.Now(), d.timer.due; due.Before(d.arrivals.end); due = d.arrivals.next() {
		d.timer.respond(now.Sub(due))
	}
}

// foreseen reports whether the transactions to come are known already: in an open
// loop only those that are overdue are.
func (d *driver) foreseen() bool { return d.arrivals == nil || d.arrivals.late }

// done takes note of the end of a transaction and reports whether it was timed.
func (d *driver) done(long, committed bool) bool {
	timed := d.timer.timed || d.worker.HadToWait()
	switch {
	case timed:
		d.timer.end(d.worker, long, committed)
	case committed:
		d.timer.acks.count(d.worker.Epoch())
	}
	return timed
}

// loop runs transactions until the run stops and all of them are durable, where
// there is a log. It returns what ended it early.
func (d *driver) loop() error {
	err := d.drive()
	d.worker.Flush()
	return errors.Join(err, d.timer.acks.finish())
}

func (d *driver) drive() error {
	const pause = 320 // accesses between two calls of pace
	for n := 0; !d.run.stop.Load(); {
		if !d.due() {
			return nil
		}
		if err := d.next(); err != nil {
			return err
		}
		if err := d.timer.acks.settle(); err != nil {
			return err
		}
		if d.pace == nil {
			continue
		}
		d.worker.Flush() // somebody waits for it
		if n += max(1, len(d.access)); n >= pause {
			d.pace(n)
			n = 0
		}
	}
	return nil
}
