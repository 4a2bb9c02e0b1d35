package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// client commits transactions until it is stopped, or one fails.
func (f *life) client(ctx context.Context, w int, rng *rand.Rand) {
	worker := f.s.Worker(w)
	var x uint64
	for n := 1; !f.stop.Load(); n++ {
		e := entry{pair: rng.Uint64N(pairs), gone: rng.IntN(5) == 0, salt: rng.Uint64()}
		if err := worker.Do(f.hist.request(e, &x)); err != nil {
			f.cam.failed(err)
			return
		}
		for was := f.done.Load(); was < x && !f.done.CompareAndSwap(was, x); was = f.done.Load() {
		}
		if f.wal == walSync && n%3 == 0 {
			if err := f.s.Log().WaitDurable(ctx, worker.Epoch()); err != nil {
				f.cam.failed(err)
				return
			}
			f.cam.promise(x)
		}
		time.Sleep(50 * time.Microsecond)
	}
}

// progress returns when some more transactions have committed, or none will.
func (f *life) progress() {
	for until := f.done.Load() + between; f.done.Load() < until && f.cam.clientErr() == nil; {
		time.Sleep(100 * time.Microsecond)
	}
}
