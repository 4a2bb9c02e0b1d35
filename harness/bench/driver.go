package bench

import (
	"errors"
	"runtime"

	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/journal"
)

// A driver keeps one worker busy, whatever its transactions are. It belongs to
// the goroutine that runs loop or drive, and to others after that has returned.
type driver struct {
	run     *run
	worker  *store.Worker
	timer   *timer
	journal *journal.Journal // of what committed; nil: nothing is noted
	next    func() error     // runs the next transaction; an error ends the loop
	// called now and then with the accesses since the last call; may sleep. With it, commits are
	// counted at once
	pace   func(access int)
	exact  bool // a commit is counted at once: each transaction is long, or has to start at a time
	req    store.Request
	access []store.Access // of the transaction, for req

	longOnly bool // it runs the long transactions alone, whose latencies are their own business

	arrivals *arrivals // of an open loop; nil: the next starts when the last is done

	// Set before drive, by whoever runs slices.
	until uint64 // ticks of the run's clock: the loop ends at the first reading from then on; 0: it does not end by itself
	over  bool   // until has come
	lap   lap    // of the last drive

	kinds []kindCount // committed, where there are several kinds
	again uint64      // how often a transaction was declared again
}

// A lap is what a driver did between two readings of the run's clock, in ticks:
// all transactions that ended after from, and not after to. The rate of several
// workers is the sum of each one's commits over its own time.
type lap struct {
	from, to uint64
	commits  uint64
	gaps     gaps
}

// due waits until the next transaction of an open loop is to start, and reports
// false where there is none, or the run stopped instead.
func (d *driver) due() bool {
	a := d.arrivals
	due, ok := a.next()
	if !ok {
		return false
	}
	// Commits are published before a wait: others look at them meanwhile.
	now, ok := a.await(due, d.timer.last, &d.run.stop, d.worker.Flush)
	if !ok {
		return false
	}
	a.begin()
	d.timer.due, d.timer.last = due, now
	return true
}

// giveUp counts what was due before the end, or before the run stopped, and is
// not going to be run.
// They count with the time that they have waited.
func (d *driver) giveUp() {
	now := d.run.clock.Now()
	limit := now
	// What came due after the stop is nobody's fault.
	if at := d.run.stopped.Load(); at != 0 {
		limit = at
	}
	d.arrivals.giveUp(now, limit, d.timer.current().response)
}

// nextKnown reports whether the transactions to come are known already: in an open
// loop only those that are overdue are.
func (d *driver) nextKnown() bool { return d.arrivals == nil || d.arrivals.late }

// done takes note of the end of a transaction: of its time, where a reading of the
// clock is due, and of its commit.
// The clock is read for some transactions only, and for every one that waited or was long.
func (d *driver) done(long, committed bool) {
	t := d.timer
	if committed {
		d.lap.commits++
	}
	waited := d.worker.HadToWait()
	if !t.count(committed) && !waited && !long {
		return
	}
	from := t.last
	now := t.end(t.acks.place(d.worker), waited || long)
	d.over = d.until != 0 && now >= d.until
	// A gap between two readings may be the host's: the looker finds out.
	if t.look.due(from, now) {
		var g gaps
		t.look.observe(from, now, !waited && !long && len(d.access) < largeTxn, &g)
		d.lap.gaps.add(g)
		t.current().gaps.add(g)
	}
	if d.exact {
		d.worker.Flush()
	}
}

// loop runs transactions until the run stops and the log has all of them, where
// there is one. It returns what ended it early.
func (d *driver) loop() error {
	err := d.drive()
	d.worker.Flush()
	return errors.Join(err, d.timer.acks.finish())
}

// drive runs transactions until the run stops, or until has come, and fills lap.
// All that was due in an open loop is counted then, once. Its goroutine is locked
// to a thread meanwhile, so that the thread's use is the goroutine's.
func (d *driver) drive() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t := d.timer
	t.restart()
	t.look.begin(t.last)
	d.over, d.lap = false, lap{from: t.last}
	err := d.repeat()
	// The last group of transactions is timed, too.
	t.close(t.acks.place(d.worker))
	d.lap.to = t.last
	if d.arrivals != nil {
		d.giveUp()
	}
	return err
}

// repeat runs transactions until the run stops or, in an open loop, no arrival is left.
// Where somebody paces the worker it calls pace after some hundred accesses; the time
// spent there is no part of a transaction's.
func (d *driver) repeat() error {
	const pause = 320 // accesses between two calls of pace
	for n := 0; !d.over && !d.run.stop.Load(); {
		if d.arrivals != nil && !d.due() {
			return nil
		}
		if err := d.next(); err != nil {
			return err
		}
		// What has become durable since is acknowledged.
		if err := d.timer.acks.settle(); err != nil {
			return err
		}
		if d.pace == nil {
			continue
		}
		d.worker.Flush() // somebody waits for it
		if n += max(1, len(d.access)); n >= pause {
			d.timer.close(d.timer.acks.place(d.worker))
			d.pace(n)
			d.timer.restart()
			n = 0
		}
	}
	return nil
}
