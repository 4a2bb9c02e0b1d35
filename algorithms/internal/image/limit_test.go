package image

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
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

// All streams together keep to the rate.
func TestRate(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1000, 0)}
	o := testOptions(fstest.NewMem())
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
	if got < want-time.Microsecond ||
		got > want+time.Duration(float64(time.Second)*float64(d.head.blockSize)/float64(o.Rate)) {
		t.Errorf("%d bytes at %d a second take %v, want %v", info.Bytes, o.Rate, got, want)
	}
}

// The capture allocates nothing, blocks included but for what starts their
// writing.
func TestPutDoesNotAllocate(t *testing.T) {
	o := testOptions(fstest.NewMem())
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
