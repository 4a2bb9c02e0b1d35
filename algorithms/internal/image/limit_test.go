package image

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
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

func TestLimiter(t *testing.T) {
	const rate, block = 1000, 100
	clock := &fakeClock{now: time.Unix(1000, 0), late: 3 * time.Millisecond}
	l := newLimiter(rate, block, clock)
	start := clock.now
	// The first block is free, each of the others takes 100 ms; sleeping too
	// long does not add up.
	for i := range 50 {
		if err := l.wait(ctx(), block); err != nil {
			t.Fatal(err)
		}
		want := time.Duration(i) * 100 * time.Millisecond
		if got := clock.now.Sub(start); got < want || got > want+clock.late {
			t.Fatalf("block %d is let through after %v, want %v", i, got, want)
		}
	}
	// However long nothing was written, no more than one block is free.
	clock.now = clock.now.Add(time.Hour)
	l.wait(ctx(), block)
	before := clock.now
	l.wait(ctx(), block/2)
	l.wait(ctx(), block/2)
	if got := clock.now.Sub(before); got < 100*time.Millisecond || got > 106*time.Millisecond {
		t.Errorf("the block after the free one takes %v, want 100ms", got)
	}
	if l := newLimiter(0, block, clock); l.wait(ctx(), 1<<40) != nil {
		t.Error("a rate of 0 limits")
	}
}

// All streams together keep to the rate.
func TestRate(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1000, 0)}
	o := testOptions(fs.NewMem())
	o.Rate, o.Streams = 1<<20, 3
	d := open(t, o)
	d.clock = clock
	w, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range someRecords(1, 900) { // one goroutine: the fake clock has no lock
		if err := put(ctx(), w.Stream(i%3), r); err != nil {
			t.Fatal(err)
		}
	}
	info, err := w.Commit(ctx(), Point{})
	if err != nil {
		t.Fatal(err)
	}
	blocks := float64(w.next.Load() - headerSize)
	want := time.Duration((blocks - float64(d.head.blockSize)) / float64(o.Rate) * float64(time.Second))
	got := clock.now.Sub(time.Unix(1000, 0))
	if got < want-time.Microsecond || got > want+time.Duration(float64(time.Second)*float64(d.head.blockSize)/float64(o.Rate)) {
		t.Errorf("%d bytes at %d a second take %v, want %v", info.Bytes, o.Rate, got, want)
	}
}

func TestWallClock(t *testing.T) {
	c, cancel := context.WithCancel(ctx())
	cancel()
	for _, d := range []time.Duration{-1, 0, time.Hour} {
		if err := (wallClock{}).Sleep(c, d); err != context.Canceled {
			t.Errorf("Sleep(%v) after the end: %v", d, err)
		}
	}
	if err := (wallClock{}).Sleep(ctx(), 1); err != nil {
		t.Error(err)
	}
}

// The capture allocates nothing, blocks included but for what starts their
// writing.
func TestPutDoesNotAllocate(t *testing.T) {
	o := testOptions(fs.NewMem())
	o.Discard, o.BlockSize = true, 1<<20
	w, err := open(t, o).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	s, v, c := w.Stream(0), make([]byte, 100), ctx()
	n := testing.AllocsPerRun(20000, func() {
		if err := s.Room(c, len(v)); err != nil {
			t.Fatal(err)
		}
		s.Put(1, 1, 1, v)
		if err := s.Room(c, 0); err != nil {
			t.Fatal(err)
		}
		s.Absent(1, 1, 1)
	})
	if n > 0 {
		t.Errorf("%v allocations per record", n)
	}
}
