package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A request locks every record once, in the stronger mode, whatever the order
// and however often it is declared, and lets them all go.
func TestLockOnce(t *testing.T) {
	x := func(k uint64) Access { return Access{Key: k, Mode: Exclusive} }
	r := func(k uint64) Access { return Access{Key: k} }
	h := func(k uint64) Access { return Access{Table: 1, Key: k, Mode: Exclusive} }
	check := func(name string, acc []Access, exclusive, shared int) {
		t.Helper()
		for _, nowait := range []bool{false, true} {
			s := openTest(t, func(o *Options) { o.NoWait = nowait })
			w := s.Worker(0)
			do(t, w, acc, func(tx *Txn) {
				got := map[Mode]int{}
				for i, l := range w.locks {
					got[l.mode]++
					if !l.r.head.Lock.Held(true) {
						t.Errorf("%s: record %d is not locked", name, l.r.Key())
					}
					if i > 0 && l.r.t == w.locks[i-1].r.t && l.r.Key() <= w.locks[i-1].r.Key() {
						t.Errorf("%s: record %d is locked after %d", name, l.r.Key(), w.locks[i-1].r.Key())
					}
				}
				if got[Exclusive] != exclusive || got[Shared] != shared {
					t.Errorf("%s: %d exclusive and %d shared locks, want %d and %d", name, got[Exclusive], got[Shared],
						exclusive, shared)
				}
				for i := range tx.Len() {
					if tx.Rec(i).Key() != acc[i].Key || tx.Rec(i).Table() != int(acc[i].Table) {
						t.Errorf("%s: declaration %d is record %d of table %d", name, i, tx.Rec(i).Key(), tx.Rec(i).Table())
					}
				}
			})
			s.env.Records(func(r Rec) {
				if r.head.Lock.Held(true) {
					t.Errorf("%s: record %d is still locked", name, r.Key())
				}
			})
		}
	}
	check("none", nil, 0, 0)
	check("in order", []Access{r(1), x(2), h(1)}, 2, 1)
	check("out of order", []Access{h(9), x(5), r(1), x(2)}, 3, 1)
	check("twice shared", []Access{r(1), r(1)}, 0, 1)
	check("twice exclusive", []Access{x(1), x(1)}, 1, 0)
	check("exclusive, then shared", []Access{x(1), r(1)}, 1, 0)
	check("shared, then exclusive", []Access{r(1), x(1)}, 1, 0)
	check("far apart", []Access{r(1), x(3), x(1), r(3), h(2), r(1)}, 3, 0)
}

// A worker that finds a lock held waits for it, or in the no-wait mode tries
// again, and says since when it had to; a copy of a checkpointer's is no
// conflict.
func TestLockWaits(t *testing.T) {
	for _, nowait := range []bool{false, true} {
		for _, early := range []bool{false, true} {
			s := openTest(t, func(o *Options) { o.NoWait, o.Early = nowait, early })
			held := s.tables[0].rec(3)
			// try holds the lock for a while and returns what the worker that
			// wanted it has to say.
			try := func(take func() bool, release func(), d time.Duration) (waited bool) {
				if !take() {
					t.Fatal("the lock is not free")
				}
				var wg sync.WaitGroup
				start := time.Now()
				wg.Go(func() { do(t, s.Worker(1), rw(1, 3), func(*Txn) {}) })
				time.Sleep(d)
				for !nowait && len(s.clock.Running()) > 0 {
					time.Sleep(d) // for ever, if a worker that waits holds phases up
				}
				released := time.Now()
				release()
				wg.Wait()
				since, ok := s.Worker(1).Waited()
				if ok && (since.Before(start) || since.After(released)) {
					t.Errorf("waited since %v, want between %v and %v", since, start, released)
				}
				return ok
			}
			check := func(name string, take func() bool, release func(), conflicts bool) {
				t.Helper()
				before, d := s.Counts().Conflicts, time.Millisecond
				for !try(take, release, d) { // it did not get round to it while the lock was held
					if d *= 2; d > time.Second {
						t.Fatalf("%s: the worker never waits", name)
					}
				}
				if got := s.Counts().Conflicts > before; got != conflicts {
					t.Errorf("%s, nowait %v: conflicts counted: %v, want %v", name, nowait, got, conflicts)
				}
			}
			lock := &held.head.Lock
			check("writer", func() bool { _, ok := lock.TryLock(); return ok }, func() { lock.Unlock(9) }, nowait)
			check("reader", func() bool { _, ok := lock.TryRLock(); return ok }, lock.RUnlock, nowait)
			check("copier", lock.WantCopy, lock.EndCopy, false)
			do(t, s.Worker(1), rw(1, 3), func(*Txn) {})
			if _, ok := s.Worker(1).Waited(); ok {
				t.Error("waited for a free lock")
			}
		}
	}
}

// Two workers that have a lock nearly all the time do not keep a third from it,
// whether it reads or writes.
func TestNobodyStarves(t *testing.T) {
	for _, mode := range []Mode{Shared, Exclusive} {
		s := openTest(t, func(o *Options) { o.Workers = 3 })
		var stop atomic.Bool
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() {
				for !stop.Load() {
					do(t, s.Worker(i), rw(3), func(*Txn) { time.Sleep(500 * time.Microsecond) })
				}
			})
		}
		for s.Counts().Commits < 10 {
			time.Sleep(time.Millisecond)
		}
		for range 20 {
			do(t, s.Worker(2), []Access{{Key: 3, Mode: mode}}, func(*Txn) {})
		}
		stop.Store(true)
		wg.Wait()
	}
}
