package pairs

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ckptbench/algorithms/internal/wal"
)

// A window is the changes that have been applied and not written, by record.
type window struct {
	changed map[id]*change
	bytes   int // roughly
}

type id struct {
	table int
	key   uint64
}

// What a change, or a part of one, takes in memory beside its bytes, roughly.
const (
	changeBytes = 128
	patchBytes  = 64
)

// A change is what a window knows of a record.
type change struct {
	id
	stamp  uint64
	whole  bool // value is the record; else patches are to be laid over what there is
	absent bool
	value  []byte
	patch  []patch
	parts  int   // bytes of the patches, roughly
	at     place // of the row that there is
}

type patch struct {
	off int
	v   []byte
}

func newWindow() window { return window{changed: map[id]*change{}} }

// Apply applies the next change of the log. Those of a record have to come in
// ascending order of their stamps. A full window is written.
func (s *Set) Apply(ctx context.Context, c wal.Change) error {
	if c.Off < 0 || len(c.Value) > s.o.MaxValue || c.Off > s.o.MaxValue-len(c.Value) {
		return fmt.Errorf("apply log to pairs %s: %d bytes at %d of key %d of table %d, in values of up to %d",
			s.o.Dir, len(c.Value), c.Off, c.Key, c.Table, s.o.MaxValue)
	}
	w := &s.window
	k := w.changed[id{c.Table, c.Key}]
	if k == nil {
		k = &change{id: id{c.Table, c.Key}}
		w.changed[k.id] = k
		w.bytes += changeBytes
	}
	held := k.held()
	k.apply(c)
	// What is overwritten is not held any more: a record that changes all the
	// time does not fill a window.
	if w.bytes += k.held() - held; w.bytes < s.o.Window {
		return nil
	}
	return s.spill(ctx)
}

func (k *change) apply(c wal.Change) {
	k.stamp = c.Stamp
	switch {
	case c.Kind == wal.KindDelete:
		k.whole, k.absent, k.value, k.patch = true, true, k.value[:0], nil
	case c.Kind == wal.KindPut:
		k.whole, k.absent, k.value, k.patch = true, false, append(k.value[:0], c.Value...), nil
	case k.whole:
		k.lay(c.Off, c.Value)
	default:
		k.patch = append(k.patch, patch{c.Off, slices.Clone(c.Value)})
		k.parts += len(c.Value) + patchBytes
	}
}

// held returns how many bytes are held of the record, roughly.
func (k *change) held() int {
	if k.patch == nil {
		return cap(k.value)
	}
	return cap(k.value) + k.parts
}

// lay writes v at off of the record, as a transaction does.
func (k *change) lay(off int, v []byte) {
	k.absent = false
	if end := off + len(v); end > len(k.value) {
		k.value = append(k.value, make([]byte, end-len(k.value))...)
	}
	copy(k.value[off:], v)
}

// settle lays the patches over the row that there is.
func (k *change) settle(r Row) {
	k.value = append(k.value[:0], r.Value...)
	for _, p := range k.patch {
		k.lay(p.off, p.v)
	}
	k.whole, k.patch = true, nil
}

// spill writes the window.
func (s *Set) spill(ctx context.Context) error {
	w := &s.window
	if len(w.changed) == 0 {
		return nil
	}
	if s.open != nil { // a row that there is may be in the block in the making
		if err := s.open.flush(); err != nil {
			return err
		}
	}
	all := make([]*change, 0, len(w.changed))
	for _, k := range w.changed {
		if !k.whole {
			k.at = s.index.get(k.table, k.key)
		}
		all = append(all, k)
	}
	if err := s.settle(ctx, all); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *change) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.key, b.key))
	})
	for _, k := range all {
		if err := s.Put(Row{Table: k.table, Key: k.key, Stamp: k.stamp, Absent: k.absent, Value: k.value}); err != nil {
			return err
		}
	}
	*w = newWindow()
	return nil
}

// settle reads what was there of those that changed in part only: each block
// once, in the order of the files.
func (s *Set) settle(ctx context.Context, all []*change) error {
	var parts []*change
	for _, k := range all {
		switch {
		case k.whole:
		case k.at.pair == 0: // the record is new
			k.settle(Row{})
		default:
			parts = append(parts, k)
		}
	}
	slices.SortFunc(parts, func(a, b *change) int {
		return cmp.Or(cmp.Compare(a.at.pair, b.at.pair), cmp.Compare(a.at.row, b.at.row))
	})
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
func (s *Set) settleBlock(parts []*change) (n int, err error) {
	p := s.byNumber[parts[0].at.pair]
	off := p.blocks[p.block(parts[0].at.row)].off
	b, _, err := p.reader().at(off)
	if err != nil {
		return 0, err
	}
	err = p.each(b, off, func(row uint32, r Row) error {
		if n < len(parts) && parts[n].at == (place{p.data, row}) {
			parts[n].settle(r)
			n++
		}
		return nil
	})
	if err == nil && n == 0 {
		err = damaged(p.path, off, "row %d is not in its block", parts[0].at.row)
	}
	return n, err
}
