package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// client commits transactions until it is stopped, or one fails.
func (f *life) client(ctx context.Context, w int, rng *rand.Rand) {
	worker := f.s.Worker(w)
	// The number of the transaction in the history, set by its body.
	var x uint64
	var wait []pending
	for n := 1; !f.stop.Load(); n++ {
		e := entry{pair: rng.Uint64N(pairs), gone: rng.IntN(5) == 0, salt: rng.Uint64()}
		if err := worker.Do(f.hist.request(e, &x)); err != nil {
			f.cam.failed(err)
			return
		}
		// done only grows: the other client may be ahead.
		for was := f.done.Load(); was < x && !f.done.CompareAndSwap(was, x); was = f.done.Load() {
		}
		// Every third transaction is waited for; in between the clients go on, as in group
		// commit.
		if f.wal == walSync && n%3 == 0 {
			if err := f.s.Log().WaitDurable(ctx, worker.Epoch()); err != nil {
				f.cam.failed(err)
				return
			}
			f.cam.promise(x)
		}
		// Without a log only an image makes a transaction durable.
		if f.wal == walOff {
			wait = f.acknowledge(append(wait, pending{x, worker.Place()}))
		}
		// Other goroutines are to get on, too: the checkpoint meets transactions at every step.
		time.Sleep(50 * time.Microsecond)
	}
}

// A pending transaction has committed, and no published image is known to hold it yet.
type pending struct{ x, place uint64 }

// acknowledge promises what a published image holds of one client's transactions, and
// returns the rest. All before the last of them is durable with it, of the other
// client, too: each has seen the one before.
func (f *life) acknowledge(wait []pending) []pending {
	durable := f.s.Prefix().Durable()
	for ; len(wait) > 0 && wait[0].place <= durable; wait = wait[1:] {
		f.cam.promise(wait[0].x)
		f.acked.Add(1)
	}
	return wait
}

// progress returns when some more transactions have committed, or none will.
func (f *life) progress() {
	for until := f.done.Load() + between; f.done.Load() < until && f.cam.clientErr() == nil; {
		time.Sleep(100 * time.Microsecond)
	}
}
