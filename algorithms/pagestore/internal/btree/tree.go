package btree

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// A Tree is a B+ tree. Its methods may be called concurrently.
// It is a B-link tree: each page knows its right neighbour and its highest key, so a page that
// is split under a reader is found by going right.
type Tree struct {
	space *pages.Space
	// The same for leaves and inner pages.
	limit int // entries of a page
	count atomic.Int64

	rootMu sync.Mutex    // serializes new roots
	root   atomic.Uint64 // a pages.ID; set under rootMu; the page is never freed
	top    atomic.Uint32 // at most the root's level; set under rootMu, after root
}

// New returns an empty tree in pages of s.
func New(s *pages.Space) (*Tree, error) {
	t := &Tree{space: s, limit: capacity(s.PageSize())}
	p, id, err := t.alloc(0)
	if err != nil {
		return nil, fmt.Errorf("tree: %w", err)
	}
	t.root.Store(uint64(id))
	// alloc returns it latched, as nobody else may see it half made.
	p.Latch.Unlock()
	return t, nil
}

// Count returns how many keys there are.
func (t *Tree) Count() int64 { return t.count.Load() }

// alloc returns a new page, latched for writing.
// The caller unlatches it when it is filled in.
func (t *Tree) alloc(level uint8) (*node, pages.ID, error) {
	kind := leafKind
	if level > 0 {
		kind = innerKind
	}
	h, i, err := t.space.Alloc(kind)
	if err != nil {
		return nil, 0, err
	}
	h.Level = level
	p := (*node)(unsafe.Pointer(h))
	p.n, p.next, p.high = 0, 0, 0
	return p, h.ID(i), nil
}

// at is the page of an ID, whose tag the caller compares once the page is latched.
// The page may be freed, and another's, at any time while it is not latched.
func (t *Tree) at(id pages.ID) *node {
	return (*node)(unsafe.Pointer(t.space.At(id.Index())))
}

// latch latches a page, for writing if write is set, and returns it; or nil when
// it no longer is the page that id names.
// A page that was freed keeps its memory, but not its tag; so a stale ID is noticed here.
func (t *Tree) latch(id pages.ID, write bool) *node {
	var p *node
	if write {
		p = (*node)(unsafe.Pointer(t.space.Lock(id.Index())))
	} else {
		p = t.at(id)
		p.Latch.RLock()
	}
	if !p.Is(id) {
		unlatch(p, write)
		return nil
	}
	return p
}

// unlatch releases a page in the mode in which it is held.
func unlatch(p *node, write bool) {
	if write {
		p.Latch.Unlock()
	} else {
		p.Latch.RUnlock()
	}
}

// descend returns the page at level that has key, latched, for writing if write
// is set. It begins at from, which has key or is left of where it is, or at the
// root where from is 0 or was freed. f, if not nil, learns the way.
func (t *Tree) descend(key uint64, level uint8, write bool, from pages.ID, f *finger) (*node, pages.ID) {
	// Pages on the way are latched for reading; only the page at level is latched for writing.
	id, exclusive := from, write && f != nil && from != 0 && from == f.leaf
	// One latch is held at a time. What changes between two is met by going right, or by
	// beginning again.
	for {
		if id == 0 {
			id, exclusive = pages.ID(t.root.Load()), false
		}
		p := t.latch(id, exclusive)
		switch {
		case p == nil:
			id = 0
			continue
		case p.Level == level && exclusive != write: // where it began
			unlatch(p, exclusive)
			exclusive = write
			continue
		case p.beyond(key):
			// A split has moved the key to the right since its parent was read.
			next := p.next
			unlatch(p, exclusive)
			sched.Point("btree.right")
			id = next
			continue
		case p.Level == level:
			return p, id
		}
		f.note(p, id)
		child := pages.ID(p.words(t.limit)[p.child(key, t.limit)])
		// The next page is the one asked for.
		exclusive = write && p.Level == level+1
		// The leaf's memory is asked for before its latch is.
		if p.Level == 1 {
			t.at(child).fetch(t.limit)
		}
		unlatch(p, false)
		sched.Point("btree.down")
		id = child
	}
}

// View calls fn with key's value, with the leaf latched for reading, and reports
// whether the key is there: nobody changes or removes it meanwhile.
// fn must not use the tree.
func (t *Tree) View(key uint64, fn func(val uint64)) bool {
	p, _ := t.descend(key, 0, false, 0, nil)
	i, ok := p.entry(key, t.limit)
	if ok {
		fn(p.words(t.limit)[i])
	}
	p.Latch.RUnlock()
	return ok
}

// Find returns key's value.
// ok is false where it is not there.
func (t *Tree) Find(key uint64) (val uint64, ok bool) {
	p, _ := t.descend(key, 0, false, 0, nil)
	i, ok := p.entry(key, t.limit)
	if ok {
		val = p.words(t.limit)[i]
	}
	p.Latch.RUnlock()
	return val, ok
}

// Scan calls fn with the keys from one on and their values, in order, until fn
// returns false, with each leaf latched for reading. Keys that others put or
// remove meanwhile are met or not; every other key is met once.
func (t *Tree) Scan(from uint64, fn func(key, val uint64) bool) {
	id := pages.ID(0)
	for {
		// From the neighbour on, if that is still there; otherwise from the root.
		p, _ := t.descend(from, 0, false, id, nil)
		i, _ := p.entry(from, t.limit)
		keys, words := p.keys(t.limit)[:p.n], p.words(t.limit)[:p.n]
		for ; i < len(keys); i++ {
			if !fn(keys[i], words[i]) {
				p.Latch.RUnlock()
				return
			}
		}
		next, high := p.next, p.high
		p.Latch.RUnlock()
		if next == 0 {
			return
		}
		sched.Point("btree.scan")
		id, from = next, high+1 // there is a higher key, so this is no overflow
	}
}
