package store

import "iter"

// Value returns the value of a key as the algorithm has it, without a
// transaction: none may be running. ok is false where the record is absent. The
// table must exist; the value is good until a transaction writes it.
func (s *Store) Value(table int, key uint64) (v []byte, ok bool) {
	t := s.tables[table]
	slot, ok := key, key < t.spec.Capacity
	if t.index != nil {
		slot, ok = t.index.look(key)
	}
	if !ok {
		return nil, false
	}
	cur := s.alg.Read(s.outside(), t.rec(slot))
	return cur.Bytes(), cur.Present()
}

// All yields the key and the value of every record of a table that is present.
// No transaction may be running. The table must exist; a value is good until a
// transaction writes it.
func (s *Store) All(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		t, tx := s.tables[table], s.outside()
		for slot := range t.high.Load() {
			r := t.rec(slot)
			if v := s.alg.Read(tx, r); v.Present() && !yield(r.Key(), v.Bytes()) {
				return
			}
		}
	}
}

// outside returns what records are read by outside of transactions: its worker's
// number is the first that no worker has.
func (s *Store) outside() *Txn { return &Txn{alg: s.alg, worker: &Worker{id: len(s.workers)}} }

// look finds the slot of a key and makes no room for one that is new. Nobody may
// be inserting.
func (x *hashIndex) look(key uint64) (slot uint64, ok bool) {
	for i := x.home(key); ; i++ {
		c := x.cell(i)
		switch s := c.state.Load(); {
		case s < slot0:
			return 0, false
		case c.key.Load() == key:
			return s - slot0, true
		}
	}
}
