package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"ckptbench/algorithms/store"
)

// Bounds of what a client has committed and not been acknowledged for.
const (
	unacknowledged = 1 << 17 // transactions
	fewEntries     = 1 << 15 // entries, where transactions of a short time share one
	// imagesPerLook is how many entries a client acknowledges at one look where images
	// do: an image makes durable at once what was committed in seconds, and all of it
	// between two transactions would be a pause.
	imagesPerLook = 64
)

// acks are the transactions of one client that have committed and are not durable yet,
// oldest first. The client continues meanwhile, as in epoch group commit; it looks now
// and then how far the horizon is, and the time that counts is when the horizon was so
// far, not when the client looked. It is owned by the client's goroutine, and by
// others when that has ended. A nil *acks does nothing: nothing is durable in its
// store.
//
// Three things acknowledge:
//
//	wal: async              the commit itself; the log's delay is measured beside it
//	wal: sync               the log, on the disk; a client at its limit waits for its oldest
//	durability: checkpoint  a published image that holds the transaction; nothing waits, as
//	                        a limit would set the throughput: it over the time of two images
type acks struct {
	horizon horizon
	log     redoLog         // nil: images acknowledge
	ctx     context.Context // of the trial; ends a wait
	timer   *timer
	answers bool // a response is the acknowledgement
	bounded bool // a client at its limit waits

	unacked
	most   int // with bounded, so many transactions may be outstanding
	wanted uint64
	seen   uint64 // the horizon up to which all is acknowledged

	released uint64        // transactions
	held     time.Duration // waiting with too many outstanding
}

// newAcks returns those of the client that t times, by a log.
func newAcks(ctx context.Context, log redoLog, sync bool, t *timer) *acks {
	room := fewEntries
	if t.open && sync {
		room = unacknowledged
	}
	a := &acks{horizon: logHorizon{log}, log: log, ctx: ctx, answers: sync, bounded: sync, most: unacknowledged}
	a.begin(t, room)
	return a
}

// newImageAcks returns those of the client that t times, by images.
func newImageAcks(p horizon, t *timer) *acks {
	a := &acks{horizon: p, answers: true}
	a.begin(t, fewEntries)
	return a
}

// begin makes room for so many outstanding transactions. It is called before the client
// starts.
func (a *acks) begin(t *timer, room int) {
	a.timer, a.ring, a.within = t, make([]pending, room), t.clock.In(entryWithin)
	t.acks, t.logged = a, true
}

// place returns the place of a worker's last transaction.
func (a *acks) place(w *store.Worker) uint64 {
	if a != nil && a.log == nil {
		return w.Place()
	}
	return w.Epoch()
}

// add takes n transactions that have committed, the last of them at a place, and
// the first of which began at a reading of the clock; due is 0 where their response
// is not for the acknowledgement to count.
func (a *acks) add(place, began, due uint64, n int) {
	p := pending{place: place, began: began, due: due, n: n}
	if due != 0 {
		p.open = n
	}
	last := a.last()
	if last != nil && a.joins(last, &p) && (a.log == nil || last.open+p.open == 0) {
		last.join(p)
		a.waiting += n
		return
	}
	if a.log != nil && place > a.wanted {
		a.wanted = place
		a.log.Want(place)
	}
	a.push(p)
}

// settle is called after every transaction: it acknowledges what is durable by now,
// and waits where too much is outstanding. The error is why the log will not have it.
func (a *acks) settle() error {
	if a == nil {
		return nil
	}
	if d := a.horizon.Durable(); d != a.seen {
		a.drain(d, a.perLook())
	}
	for a.bounded && (a.waiting >= a.most || a.full()) {
		a.timer.close(a.last().place)
		start := time.Now()
		err := a.await(a.at(a.head).place)
		a.held += time.Since(start)
		a.timer.restart() // the wait is no transaction's
		if err != nil {
			return err
		}
	}
	return nil
}

// perLook is how many transactions one look may acknowledge. Images acknowledge many at
// once; the client must not stand still for that.
func (a *acks) perLook() int {
	if a.log == nil {
		return imagesPerLook
	}
	return math.MaxInt
}

// finish waits until the log has everything. It waits for no image.
func (a *acks) finish() error {
	if a == nil || a.log == nil || a.last() == nil {
		return nil
	}
	return a.await(a.last().place)
}

// await waits until a place is durable, at the end of a run, and acknowledges what is.
func (a *acks) await(place uint64) error {
	err := a.log.WaitDurable(a.ctx, place)
	a.drain(a.log.Durable(), math.MaxInt)
	if err != nil {
		return fmt.Errorf("%d transactions that committed were never durable: %w", a.waiting, err)
	}
	return nil
}

// never acknowledges what is durable when no more images come, and returns how many
// transactions are not, and for how long the oldest of them has waited by now.
func (a *acks) never(now uint64) (n int, oldest time.Duration) {
	a.drain(a.horizon.Durable(), math.MaxInt)
	if a.head == a.tail {
		return 0, 0
	}
	return a.waiting, time.Duration(a.timer.clock.Between(a.at(a.head).began, now))
}

// drain acknowledges what is durable, most entries of it at most.
func (a *acks) drain(durable uint64, most int) {
	clock, y := a.timer.clock, a.timer.current()
	var at, until uint64 // all up to a place have one time
	for ; a.head != a.tail; a.head++ {
		p := a.at(a.head)
		if p.place > durable {
			break
		}
		if most--; most < 0 {
			return
		}
		if p.place > until {
			var moment time.Time
			moment, until = a.horizon.DurableAt(p.place)
			at = clock.At(moment)
		}
		a.waiting -= p.n
		a.released += uint64(p.n)
		y.durable.Add(clock.Between(p.began, at), uint64(p.n))
		if p.open != 0 {
			y.response.Add(clock.Between(p.due, at), uint64(p.open))
		}
	}
	a.seen = durable
}
