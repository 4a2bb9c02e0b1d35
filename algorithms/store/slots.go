package store

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/wal"
)

// slots is the backing of all algorithms but those with memory of their own: a
// record's first version lies in its slot.
type slots struct{ s *Store }

// load puts what the loader yields into the slots, by several goroutines.
func (slots) load(l *loading) error {
	return l.atOnce(func(p int) error {
		return l.part(p, func(key uint64, v []byte) error {
			_, err := l.t.put(key, 0, record.Whole, v)
			return err
		})
	})
}

// put takes over the records of an image, and counts those that are new.
func (b slots) put(ctx context.Context, scan scanner, parallel int, counts []counter) error {
	return scan(ctx, parallel, func(worker int, rec ImageRecord) error {
		c := &counts[worker]
		t, v, err := b.s.incoming(&rec, c)
		if err != nil {
			return err
		}
		// A chain of images may bring a record several times, the newest last.
		fresh, err := t.put(rec.Key, rec.Stamp, record.Whole, v)
		if fresh {
			c.n++
		}
		return err
	})
}

// redo applies the log after the image; parts have no record in common.
func (b slots) redo(ctx context.Context, src Source, to uint64, r *Recovery) error {
	counts := make([]counter, src.Parallel)
	return b.s.replayAhead(ctx, src, to, r, counts, func(part int, c wal.Change) error {
		t, off, v, err := b.s.change(&c, &counts[part])
		if err != nil {
			return err
		}
		return t.redo(c.Key, c.Stamp, off, v)
	})
}

// scan hands every record to f as a transaction would read it; deleted ones have no value.
func (b slots) scan(t *table, f func(key, stamp uint64, v []byte) bool) error {
	tx := b.s.nonTxn()
	for slot := range t.high.Load() {
		r := t.rec(slot)
		if v := b.s.alg.Read(tx, r); v.Written() && !f(r.Key(), v.Stamp(), v.Bytes()) {
			return nil
		}
	}
	return nil
}

// find returns a record's value, or nil.
func (b slots) find(t *table, key uint64) ([]byte, error) {
	// A table without an index has its keys for slots.
	slot, ok := key, key < t.spec.Capacity
	if t.index != nil {
		slot, ok = t.index.look(key)
	}
	if !ok {
		return nil, nil
	}
	return b.s.alg.Read(b.s.nonTxn(), t.rec(slot)).Bytes(), nil
}

// forget makes every record one that was never written, for another try at recovery.
func (b slots) forget() error {
	b.s.env.Records(func(r Rec) { r.Live().Apply(0, record.Whole, nil) })
	return nil
}

// count and paging: the slots hold all there is, and have no pages.
func (slots) count(n uint64) uint64 { return n }

func (slots) paging() Paging { return Paging{} }

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
	// Later writers get larger stamps than what was recovered.
	r.head.Lock.Unlock(max(stamp>>16, r.head.Lock.Clock()))
	return r, nil
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

// redo applies a change, as Write has it, to a record in its slot.
func (t *table) redo(key, stamp uint64, off int, v []byte) error {
	rec, ok := t.find(key)
	if !ok {
		return fmt.Errorf("key %d: %w", key, ErrFull)
	}
	// Equal stamps are changes of one transaction, and come in order.
	if stamp < rec.Live().Stamp() {
		return nil
	}
	_, err := t.put(key, stamp, off, v)
	return err
}
