package pairs

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/radix"
)

// spill writes the window: by table and key, whatever the order of the changes.
// Rows of one table lie side by side that way, and the index is visited in an order that
// repeats.
func (s *Set) spill(ctx context.Context) error {
	w := &s.window
	if len(w.changes) == 0 {
		return nil
	}
	if s.open != nil { // a row that there is may be in the block in the making
		if err := s.open.flush(); err != nil {
			return err
		}
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	// Every change is a whole value by now.
	for _, x := range s.byKey() {
		k := &w.changes[x.At]
		if err := s.Put(durable.Record{Table: k.table, Key: k.key, Stamp: k.stamp, Absent: k.absent,
			Value: w.in(k.value)}); err != nil {
			return err
		}
	}
	w.reset()
	return nil
}

// byKey returns the changes in the order of their tables and keys.
// The order makes what is written depend on the changes alone, and not on the hash of the
// window.
func (s *Set) byKey() []radix.Item {
	items, tables := s.sorted[:0], false
	for i := range s.window.changes {
		k := &s.window.changes[i]
		items = append(items, radix.Item{Key: k.key, At: uint64(i)})
		tables = tables || k.table != s.window.changes[0].table
	}
	items, s.spare = radix.Sort(items, s.spare)
	// The second sort keeps the order of keys within a table.
	if tables {
		for i := range items {
			items[i].Key = uint64(s.window.changes[items[i].At].table)
		}
		items, s.spare = radix.Sort(items, s.spare)
	}
	s.sorted = items
	return items
}

// settle reads what was there of those that changed in part only: each block
// once, in the order of the files.
func (s *Set) settle(ctx context.Context) error {
	w, parts := &s.window, s.sorted[:0]
	for i := range w.changes {
		k := &w.changes[i]
		if k.whole {
			continue
		}
		k.at = s.index.get(k.table, k.key)
		switch {
		case k.at.pair == 0: // the record is new
			w.settle(k, durable.Record{})
		default:
			// Pair and row make one number, and that is the order in which the files are read.
			parts = append(parts, radix.Item{Key: uint64(k.at.pair)<<32 | uint64(k.at.row), At: uint64(i)})
		}
	}
	parts, s.spare = radix.Sort(parts, s.spare)
	s.sorted = parts
	// Each turn reads one block and settles all changes that it has rows for.
	for len(parts) > 0 {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read what the log changed: %w", err)
		}
		n, err := s.settleBlock(parts)
		if err != nil {
			return err
		}
		parts = parts[n:]
	}
	return nil
}

// settleBlock settles those of parts whose rows are in the same block as that of
// the first, and returns how many.
func (s *Set) settleBlock(parts []radix.Item) (n int, err error) {
	w := &s.window
	at := w.changes[parts[0].At].at
	p := s.byNumber[at.pair]
	off := p.blocks[p.block(at.row)].off
	// It is checked like any block: a change of a part must not be applied to a damaged value.
	b, _, err := p.reader().at(off)
	if err != nil {
		return 0, err
	}
	err = p.each(b, off, func(row uint32, r durable.Record) error {
		// parts and rows both ascend.
		if n < len(parts) && w.changes[parts[n].At].at == (place{p.data, row}) {
			w.settle(&w.changes[parts[n].At], r)
			n++
		}
		return nil
	})
	if err == nil && n == 0 {
		err = damaged(p.path, off, "row %d is not in its block", at.row)
	}
	return n, err
}
