package store

import (
	"context"

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
	// deleted. No Loading may be in use.
	Records() uint64
	// Forget makes it empty again. No Loading may be in use,
	// and those made before it are not used again.
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
	RestoreRows Restore = "rows" // one at a time
	// in sorted batches: rows into pages first, and then all of a batch into the index
	RestoreBatch     Restore = "batch"
	RestoreInvokeAll Restore = "invokeall" // in sorted batches: one pass over the index, which stores each row
)

// HeadOnly as Options.Versions means that a slot holds no version: for a Loader.
const HeadOnly = -1

// loaded is the backing of a Loader. Slots are its locks, so that a record has a place
// there, too.
type loaded struct {
	slots
	alg Loader
}

// loadings returns n of them.
func (b loaded) loadings(n int) []Loading {
	ls := make([]Loading, n)
	for i := range ls {
		ls[i] = b.alg.NewLoading()
	}
	return ls
}

func (b loaded) load(l *loading) error {
	ls := b.loadings(l.parts)
	return l.atOnce(func(p int) error {
		err := l.part(p, func(key uint64, v []byte) error { return putBy(ls[p], l.t, key, 0, v) })
		if err != nil {
			return err
		}
		return ls[p].Flush()
	})
}

func (b loaded) put(ctx context.Context, scan scanner, parallel int, counts []counter) error {
	ls := b.loadings(parallel)
	err := scan(ctx, parallel, func(worker int, rec ImageRecord) error {
		t, v, err := b.s.incoming(&rec, &counts[worker])
		if err != nil {
			return err
		}
		return putBy(ls[worker], t, rec.Key, rec.Stamp, v)
	})
	if err != nil {
		return err
	}
	for _, l := range ls {
		if err := l.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// putBy makes v the value of a record that no transaction can see yet.
func putBy(l Loading, t *table, key, stamp uint64, v []byte) error {
	if _, err := t.place(key, stamp, record.Whole, len(v)); err != nil {
		return err
	}
	return l.Put(t.id, key, stamp, v)
}

func (b loaded) redo(ctx context.Context, src Source, to uint64, r *Recovery) error {
	counts, ls := make([]counter, src.Parallel), b.loadings(src.Parallel)
	return b.s.replayAhead(ctx, src, to, r, counts, func(part int, c wal.Change) error {
		t, off, v, err := b.s.change(&c, &counts[part])
		if err != nil {
			return err
		}
		if _, err := t.place(c.Key, c.Stamp, off, len(v)); err != nil {
			return err
		}
		return ls[part].Redo(t.id, c.Key, c.Stamp, off, v)
	})
}

func (b loaded) forget() error { return b.alg.Forget() }

func (b loaded) count(uint64) uint64 { return b.alg.Records() }
