package storetest

import (
	"fmt"
	"strings"

	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// stateOf reads a store in which no transaction runs.
// It is what a reader sees; deleted records are in it as absent ones.
func stateOf(s *store.Store) *oracle.State {
	state, _ := read(s)
	return state
}

// read returns the state of a store, and how many entries it has: records and deleted
// ones that it still knows of.
func read(s *store.Store) (state *oracle.State, entries uint64) {
	// genuine tells the oracle whether a value belongs to the stamp it carries.
	state = oracle.NewState(1, genuine)
	s.Each(func(table int, key, stamp uint64, v []byte) {
		entries++
		state.Shard(0).Put(table, key, stamp, v != nil, v)
	})
	return state, entries
}

// history indexes what the workers did. No worker may be running.
func (w *world) history() *oracle.History {
	w.t.Helper()
	h, err := w.rec.History(w.initial)
	w.must(err)
	return h
}

// verify has the oracle judge the images noted so far, and the live store, at the level
// that the algorithm's entry promises.
func (w *world) verify(rules oracle.Rules) {
	w.t.Helper()
	h := w.history()
	rules.Level = w.e.Oracle
	var images string
	// It has no images; its history is judged all the same.
	if w.e.Baseline {
		w.report(h.Check(rules))
	} else {
		r := h.CheckImages(w.images, rules)
		w.report(r)
		images = tallies(r)
	}
	// The live store has to be what all transactions left.
	w.report(h.Final(stateOf(w.s), rules))
	w.t.Logf("%d transactions, %d of them writing%s", h.Len(), h.Writing(), images)
}

// tallies describes some six of the images judged: how many transactions are in each.
func tallies(r *oracle.Report) string {
	var b strings.Builder
	for i, n := range r.Images {
		if i%max(1, len(r.Images)/6) == 0 {
			fmt.Fprintf(&b, "; %s: %d in, %d out", n.Image, n.In, n.Out)
		}
	}
	return fmt.Sprintf(", %d images%s", len(r.Images), b.String())
}

// report fails the test with the report's violations, if there are any.
func (w *world) report(r *oracle.Report) {
	w.t.Helper()
	if err := r.Err(); err != nil {
		w.e.found.add(w.t.Name(), r)
		w.t.Error(err)
	}
}

// same compares two states as a reader sees them: a deleted record is an absent one.
func (w *world) same(what string, got, want *oracle.State) {
	w.t.Helper()
	diffs, n := oracle.Equal(got, want, 5)
	for _, d := range diffs {
		w.t.Errorf("%s: key %d of table %d is %s", what, d.Key, d.Table, d.Text)
	}
	if n > len(diffs) {
		w.t.Errorf("%s: %d records differ in all", what, n)
	}
}
