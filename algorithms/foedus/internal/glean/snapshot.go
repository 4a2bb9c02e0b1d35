package glean

import (
	"context"
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
)

// A Snapshot is a state of the tables, in pages that never change. It may be
// read concurrently, also while the next one is made, but not when the one
// after the next was committed.
type Snapshot struct {
	d      *Dir
	m      *manifest
	shapes []shape
}

// snapshot is the snapshot that a manifest names.
func (d *Dir) snapshot(m *manifest) *Snapshot {
	return &Snapshot{d: d, m: m, shapes: shapes(m.tables, m.fanout)}
}

// Number returns the snapshot's number; it ascends.
func (sn *Snapshot) Number() uint64 { return sn.m.number }

// ID returns the snapshot's id, which is in the names of the files that were
// written for it. It wraps, and is never 0.
func (sn *Snapshot) ID() uint16 { return sn.m.id }

// Base returns the epoch above which the log was gleaned for the snapshot.
func (sn *Snapshot) Base() uint64 { return sn.m.base }

// Until returns the last epoch in the snapshot.
func (sn *Snapshot) Until() uint64 { return sn.m.until }

// Last returns the largest stamp of any record in the snapshot.
func (sn *Snapshot) Last() uint64 { return sn.m.last }

// Tables returns what the snapshot is of. It is not to be changed.
func (sn *Snapshot) Tables() []durable.Table { return sn.m.tables }

// Bytes returns the length of the snapshot's files, of which it shares some with
// earlier ones, and how much of it are pages that it reaches.
func (sn *Snapshot) Bytes() (size, live int64) { return sn.m.bytes() }

// damage is the error for one of its pages.
func (sn *Snapshot) damage(p Pointer, err error) error {
	return damaged(filepath.Join(sn.d.o.Dir, p.file().name()), p.offset(), "%v", err)
}

// A loaded page is in memory, and found to be what it should be.
type loaded struct {
	payload []byte
	length  int
	buf     []byte
}

// page reads a node's page, into buf where it fits.
func (sn *Snapshot) page(p Pointer, s *shape, level int, index uint64, buf []byte) (loaded, error) {
	f := sn.m.file(p.file())
	if f == nil {
		return loaded{buf: buf}, sn.damage(p, fmt.Errorf("snapshot %d does not name this file", sn.m.number))
	}
	kind := byte(pageInterior)
	if level == 0 {
		kind = s.leafKind()
	}
	page, payload, err := sn.d.pages.read(p, f.size, kind, place{s.id, level, index}, buf)
	return loaded{payload: payload, length: len(page), buf: page}, err
}

// Read returns one record; ok is false where there is none. Its value is a copy.
func (sn *Snapshot) Read(table int, key uint64) (r durable.Record, ok bool, err error) {
	if table < 0 || table >= len(sn.shapes) {
		return r, false, fmt.Errorf("read snapshot %d: table %d of %d", sn.m.number, table, len(sn.shapes))
	}
	s := &sn.shapes[table]
	leaf, err := s.leaf(key)
	p := sn.m.roots[table]
	if err != nil || p == 0 {
		return r, false, nil // no such key can be there
	}
	var page loaded
	for level := s.levels; ; level-- {
		if page, err = sn.page(p, s, level, leaf/s.span(level), nil); err != nil {
			return r, false, err
		}
		if level == 0 {
			break
		}
		children, err := pointers(page.payload, s.fanout)
		if err != nil {
			return r, false, sn.damage(p, err)
		}
		if p = children[leaf/s.span(level-1)%s.fanout]; p == 0 {
			return r, false, nil
		}
	}
	err = s.records(leaf, page.payload, func(k uint64, x *version) error {
		if k == key {
			r, ok = x.record(table, k), true
			r.Value = append([]byte(nil), r.Value...)
		}
		return nil
	})
	if err != nil {
		err = sn.damage(p, err)
	}
	return r, ok, err
}

// records calls f with every record of a leaf.
func (s *shape) records(leaf uint64, payload []byte, f func(key uint64, x *version) error) error {
	var x version
	if s.Hash {
		return s.binRecords(leaf, payload, &x, f)
	}
	n := s.keys(leaf)
	if uint64(len(payload)) != n*uint64(s.slot) {
		return fmt.Errorf("%d bytes of slots, %d are expected", len(payload), n*uint64(s.slot))
	}
	for i := range n {
		if err := x.load(payload[int(i)*s.slot:][:s.slot], s.ValueSize); err != nil {
			return fmt.Errorf("key %d: %w", leaf*s.perLeaf+i, err)
		}
		if x.present || x.stamp != 0 {
			if err := f(leaf*s.perLeaf+i, &x); err != nil {
				return err
			}
		}
	}
	return nil
}

// binRecords calls f with the records in a leaf of a hash table. Keys ascend and belong
// in this bin; anything else is an error.
func (s *shape) binRecords(leaf uint64, payload []byte, x *version, f func(key uint64, x *version) error) error {
	last := uint64(0)
	for first := true; len(payload) > 0; first = false {
		key, n, err := nextInBin(payload, s)
		if err != nil {
			return err
		}
		if !first && key <= last || bin(key, s.leaves) != leaf {
			return fmt.Errorf("key %d is out of order or in the wrong bin", key)
		}
		if err := x.load(payload[8:n], s.ValueSize); err != nil {
			return fmt.Errorf("key %d: %w", key, err)
		}
		if err := f(key, x); err != nil {
			return err
		}
		payload, last = payload[n:], key
	}
	return nil
}

// A Part is a part of a snapshot that is read by itself: what lies under one
// child of a table's root.
type Part struct {
	table int
	child uint64
	p     Pointer
}

// Parts returns the parts that make up the snapshot.
func (sn *Snapshot) Parts() ([]Part, error) {
	var out []Part
	for i := range sn.shapes {
		s, root := &sn.shapes[i], sn.m.roots[i]
		if root == 0 {
			continue
		}
		page, err := sn.page(root, s, s.levels, 0, nil)
		if err != nil {
			return nil, err
		}
		children, err := pointers(page.payload, s.fanout)
		if err != nil {
			return nil, sn.damage(root, err)
		}
		for c, p := range children {
			if p == 0 {
				continue
			}
			if uint64(c) >= s.children() {
				return nil, sn.damage(root, fmt.Errorf("a child beyond the end of table %q", s.Name))
			}
			out = append(out, Part{i, uint64(c), p})
		}
	}
	return out, nil
}

// ScanPart calls f with every record of a part, after checking the checksum of
// its page. An error of f ends the scan and is returned.
func (sn *Snapshot) ScanPart(ctx context.Context, part Part, f func(durable.Record) error) error {
	w := walk{sn: sn, s: &sn.shapes[part.table], record: f}
	return w.node(ctx, part.p, w.s.levels-1, part.child)
}

// Scan calls f with every record, from one goroutine.
func (sn *Snapshot) Scan(ctx context.Context, f func(durable.Record) error) error {
	parts, err := sn.Parts()
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := sn.ScanPart(ctx, p, f); err != nil {
			return err
		}
	}
	return nil
}

// A walk goes over a part of a tree, leaf after leaf.
type walk struct {
	sn     *Snapshot
	s      *shape
	record func(durable.Record) error
	seen   func(p Pointer, length int) // every page; may be nil
	// bad is called with what is wrong with a page, and the walk goes on beside it;
	// nil: the first error ends the walk.
	bad func(p Pointer, level int, index uint64, err error)
	buf []byte
}

// node walks the subtree of a page. An error of the callback or of ctx ends the walk.
func (w *walk) node(ctx context.Context, p Pointer, level int, index uint64) error {
	err := ctx.Err()
	switch {
	case err != nil:
	case level > 0:
		err = w.interior(ctx, p, level, index)
	default:
		err = w.leaf(p, index)
	}
	if err == nil || w.bad == nil || ctx.Err() != nil {
		return err
	}
	w.bad(p, level, index, err)
	return nil
}

// leaf reads a leaf and hands out its records.
func (w *walk) leaf(p Pointer, index uint64) error {
	page, err := w.sn.page(p, w.s, 0, index, w.buf)
	w.buf = page.buf
	if err != nil {
		return err
	}
	w.saw(p, page.length)
	var failed error
	err = w.s.records(index, page.payload, func(key uint64, x *version) error {
		failed = w.record(x.record(w.s.id, key))
		return failed
	})
	if err != nil && failed == nil {
		return w.sn.damage(p, err)
	}
	return err
}

// interior reads a page of pointers and walks each child.
func (w *walk) interior(ctx context.Context, p Pointer, level int, index uint64) error {
	page, err := w.sn.page(p, w.s, level, index, nil)
	if err != nil {
		return err
	}
	w.saw(p, page.length)
	children, err := pointers(page.payload, w.s.fanout)
	if err != nil {
		return w.sn.damage(p, err)
	}
	for i, c := range children {
		if c == 0 {
			continue
		}
		child := index*w.s.fanout + uint64(i)
		if child*w.s.span(level-1) >= w.s.leaves {
			return w.sn.damage(p, fmt.Errorf("a child beyond the end of table %q", w.s.Name))
		}
		if err := w.node(ctx, c, level-1, child); err != nil {
			return err
		}
	}
	return nil
}

// saw passes on where a page is and how long, if anybody wants to know.
func (w *walk) saw(p Pointer, length int) {
	if w.seen != nil {
		w.seen(p, length)
	}
}

// Verify reads every page of the snapshot and reports what is wrong with it:
// checksums, pages that are not what they should be, keys in the wrong place,
// and files of which less or more is reached than the manifest says.
func (sn *Snapshot) Verify(ctx context.Context) error {
	live := map[fileID]int64{}
	for i := range sn.shapes {
		w := walk{sn: sn, s: &sn.shapes[i], record: func(durable.Record) error { return nil },
			seen: func(p Pointer, n int) { live[p.file()] += int64(n) }}
		if root := sn.m.roots[i]; root != 0 {
			if err := w.node(ctx, root, w.s.levels, 0); err != nil {
				return fmt.Errorf("snapshot %d: %w", sn.m.number, err)
			}
		}
	}
	for _, f := range sn.m.files {
		if live[f.id] != f.live {
			return fmt.Errorf("snapshot %d: %w", sn.m.number, damaged(filepath.Join(sn.d.o.Dir, f.id.name()), 0,
				"%d bytes of its pages are reached, the manifest says %d", live[f.id], f.live))
		}
	}
	return nil
}
