package wal

import (
	"math/rand/v2"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
)

// A file may end with the mark of an epoch and yet hold records of the next, as
// they were drained together. Truncating to that mark keeps the file.
func TestTruncateBeyondMark(t *testing.T) {
	m, r, rng := fs.NewMem(), newRig(10), rand.New(rand.NewPCG(5, 6))
	l := manual(t, Options{FS: m, Workers: 1, Sync: true, SegmentBytes: 600, RingBytes: 1 << 16})
	defer l.Close()
	e := l.Epoch()
	for range 20 {
		r.txn(l.Worker(0), 0, rng)
	}
	if !l.tick(l.stop) {
		t.Fatal(l.Err())
	}
	r.txn(l.Worker(0), 0, rng) // of epoch e+1, and in the ring with the others
	raise(&l.want, e)
	l.loggers[0].wake()
	if err := l.WaitDurable(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); l.Stats().Segments < 2; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("the logger did not go on to a new file, so nothing is tested")
		}
	}
	if err := l.Truncate(e); err != nil {
		t.Fatal(err)
	}
	step(t, l)
	if _, err := r.check(m, e, 0, e+1); err != nil {
		t.Fatal(err)
	}
}
