package storetest

import (
	"fmt"
	"testing"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// testNoAllocation: a transaction allocates nothing: not a read, a write, one of
// ten keys or one that aborts; not with a log; and not while an image is being
// captured, but for the first access of a record where versions live on the Go
// heap: setting one aside there is allocating.
func testNoAllocation(t *testing.T, e entry) {
	if sched.Enabled {
		t.Skip("sleeping allocates")
	}
	// The redo goes into a ring that is allocated at the start.
	for _, log := range []bool{false, true} {
		for _, hash := range []bool{false, true} {
			t.Run(fmt.Sprintf("log=%v,hash=%v", log, hash), func(t *testing.T) {
				p := plan{silent: true, log: log, tables: []store.TableSpec{table("t", 100, 1000, hash)}}
				open(t, e, p).allocates(t, "at rest")
			})
		}
	}
	if e.Baseline {
		return
	}
	t.Run("capture", func(t *testing.T) {
		// The checkpoint is held in the middle of its capture while transactions run.
		k := stuckCheckpoint(t, e, plan{silent: true, tables: []store.TableSpec{table("t", 100, 1000, false)}}, nil)
		// The first access sets the old version aside, which may allocate; the later ones must
		// not.
		if e.Heap {
			k.w.touchAll()
		}
		k.w.allocates(t, "during a checkpoint")
		k.end()
	})
}

// touchAll reads and writes the records that allocates uses.
func (w *world) touchAll() {
	w.t.Helper()
	// Keys begin where the table's do; tables with an index do not begin at 0.
	first, v := origin(w.p.tables[0]), make([]byte, 64)
	for at := range uint64(counted) {
		w.must(w.s.Worker(0).Do(&store.Request{
			Access: []store.Access{{Key: first + at, Mode: store.Exclusive}},
			Body: func(tx *store.Txn) error {
				tx.Read(0)
				tx.Write(0, store.Whole, v)
				return nil
			},
		}))
	}
}

// counted is how many records allocates uses.
// They fit into the smallest table that is used, and each is met several times in 2000
// transactions.
const counted = 400

// allocates counts what transactions of every kind allocate.
func (w *world) allocates(t *testing.T, when string) {
	t.Helper()
	v := make([]byte, 64)
	worker, first := w.s.Worker(0), origin(w.p.tables[0])
	check := func(name string, keys int, mode store.Mode, fail bool) {
		t.Helper()
		var at uint64
		// One request for all runs: what the caller allocates is not counted against the store.
		q := store.Request{Access: make([]store.Access, keys), MayAbort: fail, Body: func(tx *store.Txn) error {
			for i := range tx.Len() {
				tx.Read(i)
				if mode == store.Exclusive {
					tx.Write(i, store.Whole, v)
					tx.Write(i, 8, v[:8])
				}
			}
			if fail {
				return errAbort
			}
			return nil
		}}
		n := testing.AllocsPerRun(2000, func() {
			for i := range q.Access {
				q.Access[i] = store.Access{Key: first + at%counted, Mode: mode}
				at++
			}
			if err := worker.Do(&q); (err != nil) != fail {
				t.Error(err)
			}
		})
		if n != 0 {
			t.Errorf("%s %s: %v allocations a transaction, want 0", name, when, n)
		}
	}
	check("read", 1, store.Shared, false)
	check("write", 1, store.Exclusive, false)
	check("ten keys", 10, store.Exclusive, false)
	check("abort", 3, store.Exclusive, true)
}
