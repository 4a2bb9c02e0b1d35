package bench

import (
	"ckptbench/harness/bench/journal"
	"ckptbench/harness/bench/judge"
	"ckptbench/harness/config"
	"ckptbench/workload"
)

// journalRoom is how large all journals of a trial may become, in bytes; about as many
// transactions.
const journalRoom = 1 << 30

// judged reports whether the cell's measured images are compared with what its
// transactions wrote: that of a benchmark of stored procedures is known to its own
// conditions alone.
func (c cell) judged() bool { return c.bench == nil && c.Verify != config.VerifyOff && !c.bulk() }

// keepJournals has every driver note what it commits. All algorithms do, and none: it
// costs a byte of memory and about a nanosecond a transaction.
// The room is shared out evenly; a journal that is full says so.
func keepJournals(drivers []*driver, room int) {
	for _, d := range drivers {
		d.journal = journal.New(room / len(drivers))
	}
}

// closeJournals gives their memory back.
func closeJournals(drivers []*driver) {
	for _, d := range drivers {
		if d.journal != nil {
			d.journal.Close()
			d.journal = nil
		}
	}
}

// A replay is what a client committed, dealt again. It is a judge.Session.
// It reads what the journal noted, and deals the same transactions from the same traces.
type replay struct {
	dealer
	run    *run
	worker uint64
	reader journal.Reader
	// The last number read of each, as the journal has differences.
	newest, fresh uint64
}

// replays returns what each driver committed. They must stand still.
func replays(drivers []*driver, decks []deck) (ss []judge.Session) {
	for i, d := range drivers {
		ss = append(ss, &replay{dealer: newDealer(decks[i]), run: d.run, worker: uint64(i), reader: d.journal.Read()})
	}
	return ss
}

// Fork implements judge.Session.
func (r *replay) Fork() judge.Session {
	// All of its state is in it: see dealer.
	f := *r
	return &f
}

// Next implements judge.Session.
func (r *replay) Next(t *judge.Txn) bool {
	for {
		// One that aborted has taken its place in the traces, and its keys.
		seq, committed, ok := r.reader.Next()
		if !ok {
			return false
		}
		txn := r.deal()
		t.ID, t.Writes = seq<<16|r.worker, t.Writes[:0]
		if r.run.relative {
			r.newest += r.reader.Number()
		}
		for i := range txn.Ops {
			r.add(t, &txn.Ops[i])
		}
		if committed {
			return true
		}
	}
}

// add adds what an operation writes, as client.body has it.
func (r *replay) add(t *judge.Txn, op *workload.Op) {
	w := judge.Write{Key: op.Key, Field: judge.Whole}
	switch op.Ref {
	case workload.BelowNewest:
		w.Key = r.newest - min(op.Key, r.newest)
	case workload.Fresh:
		r.fresh += r.reader.Number()
		w.Key = r.fresh
	}
	if !op.Kind.Writes() {
		return
	}
	if r.run.varied {
		r.addVaried(t, op, w)
		return
	}
	if op.Field != workload.FieldAll && r.run.fieldSize < r.run.size {
		w.Field = r.run.layout.index(int(op.Field), r.run.size)
	}
	w.Delete = op.Kind == workload.Delete
	// What the client does not write where the record is gone.
	w.IfPresent = w.Delete || op.Kind == workload.ReadModifyWrite || op.Kind == workload.Update && r.run.deletes
	t.Writes = append(t.Writes, w)
}

// addVaried adds what an operation writes where values differ in length, as
// client.writeVaried and client.writeLarge have it.
func (r *replay) addVaried(t *judge.Txn, op *workload.Op, w judge.Write) {
	l := r.run.layout
	rank, large := l.large.rank(w.Key)
	inField := !large && l.fields > 1 && op.Field != workload.FieldAll
	if inField {
		w.Field = l.index(int(op.Field), l.length(w.Key, 0))
	}
	w.Delete = op.Kind == workload.Delete
	w.IfPresent = w.Delete || op.Kind == workload.ReadModifyWrite ||
		op.Kind == workload.Update && (r.run.deletes || inField)
	t.Writes = append(t.Writes, w)
	if !large {
		return
	}
	// Chunks that the value has, and those that it no longer has.
	first := r.run.key(largeTable, rank*l.large.most())
	for j, n := uint64(0), chunksOf(l.large.length(w.Key, t.ID)); j < l.large.most(); j++ {
		gone := int(j) >= n
		t.Writes = append(t.Writes, judge.Write{Key: first + j, Field: judge.Whole, Delete: gone, IfPresent: gone})
	}
}
