package image

import (
	"context"
	"sync"
	"time"
)

// A limiter is a token bucket that holds at most one block of bytes. A writer
// takes what it is about to write out of it, into debt if need be, and then
// waits until the debt is paid: so a wait that lasts too long is made good by
// the next one, and the rate is kept over any stretch of wall time.
type limiter struct {
	rate  int64 // bytes per second
	burst int64 // bytes
	clock clock

	mu   sync.Mutex
	zero time.Time // when the bucket is, or was, just empty; protected by mu
}

// A clock tells the time; a test has its own.
type clock interface {
	Now() time.Time
	// Sleep returns after d, or with ctx's error when ctx ends before.
	Sleep(ctx context.Context, d time.Duration) error
}

// newLimiter returns nil, which limits nothing, for a rate of 0.
func newLimiter(rate, burst int64, c clock) *limiter {
	if rate <= 0 {
		return nil
	}
	return &limiter{rate: rate, burst: burst, clock: c}
}

// wait returns when n bytes may be written.
func (l *limiter) wait(ctx context.Context, n int64) error {
	if l == nil {
		return nil
	}
	return l.clock.Sleep(ctx, l.take(n))
}

// take takes n bytes out of the bucket and returns how long to wait for them.
func (l *limiter) take(n int64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if full := now.Add(-l.span(l.burst)); l.zero.Before(full) {
		l.zero = full
	}
	l.zero = l.zero.Add(l.span(n))
	return l.zero.Sub(now)
}

// span returns how long n bytes take.
func (l *limiter) span(n int64) time.Duration {
	return time.Duration(float64(n) / float64(l.rate) * float64(time.Second))
}

// wallClock is the real time.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
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
