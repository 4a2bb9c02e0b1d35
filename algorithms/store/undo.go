package store

import "fmt"

// An undo is what a transaction that may abort needs to put back. It belongs
// to one worker.
type undo struct {
	olds []old
	data []byte
}

// An old is what a record was before the transaction wrote it first.
type old struct {
	r       Rec
	stamp   uint64
	present bool
	at, n   int // of the value in data
}

// keep notes what r was before the transaction first wrote it.
func (u *undo) keep(r Rec, v *Version) {
	for i := range u.olds {
		if u.olds[i].r == r {
			return
		}
	}
	u.olds = append(u.olds, old{r, v.Stamp(), v.Present(), len(u.data), v.Len()})
	u.data = append(u.data, v.Bytes()...)
}

// forget empties the list and keeps its memory.
func (u *undo) forget() { u.olds, u.data = u.olds[:0], u.data[:0] }

// undo writes every old value back through the algorithm, under the stamp it
// had.
func (tx *Txn) undo() {
	u := &tx.worker.undo
	for _, o := range u.olds {
		tx.stamp = o.stamp
		v := u.data[o.at : o.at+o.n]
		switch {
		case !o.present:
			v = nil
		case v == nil: // no bytes, of no data: not to be taken for absent
			v = []byte{}
		}
		tx.alg.Write(tx, o.r, Whole, v)
	}
	tx.stamp = tx.id
	u.forget()
}

// misuse describes a write that its transaction did not declare.
func misuse(tx *Txn, i, off, n int) string {
	a := tx.access[i]
	return fmt.Sprintf("write of %d bytes at %d to key %d of table %d (values of up to %d bytes), declared with mode %d",
		n, off, a.Key, a.Table, tx.recs[i].t.spec.ValueSize, a.Mode)
}
