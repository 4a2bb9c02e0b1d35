// Package limit limits what is written to a disk in a second. One Limiter is one
// disk: whoever writes there asks it, images as well as the log.
package limit

import (
	"context"
	"sync"
	"time"
)

// A Limiter is a token bucket that holds at most one burst of bytes. A writer
// takes what it is about to write out of it, into debt if need be, and then
// waits until the debt is paid: so a wait that lasts too long is made good by
// the next one, and the rate is kept over any stretch of wall time. Its methods
// may be called concurrently, and on nil, which limits nothing.
type Limiter struct {
	burst int64 // bytes
	clock Clock
	outer *Limiter // of the same disk, waited for as well; nil: none

	mu   sync.Mutex
	rate int64     // bytes per second; 0 is without limit; protected by mu
	zero time.Time // when the bucket is, or was, just empty; protected by mu
}

// A Clock tells the time; a test has its own.
type Clock interface {
	// Now returns the time.
	Now() time.Time
	// Sleep returns after d, or with ctx's error when ctx ends before.
	Sleep(ctx context.Context, d time.Duration) error
}

// New returns a limiter of rate bytes a second, 0 being without limit, that lets
// burst bytes through at once after nothing was written for a while.
func New(rate, burst int64, c Clock) *Limiter {
	return &Limiter{rate: max(rate, 0), burst: burst, clock: c}
}

// Within returns a limiter, at first without a limit of its own, of a part of what is
// written to l's disk: a writer that waits for it waits for l as well.
func (l *Limiter) Within() *Limiter { return &Limiter{burst: l.burst, clock: l.clock, outer: l} }

// SetRate limits what is written from now on to rate bytes a second; 0 is
// without limit. A writer that waits already goes on waiting.
func (l *Limiter) SetRate(rate int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = max(rate, 0)
}

// Wait returns when n bytes may be written, or with ctx's error when ctx ends.
func (l *Limiter) Wait(ctx context.Context, n int64) error {
	if l == nil {
		return ctx.Err()
	}
	longest := l.take(n)
	for o := l.outer; o != nil; o = o.outer {
		longest = max(longest, o.take(n))
	}
	return l.clock.Sleep(ctx, longest)
}

// take takes n bytes out of the bucket and returns how long to wait for them.
func (l *Limiter) take(n int64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return 0
	}
	now := l.clock.Now()
	if full := now.Add(-l.span(l.burst)); l.zero.Before(full) {
		l.zero = full
	}
	l.zero = l.zero.Add(l.span(n))
	return l.zero.Sub(now)
}

// span returns how long n bytes take. The caller holds mu.
func (l *Limiter) span(n int64) time.Duration {
	return time.Duration(float64(n) / float64(l.rate) * float64(time.Second))
}

// Wall is the real time.
type Wall struct{}

// Now returns the time.
func (Wall) Now() time.Time { return time.Now() }

// Sleep returns after d, or with ctx's error when ctx ends before.
func (Wall) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
