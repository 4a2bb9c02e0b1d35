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
type composer struct {
	old     *Snapshot // nil: there is none, or it is not to be built upon
	in      *merge
	out     *writer
	rewrite bool // copy what has not changed, too
	stones  bool // keep tombstones

	dead    map[fileID]int64 // bytes of pages of the old snapshot that the new one does without
	applied int64            // changes
	read    int64            // pages of the old snapshot
	wrote   int64            // pages
	last    uint64           // the largest stamp applied
	cur     version
	page    []byte // the new leaf in the making
	before  []byte // the old page that was read last
}

// A rootChild is a new child of a table's root.
type rootChild struct {
	table int
	child uint64
	p     Pointer
}

// table composes the partition's part of one table, the children from lo up to
// hi of its root, and returns those that changed.
func (c *composer) table(ctx context.Context, s *shape, lo, hi uint64) (out []rootChild, err error) {
	if _, ok := c.next(s); !ok && !c.rewrite {
		return nil, nil
	}
	old, err := c.root(s)
	if err != nil {
		return nil, err
	}
	for child := lo; child < hi; child++ {
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
	return ok && leaf/s.span(level) == index
}

// node makes the new page of a node, whose old page is at old, and returns where
// it is; 0 if nothing is left in it.
func (c *composer) node(ctx context.Context, s *shape, level int, index uint64, old Pointer) (Pointer, error) {
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
	c.dead[p.file()] += int64(page.length)
	c.read++
	return page.payload, nil
}

// empty returns n zeros, valid until the next call.
func (c *composer) empty(n int) []byte {
	c.page = slices.Grow(c.page[:0], n)[:n]
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
	copy(slots, payload)
	for c.touches(s, 0, index) {
		e, _ := c.in.peek()
		key := e.key
		slot := slots[int(key-index*s.perLeaf)*s.slot:][:s.slot]
		if err := c.cur.load(slot, s.ValueSize); err != nil {
			return 0, c.old.damage(old, err)
		}
		if err := c.change(s, key); err != nil {
			return 0, err
		}
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
func (c *composer) change(s *shape, key uint64) error {
	for {
		e, v := c.in.peek()
		if e == nil || int(e.table) != s.id || e.key != key {
			return nil
		}
		c.cur.apply(e, v)
		c.applied++
		c.last = max(c.last, e.stamp)
		if err := c.in.pop(); err != nil {
			return err
		}
	}
}

// allZero reports whether b has only zeros, as a slot has that no record was ever in.
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
