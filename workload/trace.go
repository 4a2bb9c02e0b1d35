package workload

import (
	"cmp"
	"slices"
	"time"
)

// A Trace is a sequence of transactions drawn from a stream in advance. A worker
// replays it, as often as needed, at the cost of reading it: drawing a zipfian key
// costs more than a whole transaction on a store in memory, and would be measured
// with it.
//
// The operations of a transaction whose keys are all Absolute are sorted by
// Table and Key, the order in which locks are taken; others are in the order
// drawn, as their keys are not known yet.
//
// A trace takes 16 bytes for each operation and 8 for each transaction: 168
// for one of ten keys, 24 for one of a single key. It holds no pointers but
// those to its two arrays, which lie in memory that a forked child does not get. It
// is read-only, so workers may share it. The operations it returns are valid while
// the trace is reachable.
type Trace struct {
	ops  []Op          // of all transactions, one after another
	txns []word        // a word for each transaction, and one more that ends the last
	hold time.Duration // how long each long transaction holds its locks
}

// A word describes one transaction: where its operations start in Trace.ops, and, in
// the lowest bits, whether it is long and whether it aborts.
type word uint64

const (
	longBit word = 1 << iota
	abortBit
	startAt = 2 // the bit at which the start begins
)

func (w word) start() int { return int(w >> startAt) }

// Record draws the next n transactions of st into a trace; none if n is not
// above 0. It advances st, so that two calls on one stream give different traces.
//
// Rare transactions need a long trace: with a share of 1e-5, a million
// transactions have ten long ones, give or take three.
func Record(st *Stream, n int) *Trace {
	n = max(n, 0)
	perTxn := float64(st.keys) + st.long.share*float64(st.long.keys-st.keys)
	r := recorder{Trace: &Trace{hold: st.long.hold}}
	r.ops, r.opsIn = unforked[Op](int(perTxn * float64(n)))
	txns, txnsIn := unforked[word](n + 1)
	r.txns = txns
	var t Txn
	for range n {
		st.Next(&t)
		r.add(&t)
	}
	r.txns = append(r.txns, word(len(r.ops))<<startAt)
	r.ops, r.txns = slices.Clip(r.ops), slices.Clip(r.txns)
	r.opsIn.freeWith(r.Trace)
	txnsIn.freeWith(r.Trace)
	return r.Trace
}

// A recorder is a trace that is being recorded.
type recorder struct {
	*Trace
	opsIn mapping // what its operations lie in
}

// add appends t, whose operations it may reorder.
func (r *recorder) add(t *Txn) {
	w := word(len(r.ops)) << startAt
	if t.Long {
		w |= longBit
	}
	if t.Abort {
		w |= abortBit
	}
	if !slices.ContainsFunc(t.Ops, func(o Op) bool { return o.Ref != Absolute }) {
		slices.SortFunc(t.Ops, func(a, b Op) int {
			return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key, b.Key))
		})
	}
	r.makeRoom(len(t.Ops))
	r.ops = append(r.ops, t.Ops...)
	r.txns = append(r.txns, w)
}

// makeRoom makes room for n more operations: how many long transactions are drawn is chance, and
// append would take memory of the heap.
func (r *recorder) makeRoom(n int) {
	if len(r.ops)+n <= cap(r.ops) {
		return
	}
	ops, in := unforked[Op](len(r.ops) + len(r.ops)/4 + n)
	ops = append(ops, r.ops...)
	r.opsIn.free()
	r.ops, r.opsIn = ops, in
}

// Len returns the number of transactions recorded.
func (trace *Trace) Len() int { return len(trace.txns) - 1 }

// At returns transaction i, from 0 to Len()-1; any other i panics, as an index
// does. Its Ops are the trace's own: read them only. It copies no operation and
// allocates nothing.
func (trace *Trace) At(i int) Txn {
	w, end := trace.txns[i], trace.txns[i+1].start()
	t := Txn{Ops: trace.ops[w.start():end:end], Long: w&longBit != 0, Abort: w&abortBit != 0}
	if t.Long {
		t.Hold = trace.hold
	}
	return t
}
