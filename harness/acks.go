package harness

import (
	"context"
	"fmt"
	"time"
)

// Bounds of what a client has committed and not been acknowledged for.
const (
	unacknowledged = 1 << 17 // transactions
	fewTimed       = 1 << 13 // timed ones, where few are
)

// A redoLog says how far it is durable. *wal.Log is one.
type redoLog interface {
	Durable() uint64
	DurableAt(epoch uint64) (time.Time, bool)
	Want(epoch uint64)
	WaitDurable(ctx context.Context, epoch uint64) error
}

// acks are the transactions of one client that have committed and whose epoch the
// log does not have yet, oldest first. The client goes on meanwhile, as in epoch
// group commit; it looks now and then how far the log is, and the time that counts
// is when the log was so far, not when the client looked. All is the client's. A
// nil *acks is of a store without a log, and does nothing.
//
// With sync a transaction is acknowledged when the log is durable up to it, and a
// client that has as much outstanding as there may be waits for the oldest.
// Without, it was acknowledged at its commit, and nothing waits: where there is
// no room for another entry, the last one takes it in, with the time of the
// earlier, so that nothing is left out and no latency is told too short.
type acks struct {
	log   redoLog
	ctx   context.Context // of the trial; ends a wait
	timer *timer
	sync  bool
	zero  time.Time // what the times of entries are from

	ring       []pending // a power of two of them
	head, tail uint64
	waiting    int // transactions in the ring
	most       int // with sync, so many may be
	wanted     uint64
	seen       uint64 // how far the log was at the last look

	released uint64        // transactions
	held     time.Duration // waiting with too many outstanding
}

// A pending entry stands for n transactions of one epoch; of weight 0 it is of
// transactions that nobody timed.
type pending struct {
	epoch      uint64
	began, due time.Duration // due: the intended start where the response time is still to be told, else noDue
	weight     int32         // as the timer's
	n          int32
}

const noDue = time.Duration(-1 << 63)

// newAcks returns those of the client that t times.
func newAcks(ctx context.Context, log redoLog, sync bool, t *timer) *acks {
	room := fewTimed
	if t.all {
		room = unacknowledged
	}
	a := &acks{log: log, ctx: ctx, timer: t, sync: sync, zero: time.Now(), ring: make([]pending, room), most: unacknowledged}
	t.acks, t.durable = a, newHistogram()
	return a
}

// count takes a transaction that nobody timed, of an epoch.
func (a *acks) count(epoch uint64) {
	switch last := a.last(); {
	case a == nil:
	case last != nil && last.epoch == epoch:
		last.n++
		a.waiting++
	default:
		a.push(pending{epoch: epoch, due: noDue, n: 1})
	}
}

// timed takes a transaction that began at a time, and counts for weight; due is
// zero where its response is not for the acknowledgement to tell.
func (a *acks) timed(epoch uint64, began, due time.Time, weight int64) {
	if a == nil {
		return
	}
	p := pending{epoch: epoch, began: began.Sub(a.zero), due: noDue, weight: int32(weight), n: 1}
	if !due.IsZero() {
		p.due = due.Sub(a.zero)
	}
	a.push(p)
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
	a.waiting++
	if !a.full() {
		*a.at(a.tail) = p
		a.tail++
		return
	}
	last := a.last()
	last.epoch, last.n = p.epoch, last.n+1
	if last.weight == 0 {
		last.began = p.began
	}
	last.weight += p.weight
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
		start := time.Now()
		err := a.await(a.at(a.head).epoch)
		a.held += time.Since(start)
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
	t := a.timer
	t.mu.Lock()
	defer t.mu.Unlock()
	var at time.Duration
	for epoch := uint64(0); a.head != a.tail; a.head++ {
		p := a.at(a.head)
		if p.epoch > durable {
			return
		}
		if epoch != p.epoch {
			epoch = p.epoch
			moment, _ := a.log.DurableAt(epoch)
			at = moment.Sub(a.zero)
		}
		a.waiting -= int(p.n)
		a.released += uint64(p.n)
		if p.weight > 0 {
			t.keep(t.durable, at-p.began, int64(p.weight))
		}
		if p.due != noDue {
			t.keep(t.response, at-p.due, 1)
		}
	}
}
