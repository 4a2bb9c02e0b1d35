package store

import (
	"fmt"
	"runtime"
)

// Load makes n records of a table present, before Start, in parallel: fill
// returns record i's key and, in buf or elsewhere, its value. buf is as long
// as the table's values may be and belongs to the call.
func (s *Store) Load(table int, n uint64, fill func(i uint64, buf []byte) (key uint64, v []byte)) error {
	t := s.tables[table]
	if err := s.backing.load(&loading{t, n, fill, runtime.GOMAXPROCS(0)}); err != nil {
		return fmt.Errorf("load table %q: %w", t.spec.Name, err)
	}
	return nil
}

// Each calls f with every record that exists or once did, from one goroutine.
// No transaction may be running. v is nil where the record is absent, and valid
// until the next call. Only of a store with a memory budget it may fail, which
// Err tells.
func (s *Store) Each(f func(table int, key, stamp uint64, v []byte)) {
	for i, t := range s.tables {
		s.note(s.backing.scan(t, func(key, stamp uint64, v []byte) bool { f(i, key, stamp, v); return true }))
	}
}
