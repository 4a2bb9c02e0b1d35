package storetest

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// testGenerations: a store recovered from an image goes on from there, and its
// images are right again, over several generations; no id of an earlier one is
// used again.
func testGenerations(t *testing.T, e entry, seed uint64) {
	generations(t, e, seed, plan{workers: 2,
		tables: []store.TableSpec{table("a", 48, 20, true), table("b", 48, 20, false)}})
}

// testLogTail: with a log, what is recovered is all that was committed, though
// the newest image is older, over several generations.
func testLogTail(t *testing.T, e entry, seed uint64) {
	generations(t, e, seed, plan{workers: 2, log: true,
		tables: []store.TableSpec{table("a", 48, 20, true), table("b", 48, 20, false)}})
}

// generations runs a store, closes it, recovers into the next, and so on, on one disk.
func generations(t *testing.T, e entry, seed uint64, p plan) {
	mem := fstest.NewMem()
	w := openOn(t, e, p, mem, nil)
	logged := p.log || e.NeedsLog
	last := uint64(few(4))
	for g := range last + 1 {
		l := w.start(seed+g, usual)
		l.images(2, 0)
		l.end()
		// Each generation is judged by itself, from the state that it began with.
		w.verify(rules)
		live := stateOf(w.s)
		w.close()
		if logged && !w.own.None() { // it is reborn from these: its image has to do as well
			_, state, err := w.recoverAll(mem)
			w.must(err)
			w.same("state from the image and the log", state, live)
		}
		if g == last || t.Failed() {
			return
		}
		w = w.reborn(logged)
		if logged {
			w.same("recovered state", stateOf(w.s), live)
		}
	}
}

// reborn recovers into a new store under the same algorithm, on the same disk.
func (w *world) reborn(log bool) *world {
	t := w.t
	t.Helper()
	// The same disk, and another store.
	r := build(t, w.e, w.p, w.mem, w.disk)
	src := store.Source{Images: imageDir, FS: w.mem, Parallel: 2}
	if log {
		src.Log, src.Own = logDir, r.own
	}
	got, err := r.s.Recover(context.Background(), src)
	r.must(err)
	if len(got.Problems) > 0 != w.lost {
		t.Errorf("recovery met problems: %v; that the log had been lost is one: %t", got.Problems, w.lost)
	}
	// Own files are used if there are some, and only then.
	if got.Own == src.Own.None() {
		t.Errorf("recovered from own files: %t, and there are %+v", got.Own, src.Own)
	}
	r.must(r.s.Start())
	state := stateOf(r.s)
	if !log {
		r.same("recovered state", state, w.images[len(w.images)-1].State)
	}
	r.initial = state
	last := lastSeq(r.s)
	// Ids ascend over generations, or the log would apply old changes.
	t.Cleanup(func() { // the clients have ended by then
		for tx := range r.history().All() {
			if tx.ID>>16 <= last && writes(tx) {
				t.Errorf("transaction id %#x is not above what was recovered, %#x", tx.ID, last<<16)
			}
		}
	})
	return r
}

// writes reports whether a transaction wrote anything.
func writes(tx oracle.Txn) bool {
	for _, op := range tx.Ops {
		if op.Write {
			return true
		}
	}
	return false
}

// lastSeq returns the largest sequence number on any record.
func lastSeq(s *store.Store) (last uint64) {
	s.Each(func(_ int, _, stamp uint64, _ []byte) { last = max(last, stamp>>16) })
	return last
}

// testSameAsBaseline: the same operations, by one worker, leave the same state
// under every algorithm as under none, stamps included; and an image taken
// between two of them is the state at that moment.
func testSameAsBaseline(t *testing.T, e entry, seed uint64) {
	baseline, _ := algorithms.Find("none")
	none := entry{baseline, e.found}
	m := usual
	m.long = 0
	p := plan{tables: []store.TableSpec{table("a", 48, 10, false), table("b", 100, 10, true), table("c", 0, 4, false)}}
	a, b := open(t, e, p), open(t, none, p)
	// The same seed, so the same transactions.
	x, y := a.client(0, seed, m), b.client(0, seed, m)
	for i, start := 0, time.Now(); i < few(4) || i < 20 && time.Since(start) < share(500*time.Millisecond); i++ {
		x.many(40)
		y.many(40)
		want := stateOf(b.s)
		a.same("live state", stateOf(a.s), want)
		if !e.Baseline {
			a.same("image", a.readBack(a.checkpoint().Image.Point), want)
		}
	}
	if !e.Unsound {
		a.verify(oracle.Rules{})
	}
}
