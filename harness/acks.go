package harness

import (
	"context"
	"fmt"
	"time"
)

// Bounds of what a client has committed and not been acknowledged for.
const (
	unacknowledged = 1 << 17 // transactions
	fewEntries     = 1 << 15 // entries, where transactions of a short time share one
	// entryWithin is how much later than an entry's first transaction another may
	// have begun that shares it: by so much its durable latency is over-reported.
	entryWithin = 20 * time.Microsecond
)

// A redoLog says how far it is durable. *wal.Log is one.
type redoLog interface {
	Durable() uint64
	DurableAt(epoch uint64) (time.Time, bool)
	Want(epoch uint64)
	WaitDurable(ctx context.Context, epoch uint64) error
}

// acks are the transactions of one client that have committed and whose epoch the
// log does not have yet, oldest first. The client continues meanwhile, as in epoch
// group commit; it looks now and then how far the log is, and the time that counts
// is when the log was so far, not when the client looked. It is owned by the
// client's goroutine. A nil *acks is of a store without a log, and does nothing.
//
// With sync a transaction is acknowledged when the log is durable up to it, and a
// client at its limit waits for its oldest transaction. Without, it was
// acknowledged at its commit, and nothing waits: where there is no room for
// another entry, the last one takes it in, with the time of the earlier, so that
// nothing is left out and no latency is under-reported.
type acks struct {
	log   redoLog
	ctx   context.Context // of the trial; ends a wait
	timer *timer
	sync  bool

	ring       []pending // a power of two of them
	head, tail uint64
	within     uint64 // entryWithin, ticks
	waiting    int    // transactions in the ring
	most       int    // with sync, so many may be
	wanted     uint64
	seen       uint64 // how far the log was at the last look

	released uint64        // transactions
	held     time.Duration // waiting with too many outstanding
}

// A pending entry stands for n transactions of one epoch; times are ticks of the
// run's clock.
type pending struct {
	epoch uint64
	began uint64 // the first of them
	due   uint64 // the intended start where the response time is still to be counted, otherwise 0
	n     int
}

// newAcks returns those of the client that t times.
func newAcks(ctx context.Context, log redoLog, sync bool, t *timer) *acks {
	room := fewEntries
	if t.open && sync {
		room = unacknowledged
	}
	a := &acks{log: log, ctx: ctx, timer: t, sync: sync, ring: make([]pending, room), most: unacknowledged}
	a.within = t.clock.In(entryWithin)
	t.acks, t.logged = a, true
	return a
}

// add takes n transactions that have committed, the last of them in an epoch, and
// the first of which began at a reading of the clock; due is 0 where their response
// is not for the acknowledgement to count.
func (a *acks) add(epoch, began, due uint64, n int) {
	last := a.last()
	if last != nil && last.epoch == epoch && last.due == 0 && due == 0 && began-last.began <= a.within {
		last.n += n
		a.waiting += n
		return
	}
	a.push(pending{epoch: epoch, began: began, due: due, n: n})
}

// last returns the newest entry, or nil.
func (a *acks) last() *pending {
	if a == nil || a.head == a.tail {
		return nil
	}
	return a.at(a.tail - 1)
}

func (a *acks) at(i uint64) *pending { return &a.ring[i&uint64(len(a.ring)-1)] }

func (a *acks) push(p pending) {
	if p.epoch > a.wanted {
		a.wanted = p.epoch
		a.log.Want(p.epoch)
	}
	a.waiting += p.n
	if !a.full() {
		*a.at(a.tail) = p
		a.tail++
		return
	}
	last := a.last()
	last.epoch, last.n = p.epoch, last.n+p.n
}

func (a *acks) full() bool { return a.tail-a.head == uint64(len(a.ring)) }

// settle is called after every transaction: it acknowledges what the log has by
// now, and waits where too much is outstanding. The error is why the log will
// not have it.
func (a *acks) settle() error {
	if a == nil {
		return nil
	}
	if d := a.log.Durable(); d != a.seen {
		a.drain(d)
	}
	for a.sync && (a.waiting >= a.most || a.full()) {
		a.timer.close(a.last().epoch)
		start := time.Now()
		err := a.await(a.at(a.head).epoch)
		a.held += time.Since(start)
		a.timer.restart() // the wait is no transaction's
		if err != nil {
			return err
		}
	}
	return nil
}

// finish waits until nothing is outstanding.
func (a *acks) finish() error {
	if last := a.last(); last != nil {
		return a.await(last.epoch)
	}
	return nil
}

func (a *acks) await(epoch uint64) error {
	err := a.log.WaitDurable(a.ctx, epoch)
	a.drain(a.log.Durable())
	if err != nil {
		return fmt.Errorf("%d transactions that committed were never durable: %w", a.waiting, err)
	}
	return nil
}

// drain acknowledges all up to a durable epoch.
func (a *acks) drain(durable uint64) {
	a.seen = durable
	clock, y := a.timer.clock, a.timer.current()
	var at uint64
	for epoch := uint64(0); a.head != a.tail; a.head++ {
		p := a.at(a.head)
		if p.epoch > durable {
			return
		}
		if epoch != p.epoch {
			epoch = p.epoch
			moment, _ := a.log.DurableAt(epoch)
			at = clock.At(moment)
		}
		a.waiting -= p.n
		a.released += uint64(p.n)
		y.durable.Add(clock.Between(p.began, at), uint64(p.n))
		if p.due != 0 {
			y.response.Add(clock.Between(p.due, at), uint64(p.n))
		}
	}
}
