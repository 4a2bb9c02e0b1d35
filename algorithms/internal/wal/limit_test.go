package wal

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/limit"
)

// A disk's clock moves on when somebody waits for the disk, and only then.
type diskClock struct {
	mu  sync.Mutex
	now time.Time // protected by mu
}

func (c *diskClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *diskClock) Sleep(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.now = c.now.Add(d)
	}
	return nil
}

// All that is written to the log, but the headers of its files, takes its time on
// the disk.
func TestDiskRate(t *testing.T) {
	const rate, burst = 1000, 100
	clock := &diskClock{now: time.Unix(1000, 0)}
	l, err := Open(Options{Dir: dir, FS: fstest.NewMem(), Workers: 1, Disk: limit.New(rate, burst, clock)})
	if err != nil {
		t.Fatal(err)
	}
	r, rng := newRig(8), rand.New(rand.NewPCG(1, 1))
	for range 100 {
		r.txn(l.Worker(0), 0, rng)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	want := time.Duration(s.Bytes-segHeader*uint64(s.Segments)-burst) * time.Second / rate
	if got := clock.now.Sub(time.Unix(1000, 0)); got < want-time.Microsecond || got > want+time.Microsecond {
		t.Errorf("%d bytes at %d a second took %v, want %v", s.Bytes, rate, got, want)
	}
}
