package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// testNothingToDo: a store without records, one with a single record, and one
// in which nobody does anything have images too, as often as one likes.
func testNothingToDo(t *testing.T, e entry, seed uint64) {
	check := func(name string, p plan, n int) {
		t.Run(name, func(t *testing.T) {
			w := open(t, e, p)
			for i := range few(3) {
				if n > 0 {
					w.client(0, seed+uint64(i), usual).many(n)
				}
				// Nobody runs now, so the image has to be exactly this.
				want := stateOf(w.s)
				w.same("image", w.readBack(w.checkpoint().Image.Point), want)
			}
			w.verify(oracle.Rules{})
		})
	}
	check("empty,dense", plan{empty: true}, 0)
	check("empty,hash", plan{empty: true, tables: []store.TableSpec{table("t", 32, 8, true)}}, 0)
	check("no capacity", plan{tables: []store.TableSpec{table("t", 32, 0, false), table("u", 32, 0, true)}}, 0)
	check("one record", plan{tables: []store.TableSpec{table("t", 32, 1, false)}}, 5)
	check("idle", plan{}, 0)
	check("all new", plan{empty: true, tables: []store.TableSpec{table("t", 32, 8, true)}}, 5)
}

// testBlockedWorker: workers that wait for a lock nearly all the time hold no
// checkpoint up, nor does one that never runs. Two workers pass one record's
// lock on to each other; a third waits for it with another record's lock in
// hand, for which a fourth waits.
func testBlockedWorker(t *testing.T, e entry, _ uint64) {
	w := open(t, e, plan{workers: 4})
	// Worker 2 waits for record 1 and holds record 0; worker 3 waits for record 0.
	sets := [][]uint64{{1}, {1}, {0, 1}, {0}}
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i, keys := range sets {
		var acc []store.Access
		for _, k := range keys {
			acc = append(acc, store.Access{Key: k, Mode: store.Exclusive})
		}
		q := store.Request{Access: acc, Body: func(*store.Txn) error {
			time.Sleep(500 * time.Microsecond)
			return nil
		}}
		wg.Go(func() {
			for !stop.Load() {
				if err := w.s.Worker(i).Do(&q); err != nil {
					t.Error(err)
				}
			}
		})
	}
	defer wg.Wait()
	// Before the wait: deferred calls run backwards.
	defer stop.Store(true)
	for range few(4) {
		w.checkpoint()
	}
}

// testMemoryReturns: after every checkpoint the algorithm's own memory is what
// it was before; after one that failed, it is so after the next.
func testMemoryReturns(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{workers: 3, streams: 2, tables: []store.TableSpec{table("t", 200, 500, false)}})
	base := w.s.Memory().Own
	// Many keys a transaction: much is set aside.
	l := w.start(seed, mix{keys: 8, gone: 10})
	check := func(after string) {
		t.Helper()
		// In bytes, exactly: nothing may be kept from checkpoint to checkpoint.
		if own := w.s.Memory().Own; own != base {
			t.Errorf("own memory is %d bytes after %s, %d at the beginning", own, after, base)
		}
	}
	for i := range few(5) {
		l.progress(between)
		if i%2 == 1 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*200*time.Microsecond)
			_, _ = w.s.Checkpoint(ctx) // that it may fail is the point
			cancel()
		}
		w.checkpoint()
		check("a checkpoint")
	}
	l.end()
	check("all of them")
	r := rules
	r.MinOut, r.MinBetween = 0, 0
	w.verify(r)
}
