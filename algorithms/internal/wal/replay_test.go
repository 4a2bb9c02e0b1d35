package wal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
)

// Many workers, all numbers of loggers, small rings and small segments; two
// sessions, the second with other numbers.
func TestRoundTrip(t *testing.T) {
	for loggers := 1; loggers <= 3; loggers++ {
		for _, sync := range []bool{true, false} {
			t.Run(fmt.Sprintf("loggers=%d/sync=%v", loggers, sync), func(t *testing.T) {
				m, r := fstest.NewMem(), newRig(50)
				o := Options{Dir: dir, FS: m, Workers: 5, Loggers: loggers, Sync: sync,
					Interval: time.Millisecond, SegmentBytes: 32 << 10, RingBytes: 4 << 10}
				d1 := runRig(t, r, o, 300)
				o.Workers, o.Loggers = 2, 4-loggers
				d2 := runRig(t, r, o, 300)
				if _, err := r.check(m, 0, 0, d2); err != nil {
					t.Fatal(err)
				}
				for _, span := range [][2]uint64{{0, d1}, {d1, 0}, {d1 / 2, d1}, {d1 - 1, d1 + 1}, {d2, 0}, {d2 + 5, 0}} {
					if _, err := r.check(m, span[0], span[1], span[1]); err != nil {
						t.Fatalf("(%d, %d]: %v", span[0], span[1], err)
					}
				}
				if _, _, err := r.replayed(m, 0, d2+1000); err == nil {
					t.Fatal("replayed beyond the end")
				}
				if info, err := Verify(t.Context(), m, dir); err != nil || info.From != 0 || info.Records != 300*7 ||
					len(info.Cuts) > 0 {
					t.Fatalf("verify: %+v %v", info, err)
				}
			})
		}
	}
}

// runRig opens the log, has each worker commit n transactions, closes it and
// returns the durable epoch.
func runRig(t *testing.T, r *rig, o Options, n int) uint64 {
	t.Helper()
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range o.Workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			for i := range n {
				e := r.txn(l.Worker(w), w, rng)
				if i%100 == 99 {
					if err := l.WaitDurable(t.Context(), e); err != nil || l.Durable() < e {
						t.Error(err, l.Durable(), e)
					}
				}
			}
		})
	}
	wg.Wait()
	e := l.Epoch()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l.Durable() < e {
		t.Fatalf("durable %d after Close in epoch %d", l.Durable(), e)
	}
	if err := l.WaitDurable(t.Context(), e+100); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Records != uint64(n*o.Workers) || s.Bytes == 0 || s.Groups == 0 || s.Syncs == 0 {
		t.Fatalf("%+v", s)
	}
	return l.Durable()
}

// A replay beside the running log sees the durable epochs whole.
func TestReplayWhileOpen(t *testing.T) {
	m, r := fstest.NewMem(), newRig(20)
	l, err := Open(Options{Dir: dir, FS: m, Workers: 1, Loggers: 2, Interval: time.Millisecond, SegmentBytes: 4 << 10,
		RingBytes: 4096, Sync: true})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		rng := rand.New(rand.NewPCG(1, 1))
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			e := r.txn(l.Worker(0), 0, rng)
			if i%20 == 0 {
				l.WaitDurable(t.Context(), e)
			}
		}
	})
	type run struct {
		got  [][]op
		upTo uint64
	}
	var runs []run
	for range 12 {
		e, err := l.Note(t.Context(), 1, []byte("x"))
		if err == nil {
			err = l.WaitDurable(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, info, err := r.replayed(m, 0, l.Durable())
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run{got, info.To})
	}
	close(stop)
	wg.Wait()
	l.Close()
	for _, x := range runs {
		if err := r.compare(x.got, 0, x.upTo); err != nil {
			t.Fatal(err)
		}
	}
}

// Windows smaller than the log: the loggers are read in step.
func TestReplayWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60 MiB")
	}
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 2, Loggers: 2})
	v := make([]byte, 1000)
	stamp := uint64(0)
	for range 60 {
		for i := range 1000 { // worker 1 has a tenth of the work
			for w := range 2 {
				if w == 0 || i%10 == 0 {
					stamp++
					l.Worker(w).Begin()
					l.Worker(w).Put(0, stamp%7, v)
					l.Worker(w).Commit(stamp)
				}
			}
		}
		step(t, l)
	}
	l.Close()
	last := [7]uint64{}
	n := uint64(0)
	info, err := Replay(t.Context(), m, dir, 0, 0, 1, func(_ int, c Change) error {
		n++
		if c.Stamp <= last[c.Key] || len(c.Value) != 1000 {
			return fmt.Errorf("stamp %d after %d", c.Stamp, last[c.Key])
		}
		last[c.Key] = c.Stamp
		return nil
	})
	if err != nil || n != stamp || info.Changes != int64(stamp) {
		t.Fatal(n, stamp, info.Changes, err)
	}
}

func TestReplayStops(t *testing.T) {
	m, r := fstest.NewMem(), newRig(5)
	runRig(t, r, Options{Dir: dir, FS: m, Workers: 1, Interval: time.Millisecond}, 100)
	broken := errors.New("broken")
	if _, err := Replay(t.Context(), m, dir, 0, 0, 2, func(int, Change) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Replay(ctx, m, dir, 0, 0, 2, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// What is told ahead of a change is told before it, and of every change but the
// first few of a window; and it changes nothing.
func TestReplayAhead(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1})
	b := l.Worker(0)
	const n = 100
	for k := range uint64(n) {
		b.Begin()
		b.Put(3, k, nil)
		b.Commit(k + 1)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	told, done := uint64(aheadChanges), uint64(0)
	info, err := ReplayAhead(t.Context(), m, dir, 0, 0, 1, func(c *Change) {
		if c.Table != 3 || c.Key != told || told != done+aheadChanges {
			t.Errorf("told of key %d of table %d ahead of key %d", c.Key, c.Table, done)
		}
		told++
	}, func(_ int, c Change) error {
		if c.Key != done {
			t.Errorf("key %d comes after %d", c.Key, done)
		}
		done++
		return nil
	})
	if err != nil || info.Changes != n || done != n || told != n {
		t.Errorf("%d changes, told of those to %d; error %v", done, told, err)
	}
}
