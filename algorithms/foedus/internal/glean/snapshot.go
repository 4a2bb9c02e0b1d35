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
	d *Dir
	m *manifest
	// Those of the manifest's tables and fan-out, which need not be those of Options: a folder
	// may be read that was written with others.
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
// It is the Until of the snapshot before, and equal to Until for one that was loaded.
func (sn *Snapshot) Base() uint64 { return sn.m.base }

// Until returns the last epoch in the snapshot.
func (sn *Snapshot) Until() uint64 { return sn.m.until }

// Last returns the largest stamp of any record in the snapshot.
// A store that recovers from it gives out larger ones.
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
	// What page was given, or what it allocated where that was too short.
	buf []byte
}

// page reads a node's page, into buf where it fits.
func (sn *Snapshot) page(p Pointer, s *shape, level int, index uint64, buf []byte) (loaded, error) {
	// A pointer to a file that the manifest does not name is damage; the file may be there for
	// another snapshot.
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
// It reads one page on every level. It may be called concurrently.
func (sn *Snapshot) Read(table int, key uint64) (r durable.Record, ok bool, err error) {
	if table < 0 || table >= len(sn.shapes) {
		return r, false, fmt.Errorf("read snapshot %d: table %d of %d", sn.m.number, table, len(sn.shapes))
	}
	s := &sn.shapes[table]
	// A key beyond the table's end is absent, as it is for the store, and no error.
	leaf, err := s.leaf(key)
	p := sn.m.roots[table]
	if err != nil || p == 0 {
		return r, false, nil // no such key can be there
	}
	var page loaded
	// From the root down; leaf/span is the number of the node on each level.
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
		// A null pointer on the way: no record was ever there.
		if p = children[leaf/s.span(level-1)%s.fanout]; p == 0 {
			return r, false, nil
		}
	}
	err = s.records(leaf, page.payload, func(k uint64, x *version) error {
		if k == key {
			r, ok = x.record(table, k), true
			// x and its value are valid during the call only.
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
// x is valid during the call. A tombstone is handed out as a record that is absent; a slot that
// never had a record is not. An error of f ends it.
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
// Parts can be scanned concurrently; each record is in one. It reads the root pages.
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
			// The root may have room for more children than the table has.
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
// The record and its value are valid during the call. Parts may be scanned concurrently.
func (sn *Snapshot) ScanPart(ctx context.Context, part Part, f func(durable.Record) error) error {
	w := walk{sn: sn, s: &sn.shapes[part.table], record: f}
	return w.node(ctx, part.p, w.s.levels-1, part.child)
}

// Scan calls f with every record, from one goroutine.
// The order is that of tables, then leaves, then keys within the leaf.
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
	// A walk is for one goroutine, as it uses its buffer for every leaf.
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
	// A walk that was called off says so, and does not call the rest damaged.
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
	// Seen is every page whose header and checksum are right, even if its records are not.
	w.saw(p, page.length)
	// An error of the callback is passed on as it is, and is not damage of the page.
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
	// Not into w.buf: the leaves below would overwrite the pointers that are being followed.
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
// The first error ends it. The function of that name reads a whole folder, and past damage.
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
		// The counts decide when a file is removed; one that is wrong would remove pages that
		// are needed.
		if live[f.id] != f.live {
			return fmt.Errorf("snapshot %d: %w", sn.m.number, damaged(filepath.Join(sn.d.o.Dir, f.id.name()), 0,
				"%d bytes of its pages are reached, the manifest says %d", live[f.id], f.live))
		}
	}
	return nil
}
