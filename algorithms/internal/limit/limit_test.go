package limit

import (
	"context"
	"testing"
	"time"
)

// A fakeClock stands still but for Sleep, which always lasts a little too long.
type fakeClock struct {
	now  time.Time
	late time.Duration
}

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) Sleep(_ context.Context, d time.Duration) error {
	if d > 0 {
		c.now = c.now.Add(d + c.late)
	}
	return nil
}

// The rate is kept over any stretch of time, and at most one burst is free.
func TestLimiter(t *testing.T) {
	const rate, block = 1000, 100
	clock := &fakeClock{now: time.Unix(1000, 0), late: 3 * time.Millisecond}
	l := New(rate, block, clock)
	start := clock.now
	// The first block is free, each of the others takes 100 ms; sleeping too
	// long does not add up.
	for i := range 50 {
		if err := l.Wait(t.Context(), block); err != nil {
			t.Fatal(err)
		}
		want := time.Duration(i) * 100 * time.Millisecond
		if got := clock.now.Sub(start); got < want || got > want+clock.late {
			t.Fatalf("block %d is let through after %v, want %v", i, got, want)
		}
	}
	// However long nothing was written, no more than one block is free.
	clock.now = clock.now.Add(time.Hour)
	l.Wait(t.Context(), block)
	before := clock.now
	l.Wait(t.Context(), block/2)
	l.Wait(t.Context(), block/2)
	if got := clock.now.Sub(before); got < 100*time.Millisecond || got > 106*time.Millisecond {
		t.Errorf("the block after the free one takes %v, want 100ms", got)
	}
	l.SetRate(0)
	before = clock.now
	for _, l := range []*Limiter{l, New(0, block, clock), nil} {
		if l.Wait(t.Context(), 1<<40) != nil || clock.now != before {
			t.Error("a rate of 0 limits")
		}
	}
}

// A part of a disk's writers can be limited further; what they write counts for the
// disk all the same.
func TestWithin(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1000, 0)}
	disk := New(1000, 100, clock)
	part := disk.Within()
	start := clock.now
	takes := func(l *Limiter, n int64, want time.Duration) {
		t.Helper()
		before := clock.now
		if err := l.Wait(t.Context(), n); err != nil || clock.now.Sub(before) != want {
			t.Errorf("%d bytes at %v: %v, want %v (%v)", n, before.Sub(start), clock.now.Sub(before), want, err)
		}
	}
	takes(part, 100, 0)
	takes(part, 100, 100*time.Millisecond) // at the disk's rate
	part.SetRate(500)
	takes(part, 100, 100*time.Millisecond) // its first block is free, and the disk's is not
	takes(part, 100, 100*time.Millisecond)
	takes(part, 100, 200*time.Millisecond) // at its own
	takes(disk, 100, 0)                    // the disk had 100 bytes of time left
	takes(disk, 100, 100*time.Millisecond)
}

// Who sleeps ends with the context.
func TestWallClock(t *testing.T) {
	c, cancel := context.WithCancel(t.Context())
	cancel()
	for _, d := range []time.Duration{-1, 0, time.Hour} {
		if err := (Wall{}).Sleep(c, d); err != context.Canceled {
			t.Errorf("Sleep(%v) after the end: %v", d, err)
		}
	}
	if err := (Wall{}).Sleep(t.Context(), 1); err != nil {
		t.Error(err)
	}
}
