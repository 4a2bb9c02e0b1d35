package wal

import (
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A worker that waits for space in its ring is woken once there is some: every
// transaction here fills more than half of the ring, so that each has to wait for
// the one before. Pauses in the logger widen the time in which a token could come
// before the space that it tells of.
func TestStalledWorkerIsWoken(t *testing.T) {
	l, err := Open(Options{Dir: dir, FS: fstest.NewMem(), Workers: 1, RingBytes: 256, Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	n := 5000
	if testing.Short() {
		n = 1000
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := l.Worker(0)
		for i := range n {
			b.Begin()
			b.Put(0, uint64(i), make([]byte, 150))
			b.Commit(uint64(i+1) << 16)
		}
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("a worker waits for space, and there is some")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
	s := l.Stats()
	if s.Records != uint64(n) || s.Stalls == 0 {
		t.Errorf("%d transactions in the log, %d waited", s.Records, s.Stalls)
	}
}
