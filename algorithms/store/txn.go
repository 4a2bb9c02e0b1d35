package store

import (
	"time"

	"ckptbench/algorithms/oracle"
)

// A Mode says what a transaction will do with a record.
type Mode uint8

// Modes of access.
const (
	Shared    Mode = iota // read it
	Exclusive             // read and write it, insert it, delete it
)

// An Access declares one record that a transaction will use. A key that is not
// in the table yet may be declared too: it is a record that is absent.
type Access struct {
	Key   uint64
	Table uint16
	Mode  Mode
}

// A Txn is a transaction in progress, whose locks are all held. It is valid
// until the body returns, for the goroutine that runs it.
type Txn struct {
	// Start is the clock's word when the transaction entered: CALC's start
	// phase, CPR's phase and version, LineairDB's epoch.
	Start uint64
	// Seq is the transaction's place in the order that the algorithm goes
	// by: a commit-log position, a version, an epoch, a period. The algorithm
	// sets it in Begin or Commit; a transaction is in an image if Seq <= the
	// image's Point.
	Seq uint64

	id     uint64 // seq<<16 | worker
	stamp  uint64 // what versions written now carry: id, except while undoing
	alg    Algorithm
	recs   []Rec
	access []Access
	log    *oracle.Log // nil where nothing is recorded
	worker *Worker
	watch  bool // reads and writes have more to do than reading and writing
	undoes bool // the request may abort, so old values are kept
}

// ID returns the transaction's id. Ids of the transactions that write one
// record ascend in the order in which they do.
func (tx *Txn) ID() uint64 { return tx.id }

// Stamp returns the stamp that a version written now carries.
func (tx *Txn) Stamp() uint64 { return tx.stamp }

// Epoch returns, in Commit, the log epoch in which the transaction commits; 0
// without a log.
func (tx *Txn) Epoch() uint64 { return tx.worker.epoch }

// Worker returns the number of the worker that runs the transaction.
func (tx *Txn) Worker() int { return tx.worker.id }

// Release gives all of the transaction's locks back, and what it wrote is seen before it
// has committed. It is for the Commit of an algorithm that is wrong on purpose.
func (tx *Txn) Release() {
	w := tx.worker
	w.release()
	w.drill.pause(w.id, Released)
}

// Stalled notes that the transaction stood still, its locks in hand, from since
// until now: its algorithm made it wait. It is for Write.
func (tx *Txn) Stalled(since time.Time) {
	w := tx.worker
	w.waited(since.Sub(w.store.born))
	w.stalls.Add(1)
	w.stalled.Add(int64(time.Since(since)))
}

// Len returns how many records the transaction declared.
func (tx *Txn) Len() int { return len(tx.access) }

// Access returns declaration i.
func (tx *Txn) Access(i int) Access { return tx.access[i] }

// Rec returns the record of declaration i.
func (tx *Txn) Rec(i int) Rec { return tx.recs[i] }

// Read returns the value of record i of those declared; ok is false when it is
// absent. The value is valid until it is written or the body returns.
func (tx *Txn) Read(i int) (v []byte, ok bool) {
	cur := tx.alg.Read(tx, tx.recs[i])
	if tx.log != nil {
		tx.log.Read(tx.recs[i].t.id, tx.recs[i].Key(), cur.Stamp())
	}
	return cur.Bytes(), cur.Present()
}

// Write writes v at offset off of record i, or makes it the whole value when
// off is Whole. It lengthens a shorter value, and makes an absent record
// present. The record must have been declared Exclusive and v must fit its
// table's value size; anything else is a fault of the body, and panics.
func (tx *Txn) Write(i, off int, v []byte) {
	if v == nil {
		v = []byte{}
	}
	tx.write(i, off, v)
}

// Delete makes record i absent.
func (tx *Txn) Delete(i int) { tx.write(i, Whole, nil) }

// write is Write and Delete. It panics on a misuse: going on would corrupt a record.
func (tx *Txn) write(i, off int, v []byte) {
	r := tx.recs[i]
	if tx.access[i].Mode != Exclusive || off < Whole || max(off, 0) > r.t.spec.ValueSize-len(v) {
		panic(misuse(tx, i, off, len(v)))
	}
	if tx.watch {
		tx.watched(r, off, v)
	}
	tx.alg.Write(tx, r, off, v)
}

// watched does what a write has to do besides writing.
func (tx *Txn) watched(r Rec, off int, v []byte) {
	if tx.undoes {
		tx.worker.undo.keep(r, tx.alg.Read(tx, r))
	}
	if tx.log != nil {
		if v == nil {
			tx.log.Delete(r.t.id, r.Key())
		} else {
			tx.log.Write(r.t.id, r.Key())
		}
	}
	if b := tx.worker.redo; b != nil && !tx.worker.drill.forgets(tx) {
		switch {
		case v == nil:
			b.Delete(r.t.id, r.Key())
		case off == Whole:
			b.Put(r.t.id, r.Key(), v)
		default:
			b.Set(r.t.id, r.Key(), off, v)
		}
	}
}
