package store

import (
	"fmt"

	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/wal"
)

// A Loader is an Algorithm that has no use for the records' slots: what the store
// is loaded with or recovered from goes to it at once, and not into slots that
// Loaded would find it in.
type Loader interface {
	// NewLoading returns what one goroutine hands records over by.
	NewLoading() Loading
	// Records returns how many records it has, those included that are
	// deleted. Nobody may be loading.
	Records() uint64
	// Forget makes it empty again. Nobody may be loading, and no Loading is
	// used any more.
	Forget() error
}

// A Loading hands records over to a Loader, for one goroutine. Where several do
// so at once, no two have the same record.
type Loading interface {
	// Put makes v the value of a record, or the record absent where v is nil,
	// as the transaction with that stamp left it. It copies v. It may take
	// effect as late as Flush.
	Put(table int, key, stamp uint64, v []byte) error
	// Redo applies a change, as Write has it, unless the record was written
	// by a later transaction. It comes after the Flush of all that was Put.
	Redo(table int, key, stamp uint64, off int, v []byte) error
	// Flush has all that was Put take effect.
	Flush() error
}

// A Restore is a way in which a Loader that stores rows in pages puts them there.
type Restore string

// Ways of loading, after IEP-32's three to put many rows.
const (
	RestoreRows      Restore = "rows"      // one at a time
	RestoreBatch     Restore = "batch"     // in sorted batches: rows into pages first, and then all of a batch into the index
	RestoreInvokeAll Restore = "invokeall" // in sorted batches: one pass over the index, which stores each row
)

// HeadOnly as Options.Versions means that a slot holds no version: for a Loader.
const HeadOnly = -1

// loadings returns n of them; none where the records go into slots.
func (s *Store) loadings(n int) []Loading {
	if s.loader == nil {
		return nil
	}
	ls := make([]Loading, n)
	for i := range ls {
		ls[i] = s.loader.NewLoading()
	}
	return ls
}

func flushAll(ls []Loading) error {
	for _, l := range ls {
		if err := l.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// place returns the record of a key for so many bytes at off, whose clock it
// raises to that of the stamp.
func (t *table) place(key, stamp uint64, off, n int) (Rec, error) {
	r, ok := t.find(key)
	if !ok {
		return r, fmt.Errorf("key %d: %w", key, ErrFull)
	}
	if off < record.Whole || max(off, 0) > t.spec.ValueSize-n {
		return r, fmt.Errorf("key %d: %d bytes at %d in values of up to %d", key, n, off, t.spec.ValueSize)
	}
	r.head.Lock.Unlock(max(stamp>>16, r.head.Lock.Clock()))
	return r, nil
}

// put makes v the value of a record that no transaction can see yet: the i-th of
// ls does, where there are any. fresh reports whether it is the first of the
// record in its slot.
func (s *Store) put(ls []Loading, i, table int, key, stamp uint64, v []byte) (fresh bool, err error) {
	t := s.tables[table]
	if ls == nil {
		return t.put(key, stamp, record.Whole, v)
	}
	if _, err := t.place(key, stamp, record.Whole, len(v)); err != nil {
		return false, err
	}
	return false, ls[i].Put(table, key, stamp, v)
}

// redo applies a change of the log.
func (s *Store) redo(ls []Loading, i int, c wal.Change) error {
	t := s.tables[c.Table]
	off, v := record.Whole, c.Value
	switch c.Kind {
	case wal.KindDelete:
		v = nil
	case wal.KindPut:
	default:
		off = c.Off
	}
	if ls == nil {
		return t.redo(c.Key, c.Stamp, off, v)
	}
	if _, err := t.place(c.Key, c.Stamp, off, len(v)); err != nil {
		return err
	}
	return ls[i].Redo(c.Table, c.Key, c.Stamp, off, v)
}
