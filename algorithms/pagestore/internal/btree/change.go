package btree

import (
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// An Op is what a closure decides to do with a key.
type Op int

// What becomes of a key.
const (
	Keep   Op = iota // as it is, there or not
	Put              // the value that the closure returned
	Remove           // it, if it is there
)

// Invoke finds key, calls fn once with its value, if it is there, and does what
// fn decides, in one descent and as one step to all others. The error is
// pages.ErrFull, after fn decided to put a new key, which then is not there.
func (t *Tree) Invoke(key uint64, fn func(val uint64, found bool) (Op, uint64)) error {
	p, id := t.descend(key, 0, true, 0, nil)
	i, found := p.entry(key, t.limit)
	op, val := fn(t.value(p, i, found), found)
	return t.finish(p, id, key, i, found, op, val)
}

// Put sets key's value and returns the old one. The error is pages.ErrFull.
func (t *Tree) Put(key, val uint64) (old uint64, replaced bool, err error) {
	p, id := t.descend(key, 0, true, 0, nil)
	i, found := p.entry(key, t.limit)
	old = t.value(p, i, found)
	return old, found, t.finish(p, id, key, i, found, Put, val)
}

// Remove removes key and returns its value.
func (t *Tree) Remove(key uint64) (old uint64, removed bool) {
	p, id := t.descend(key, 0, true, 0, nil)
	i, found := p.entry(key, t.limit)
	old = t.value(p, i, found)
	_ = t.finish(p, id, key, i, found, Remove, 0) // takes no page
	return old, found
}

// value is the value at place i of a leaf, or 0 where the key was not found.
func (t *Tree) value(p *node, i int, found bool) uint64 {
	if !found {
		return 0
	}
	return p.words(t.limit)[i]
}

// finish does op to key, whose place in leaf p is i, and unlatches the leaf.
func (t *Tree) finish(p *node, id pages.ID, key uint64, i int, found bool, op Op, val uint64) error {
	if op == Put && !found && int(p.n) == t.limit {
		return t.split(p, id, i, key, val)
	}
	t.counted(t.apply(p, key, i, found, op, val))
	t.leave(p, id)
	return nil
}

// counted adds to the number of keys.
func (t *Tree) counted(more int64) {
	if more != 0 { // otherwise the workers would share the line for nothing
		t.count.Add(more)
	}
}

// apply does op to key, whose place in leaf p, which has room, is i, and returns
// how many keys there are more.
func (t *Tree) apply(p *node, key uint64, i int, found bool, op Op, val uint64) int64 {
	switch {
	case op == Put && found:
		p.words(t.limit)[i] = val
	case op == Put:
		p.insert(i, key, val, t.limit)
		return 1
	case op == Remove && found:
		p.remove(i, t.limit)
		return -1
	}
	return 0
}

// leave unlatches a leaf, and tidies up if it is empty.
func (t *Tree) leave(p *node, id pages.ID) {
	if p.n == 0 && p.next != 0 {
		t.absorb(p, id)
	}
	p.Latch.Unlock()
}

// split puts a new key at place i of leaf p, which is full, and unlatches it.
func (t *Tree) split(p *node, id pages.ID, i int, key, val uint64) error {
	right, rid, err := t.alloc(0)
	if err != nil {
		p.Latch.Unlock()
		return err
	}
	p.halve(right, rid, cut(p, i), t.limit)
	half, j := p, i
	if i >= int(p.n) {
		half, j = right, i-int(p.n)
	}
	half.insert(j, key, val, t.limit)
	t.count.Add(1)
	sched.Point("btree.split")
	t.post(p.high, rid, 1)
	right.Latch.Unlock()
	p.Latch.Unlock()
	return nil
}

// cut returns where p is split when something is to come in at place i: in the
// middle, but at the end where keys seem to come in order, so that pages that
// were filled so stay full.
func cut(p *node, i int) int {
	if p.next == 0 && i >= int(p.n)-1 {
		return int(p.n) - 1
	}
	return int(p.n) / 2
}

// post tells the pages at level that the child with the keys up to key was
// split, and right has what is above. Both halves are latched. Where there is
// no memory for it this is no error: what is above stays within reach from the
// left.
func (t *Tree) post(key uint64, right pages.ID, level uint8) {
	if uint8(t.top.Load()) < level && t.grow(key, right, level) {
		return
	}
	p, id := t.descend(key, level, true, 0, nil)
	if int(p.n) < t.limit {
		p.adopt(p.child(key, t.limit), key, right, t.limit)
		p.Latch.Unlock()
		return
	}
	t.splitInner(p, id, key, right)
}

// splitInner splits p, which is full, and has it adopt right.
func (t *Tree) splitInner(p *node, id pages.ID, key uint64, right pages.ID) {
	defer p.Latch.Unlock()
	q, qid, err := t.alloc(p.Level)
	if err != nil {
		return
	}
	defer q.Latch.Unlock()
	p.halve(q, qid, cut(p, p.child(key, t.limit)), t.limit)
	half := p
	if key > p.high {
		half = q
	}
	half.adopt(half.child(key, t.limit), key, right, t.limit)
	sched.Point("btree.inner")
	t.post(p.high, qid, p.Level+1)
}

// grow puts a new root, at level, above the old one, which was split at key, and
// reports whether the matter is settled: not if somebody else has done so first,
// which can be where an earlier root did not get to know its neighbours.
func (t *Tree) grow(key uint64, right pages.ID, level uint8) bool {
	t.rootMu.Lock()
	defer t.rootMu.Unlock()
	if uint8(t.top.Load()) >= level {
		return false
	}
	p, id, err := t.alloc(level)
	if err != nil {
		return true
	}
	p.n = 2
	p.keys(t.limit)[0] = key
	p.words(t.limit)[0], p.words(t.limit)[1] = t.root.Load(), uint64(right)
	p.Latch.Unlock()
	t.root.Store(uint64(id))
	t.top.Store(uint32(level))
	return true
}

// absorb has the empty leaf p take over its right neighbour, if both have one
// parent, and frees that page.
func (t *Tree) absorb(p *node, id pages.ID) {
	rid := p.next
	right := t.latch(rid, true) // it cannot be freed while its left one is latched
	defer right.Latch.Unlock()
	if t.top.Load() == 0 {
		return // the root's parent, and that of its neighbours, could not be made
	}
	parent, _ := t.descend(p.high, 1, true, 0, nil)
	defer parent.Latch.Unlock()
	words := parent.words(t.limit)[:parent.n]
	i := parent.child(p.high, t.limit)
	if i+1 >= len(words) || words[i] != uint64(id) || words[i+1] != uint64(rid) {
		return
	}
	sched.Point("btree.absorb")
	p.absorb(right, t.limit)
	parent.disown(i, t.limit)
	t.space.Free(rid.Index())
}
