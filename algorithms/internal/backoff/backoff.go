// Package backoff is how everything here waits for something short: a few
// turns of yielding, then sleeps that grow, so that a waiter neither spins a
// core away nor oversleeps.
package backoff

import (
	"context"
	"runtime"
	"time"
)

// A Backoff is one wait. The zero value is ready; it is used by one goroutine.
type Backoff struct{ turn int }

// How a waiter's turns get longer: first it spins, then it yields, then it sleeps.
const (
	spins    = 16 // turns without giving up the processor
	yields   = 64 // turns up to here give it up
	shortest = 10 * time.Microsecond
	longest  = time.Millisecond
)

// Wait waits one turn, each longer than the last.
func (b *Backoff) Wait() {
	b.turn++
	switch {
	case b.turn <= spins:
	case b.turn <= yields:
		runtime.Gosched()
	default:
		time.Sleep(min(longest, shortest<<min(b.turn-yields, 10)>>1))
	}
}

// Slept reports whether the wait has been long enough to sleep.
func (b *Backoff) Slept() bool { return b.turn > yields }

// Until waits until done returns true or ctx ends, and returns ctx's error
// then.
func Until(ctx context.Context, done func() bool) error {
	var b Backoff
	for !done() {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Wait()
	}
	return nil
}
