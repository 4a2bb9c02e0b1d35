package glean

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
)

// A composer makes the new pages of one partition, from the changes and the
// pages of the snapshot before. A page that nothing changes is not copied: its
// parent goes on pointing to the file it is in.
// One composer belongs to one reducer and runs in its goroutine, but for roots, which uses the
// first reducer's when all have ended.
type composer struct {
	old     *Snapshot // nil: there is none, or it is not to be built upon
	in      *merge
	out     *writer
	rewrite bool // copy what has not changed, too
	stones  bool // keep tombstones

	// By file, as the manifest keeps for each file how many of its bytes are still reached.
	dead    map[fileID]int64 // bytes of pages of the old snapshot that the new one does without
	applied int64            // changes
	read    int64            // pages of the old snapshot
	wrote   int64            // pages
	last    uint64           // the largest stamp applied
	// cur is the record that changes are being applied to. Its value and the two pages are
	// buffers that are used again for each record and each page.
	cur    version
	page   []byte // the new leaf in the making
	before []byte // the old page that was read last
}

// A rootChild is a new child of a table's root.
// child is the number of the child within its root, p its new page; 0 if nothing is left below.
type rootChild struct {
	table int
	child uint64
	p     Pointer
}

// table composes the partition's part of one table, the children from lo up to
// hi of its root, and returns those that changed.
// Partitions share no page but the root, so lo and hi are all that keeps two reducers from
// writing the same child.
func (c *composer) table(ctx context.Context, s *shape, lo, hi uint64) (out []rootChild, err error) {
	// Nothing to do for a table without changes, unless every page is to be written anew.
	if _, ok := c.next(s); !ok && !c.rewrite {
		return nil, nil
	}
	// The root is read by every partition and written by none of them: roots does that at the
	// end.
	old, err := c.root(s)
	if err != nil {
		return nil, err
	}
	for child := lo; child < hi; child++ {
		// Unchanged children keep the pointers that they have in the old root.
		if !c.touches(s, s.levels-1, child) && (!c.rewrite || old[child] == 0) {
			continue
		}
		p, err := c.node(ctx, s, s.levels-1, child, old[child])
		if err != nil {
			return nil, err
		}
		out = append(out, rootChild{s.id, child, p})
	}
	return out, nil
}

// root returns the children of the old root.
func (c *composer) root(s *shape) ([]Pointer, error) {
	// A table that has never had a record has no root page.
	if c.old == nil || c.old.m.roots[s.id] == 0 {
		return make([]Pointer, s.fanout), nil
	}
	page, err := c.old.page(c.old.m.roots[s.id], s, s.levels, 0, nil)
	if err != nil {
		return nil, err
	}
	ps, err := pointers(page.payload, s.fanout)
	if err != nil {
		return nil, c.old.damage(c.old.m.roots[s.id], err)
	}
	return ps, nil
}

// pointers reads an interior page.
func pointers(payload []byte, fanout uint64) ([]Pointer, error) {
	// A page of another fan-out would be read at wrong places, hence an exact comparison.
	if uint64(len(payload)) != 8*fanout {
		return nil, fmt.Errorf("interior page of %d bytes, %d pointers are expected", len(payload), fanout)
	}
	ps := make([]Pointer, fanout)
	for i := range ps {
		ps[i] = Pointer(binary.LittleEndian.Uint64(payload[8*i:]))
	}
	return ps, nil
}

// next returns the leaf of the next change, if that is in table s.
func (c *composer) next(s *shape) (leaf uint64, ok bool) {
	e, _ := c.in.peek()
	// Tables are composed in the order of their ids, which is also the first key of
	// entry.compare, so a change of another table is one of a later table.
	if e == nil || int(e.table) != s.id {
		return 0, false
	}
	return e.leaf, true
}

// touches reports whether the next change lies under a node.
func (c *composer) touches(s *shape, level int, index uint64) bool {
	leaf, ok := c.next(s)
	if level == 0 {
		return ok && leaf == index
	}
	// span is how many leaves lie below a node of that level; entries are in the order of their
	// leaves.
	return ok && leaf/s.span(level) == index
}

// node makes the new page of a node, whose old page is at old, and returns where
// it is; 0 if nothing is left in it.
func (c *composer) node(ctx context.Context, s *shape, level int, index uint64, old Pointer) (Pointer, error) {
	// A snapshot of a large database takes seconds; the context is looked at once a page.
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if level == 0 {
		return c.leaf(s, index, old)
	}
	children := make([]Pointer, s.fanout)
	if old != 0 {
		page, err := c.take(old, s, level, index)
		if err != nil {
			return 0, err
		}
		if children, err = pointers(page, s.fanout); err != nil {
			return 0, c.old.damage(old, err)
		}
	}
	// children starts as what the old page pointed to. A child without changes is copied as a
	// pointer, and that shares its whole subtree with the snapshots before.
	first := index * s.fanout
	for i := range children {
		if !c.touches(s, level-1, first+uint64(i)) && (!c.rewrite || children[i] == 0) {
			continue
		}
		p, err := c.node(ctx, s, level-1, first+uint64(i), children[i])
		if err != nil {
			return 0, err
		}
		children[i] = p
	}
	return interior(c.out, place{s.id, level, index}, children, &c.wrote)
}

// interior writes an interior page, unless it is empty.
func interior(w *writer, at place, children []Pointer, wrote *int64) (Pointer, error) {
	page, some := newPage(8*len(children)), false
	for i, p := range children {
		binary.LittleEndian.PutUint64(page[pageHeader+8*i:], uint64(p))
		some = some || p != 0
	}
	// An empty interior page is not written, and its parent gets a null pointer. So a table from
	// which everything was deleted has no pages again.
	if !some {
		return 0, nil
	}
	*wrote++
	return w.append(page, pageInterior, at, 8*len(children))
}

// take reads an old page that is about to be replaced; it is valid until the next.
func (c *composer) take(p Pointer, s *shape, level int, index uint64) ([]byte, error) {
	page, err := c.old.page(p, s, level, index, c.before)
	c.before = page.buf
	if err != nil {
		return nil, err
	}
	// The page's bytes are counted as dead whether or not a page takes its place.
	c.dead[p.file()] += int64(page.length)
	c.read++
	return page.payload, nil
}

// empty returns n zeros, valid until the next call.
func (c *composer) empty(n int) []byte {
	c.page = slices.Grow(c.page[:0], n)[:n]
	// Zeros, because a slot that no record was ever in is all zeros, and so is the padding behind
	// the last.
	clear(c.page)
	return c.page
}

// leaf writes a new page for a leaf that has changed: the old page, if there is one, with
// the changes applied. It returns where the new page is.
func (c *composer) leaf(s *shape, index uint64, old Pointer) (Pointer, error) {
	var payload []byte
	if old != 0 {
		var err error
		if payload, err = c.take(old, s, 0, index); err != nil {
			return 0, err
		}
	}
	if s.Hash {
		return c.bin(s, index, old, payload)
	}
	return c.array(s, index, old, payload)
}

// array composes a leaf of an array.
func (c *composer) array(s *shape, index uint64, old Pointer, payload []byte) (Pointer, error) {
	used := int(s.keys(index)) * s.slot
	page := c.empty(pageBytes(used))
	slots := page[pageHeader : pageHeader+used]
	if old != 0 && len(payload) != used {
		return 0, c.old.damage(old, fmt.Errorf("%d bytes of slots, %d are expected", len(payload), used))
	}
	// The old page is the base on which the changes of this leaf are applied. Slots of keys
	// without a change stay byte for byte.
	copy(slots, payload)
	for c.touches(s, 0, index) {
		e, _ := c.in.peek()
		key := e.key
		slot := slots[int(key-index*s.perLeaf)*s.slot:][:s.slot]
		if err := c.cur.load(slot, s.ValueSize); err != nil {
			return 0, c.old.damage(old, err)
		}
		// All changes of one record are applied to its version at once; the version is stored
		// back once.
		if err := c.change(s, key); err != nil {
			return 0, err
		}
		// What is gone is stored as zeros, stamp and all, so that allZero can find a leaf without
		// records.
		if c.cur.gone(c.stones) {
			c.cur.stamp = 0
		}
		c.cur.store(slot)
	}
	if allZero(slots) {
		return 0, nil
	}
	c.wrote++
	return c.out.append(page, pageArray, place{s.id, 0, index}, used)
}

// change applies all changes of one record to c.cur.
// The changes come in the order of the log, epoch by epoch, so the last one decides.
func (c *composer) change(s *shape, key uint64) error {
	for {
		e, v := c.in.peek()
		if e == nil || int(e.table) != s.id || e.key != key {
			return nil
		}
		// apply does not keep v, which belongs to the stream until pop.
		c.cur.apply(e, v)
		c.applied++
		c.last = max(c.last, e.stamp)
		if err := c.in.pop(); err != nil {
			return err
		}
	}
}

// allZero reports whether b has only zeros, as a slot has that no record was ever in.
// It compares 8 bytes at a time: every slot of every leaf that changed is passed.
func allZero(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b) != 0 {
			return false
		}
	}
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
