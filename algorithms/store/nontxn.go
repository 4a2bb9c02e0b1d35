package store

import (
	"fmt"
	"iter"
)

// Value returns the value of a key as the algorithm has it, without a
// transaction: none may be running. ok is false where the record is absent. The
// table must exist; the value is valid until a transaction writes it.
func (s *Store) Value(table int, key uint64) (v []byte, ok bool) {
	t := s.tables[table]
	v, err := s.backing.find(t, key)
	if err != nil {
		s.note(fmt.Errorf("key %d of table %q: %w", key, t.spec.Name, err))
	}
	return v, v != nil
}

// All yields the key and the value of every record of a table that is present.
// No transaction may be running. The table must exist; a value is valid until a
// transaction writes it.
func (s *Store) All(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		s.note(s.backing.scan(s.tables[table], func(key, _ uint64, v []byte) bool { return v == nil || yield(key, v) }))
	}
}

// Err returns the first error that Value, All or Each met: records could not be
// read, and were passed over. It is always nil but of a store with a memory
// budget, whose records may be on disk. No transaction may be running.
func (s *Store) Err() error { return s.err }

// note keeps the first error. Several may be reading at once, as long as none fails.
func (s *Store) note(err error) {
	if err != nil && s.err == nil {
		s.err = err
	}
}

// nonTxn returns a Txn to read records with where no transaction runs: its worker's
// number is the first that no worker has.
func (s *Store) nonTxn() *Txn { return &Txn{alg: s.alg, worker: &Worker{id: len(s.workers)}} }

// look finds the slot of a key, and takes none for a key that is new. No worker may be
// inserting.
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
