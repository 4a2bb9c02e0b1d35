package wal

import (
	"math/rand/v2"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
)

// After a truncation everything above is there, and what is not there is told.
func TestTruncate(t *testing.T) {
	m, r := fstest.NewMem(), newRig(10)
	rng := rand.New(rand.NewPCG(3, 4))
	o := Options{FS: m, Workers: 4, Loggers: 3, Sync: true, SegmentBytes: 600}
	var l *Log
	for session := range 3 {
		o.Loggers = 3 - session
		l = manual(t, o)
		for range 10 {
			for w := range 4 {
				r.txn(l.Worker(w), w, rng)
			}
			step(t, l)
		}
		if session < 2 {
			l.Close()
		}
	}
	if err := l.Truncate(l.Durable() + 1); err == nil {
		t.Fatal("truncated what is not durable")
	}
	// A logger seals its file after its epoch is durable, and counts it before the next one is there.
	for start := time.Now(); len(files(t, m)) != l.Stats().Segments; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d files, %d counted", len(files(t, m)), l.Stats().Segments)
		}
	}
	d := l.Durable()
	had := l.Stats().Segments
	for upTo := uint64(0); upTo <= d; upTo++ {
		if err := l.Truncate(upTo); err != nil {
			t.Fatal(err)
		}
		if _, err := r.check(m, upTo, 0, d); err != nil {
			t.Fatalf("truncated to %d: %v", upTo, err)
		}
		info, err := Verify(t.Context(), m, dir)
		if err != nil || info.From > upTo {
			t.Fatalf("truncated to %d: %+v %v", upTo, info, err)
		}
		if info.From > 0 {
			if _, _, err := r.replayed(m, info.From-1, 0); !isDamage(err) {
				t.Fatalf("replay from %d does not miss what is gone: %v", info.From-1, err)
			}
		}
		if n := len(files(t, m)); n != l.Stats().Segments {
			t.Fatalf("%d files, %d counted", n, l.Stats().Segments)
		}
	}
	if n := l.Stats().Segments; n >= had || n > 2 {
		t.Fatalf("%d segments of %d are left", n, had)
	}
	l.Close()
	l = manual(t, o)
	r.txn(l.Worker(0), 0, rng)
	l.Close()
	if _, err := r.check(m, d, 0, d+1); err != nil {
		t.Fatal(err)
	}
}

// A file may end with the mark of an epoch and yet hold records of the next, as
// they were drained together. Truncating to that mark keeps the file.
func TestTruncateBeyondMark(t *testing.T) {
	m, r, rng := fstest.NewMem(), newRig(10), rand.New(rand.NewPCG(5, 6))
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
