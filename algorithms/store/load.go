package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Load makes n records of a table present, before Start, in parallel: fill
// returns record i's key and, in buf or elsewhere, its value. buf is as long
// as the table's values may be and belongs to the call.
func (s *Store) Load(table int, n uint64, fill func(i uint64, buf []byte) (key uint64, v []byte)) error {
	t := s.tables[table]
	parts := uint64(runtime.GOMAXPROCS(0))
	if s.keeper != nil {
		if err := s.keeper.Fill(context.Background(), &loading{t, n, parts, fill}); err != nil {
			return fmt.Errorf("load table %q: %w", t.spec.Name, err)
		}
		return nil
	}
	errs := make([]error, parts)
	loadings := s.loadings(int(parts))
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() {
			buf := make([]byte, t.spec.ValueSize)
			for i := n * p / parts; i < n*(p+1)/parts; i++ {
				key, v := fill(i, buf)
				if _, err := s.put(loadings, int(p), table, key, 0, v); err != nil {
					errs[p] = err
					return
				}
			}
			if loadings != nil {
				errs[p] = loadings[p].Flush()
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("load table %q: %w", t.spec.Name, err)
	}
	return nil
}

// put applies a write to a record that no transaction can see yet, and reports
// whether it is the first.
func (t *table) put(key, stamp uint64, off int, v []byte) (fresh bool, err error) {
	r, err := t.place(key, stamp, off, len(v))
	if err != nil {
		return false, err
	}
	fresh = !r.Live().Written()
	r.Live().Apply(stamp, off, v)
	return fresh, nil
}

// Each calls f with every record that exists or once did, from one goroutine.
// No transaction may be running. v is nil where the record is absent, and good
// until the next call. Only of a store with a memory budget it may fail, which
// Err tells.
func (s *Store) Each(f func(table int, key, stamp uint64, v []byte)) {
	if s.keeper != nil {
		s.eachKept(f)
		return
	}
	tx := s.outside()
	s.env.Records(func(r Rec) {
		if v := s.alg.Read(tx, r); v.Written() {
			f(r.t.id, r.Key(), v.Stamp(), v.Bytes())
		}
	})
}
