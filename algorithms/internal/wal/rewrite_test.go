package wal

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// The process is started again after a sync that failed; the machine was not. What
// the new session acknowledges survives a power cut, though the page cache held
// records that no later sync would have written.
func TestRestartAfterFailedSync(t *testing.T) {
	for _, sync := range []bool{true, false} {
		for loggers := 1; loggers <= 2; loggers++ {
			restartAfterFailedSync(t, sync, loggers)
		}
	}
}

func restartAfterFailedSync(t *testing.T, sync bool, loggers int) {
	t.Helper()
	m := fstest.NewMem()
	failing := false
	disk := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if failing && c.Op == "sync" {
			return fstest.Outcome{Err: syscall.EIO}
		}
		return fstest.Outcome{}
	})
	o := Options{Dir: dir, FS: disk, Workers: 2, Loggers: loggers, Sync: sync, Interval: time.Millisecond}
	commit := func(l *Log, key uint64) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		b := l.Worker(int(key) % 2)
		b.Begin()
		b.Put(0, key, []byte("value"))
		return l.Harden(ctx, b.Commit(key<<16))
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := commit(l, 1); err != nil {
		t.Fatal(err)
	}
	failing = true
	if err := commit(l, 2); err == nil {
		t.Fatal("the failed sync was not reported")
	}
	l.Close()
	failing = false
	if l, err = Open(o); err != nil {
		t.Fatal(err)
	}
	if err := commit(l, 3); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(40) {
		c := m.CrashClone(newRand(seed))
		keys, err := keysOf(t, c, 0, 0)
		if err != nil || !slices.Contains(keys, 1) || !slices.Contains(keys, 3) {
			t.Fatalf("sync %t, %d loggers: keys %v, error %v: 1 and 3 were acknowledged", sync, loggers, keys, err)
		}
		again, err := Open(Options{Dir: dir, FS: c, Workers: 1, Sync: true})
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
	}
	l.Close()
}

// The power goes, or the disk fails, at any call of an Open that builds on a log
// that was not closed: nothing durable is lost, and the next Open gets through.
func TestRewriteCutOff(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := newRig(6)
	open, end, _ := small(t, r, Options{Sync: true, Loggers: 2, SegmentBytes: 900}, 6)
	for n := 1; ; n++ {
		m := disk(t, open)
		calls := 0
		var cut *fstest.Mem
		hooked := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
			if calls++; calls < n {
				return fstest.Outcome{}
			}
			if cut == nil {
				cut = m.CrashClone(newRand(seed + uint64(n)))
			}
			return fstest.Outcome{Err: syscall.EIO}
		})
		l, err := Open(Options{Dir: dir, FS: hooked, Workers: 1, Sync: true, Interval: time.Hour})
		if err == nil {
			l.Close()
		}
		if calls < n {
			break
		}
		for _, left := range []*fstest.Mem{cut, m} { // a power cut; and a failure, after which the process begins anew
			if _, err := r.check(left, 0, 0, end); err != nil {
				t.Fatalf("cut at call %d: %v", n, err)
			}
			l, err := Open(Options{Dir: dir, FS: left, Workers: 1, Sync: true, Interval: time.Hour})
			if err != nil {
				t.Fatalf("opened again after a cut at call %d: %v", n, err)
			}
			l.Close()
			for name := range files(t, left) {
				if strings.HasSuffix(name, durable.TmpSuffix) {
					t.Errorf("cut at call %d: %s is left over", n, name)
				}
			}
			if _, err := r.check(left, 0, 0, end); err != nil {
				t.Fatalf("opened again after a cut at call %d: %v", n, err)
			}
		}
	}
}
