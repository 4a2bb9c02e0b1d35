package btree

import (
	"errors"
	"fmt"

	"ckptbench/algorithms/pagestore/internal/pages"
)

// ErrUnsorted is returned for a batch whose keys are not in order. Nothing was
// done then.
var ErrUnsorted = errors.New("keys of a batch are not sorted")

// sorted returns an error unless no key is below the one before it.
func sorted(keys []uint64) error {
	for i := 1; i < len(keys); i++ {
		if keys[i] < keys[i-1] {
			return fmt.Errorf("%w: key %d follows %d at place %d", ErrUnsorted, keys[i], keys[i-1], i)
		}
	}
	return nil
}

// A finger remembers the way down to the last leaf, so that a higher key can
// begin at the lowest page that has it too. What it says may be out of date: a
// page never comes to have lower keys, and those that moved right are found
// there.
type finger struct {
	way [levels]struct {
		id   pages.ID
		high uint64
		last bool // no key is too high
	}
	top uint8 // levels known, with the leaves

	leaves [leavesAhead]struct { // of the next keys
		at int // the first of their keys, by its place in the batch
		id pages.ID
	}
	ahead int      // how many of them there are
	leaf  pages.ID // where the descent that is under way begins, if that is one of them
}

const levels = 16 // more than a tree can have

// note remembers an inner page, which is latched.
func (f *finger) note(p *node, id pages.ID) {
	if f == nil || p.Level >= levels {
		return
	}
	w := &f.way[p.Level]
	w.id, w.high, w.last = id, p.high, p.next == 0
	f.top = max(f.top, p.Level+1)
}

// start returns the lowest page known to have key, the i-th of the batch, or to be
// left of where it is; or 0.
func (f *finger) start(i int, key uint64) pages.ID {
	for _, l := range f.leaves[:f.ahead] {
		if l.at == i {
			f.leaf = l.id
			return l.id
		}
	}
	f.leaf = 0
	for l := uint8(1); l < f.top; l++ {
		if w := &f.way[l]; w.last || key <= w.high {
			return w.id
		}
	}
	return 0
}

// leavesAhead is how many leaves are on their way at once.
const leavesAhead = 8

// lookAhead finds and prefetches the leaves of the keys from the i-th on, as far
// as the lowest inner page that was passed knows them: it is searched for all of
// them at one visit, and their misses overlap. Of leaves with few of the keys it
// tells the values. It returns the place of the first key that it did not look
// for.
func (t *Tree) lookAhead(keys []uint64, i int, f *finger, tell func(val uint64)) int {
	next := t.leavesOf(keys, i, f)
	for g := range f.ahead {
		end := next
		if g+1 < f.ahead {
			end = f.leaves[g+1].at
		}
		if few := keys[f.leaves[g].at:end]; tell != nil && len(few) < valuesAhead {
			t.tellOf(f.leaves[g].id, few, tell)
		}
	}
	return next
}

// leavesOf is lookAhead without the values.
func (t *Tree) leavesOf(keys []uint64, i int, f *finger) int {
	f.ahead = 0
	if f.top < 2 {
		return i + 1
	}
	p := t.latch(f.way[1].id, false)
	if p == nil {
		return i + 1
	}
	defer p.Latch.RUnlock()
	highs, words := p.keys(t.limit)[:p.n-1], p.words(t.limit)[:p.n]
	from := i
	for f.ahead < leavesAhead && i < len(keys) && !p.beyond(keys[i]) {
		c := p.child(keys[i], t.limit)
		l := &f.leaves[f.ahead]
		l.at, l.id = i, pages.ID(words[c])
		t.at(l.id).fetch(t.limit)
		f.ahead++
		for i++; i < len(keys) && (c == len(highs) && !p.beyond(keys[i]) || c < len(highs) && keys[i] <= highs[c]); i++ {
		}
	}
	return max(i, from+1)
}

// tellOf tells the values of keys in a leaf, if they are there and it is one still.
func (t *Tree) tellOf(id pages.ID, keys []uint64, tell func(val uint64)) {
	p := t.latch(id, false)
	if p == nil {
		return
	}
	for _, key := range keys {
		if i, ok := p.entry(key, t.limit); ok {
			tell(p.words(t.limit)[i])
		}
	}
	p.Latch.RUnlock()
}

// FindAll calls fn for each of the keys, which are sorted, with its place among
// them and its value, if it is there, with the leaf latched for reading.
func (t *Tree) FindAll(keys []uint64, fn func(i int, val uint64, found bool)) error {
	return t.FindAllSoon(keys, nil, fn)
}

// valuesAhead is how many calls ahead of its own a value is announced.
const valuesAhead = 6

// soon tells of the value of the key that is some places further, where that is
// some places further in the leaf too: where the keys of a batch are neighbours.
func (t *Tree) soon(p *node, at int, keys []uint64, tell func(val uint64)) {
	if tell == nil || len(keys) <= valuesAhead || at+valuesAhead >= int(p.n) {
		return
	}
	if p.keys(t.limit)[at+valuesAhead] == keys[valuesAhead] {
		tell(p.words(t.limit)[at+valuesAhead])
	}
}

// FindAllSoon is FindAll for a caller that prefetches what values lead to: tell, if
// not nil, is called with some values a few calls before fn is, with the leaf latched
// for reading. Others may have changed a value by then.
func (t *Tree) FindAllSoon(keys []uint64, tell func(val uint64), fn func(i int, val uint64, found bool)) error {
	if err := sorted(keys); err != nil {
		return err
	}
	var f finger
	for i, seen := 0, 1; i < len(keys); {
		if i >= seen {
			seen = t.lookAhead(keys, i, &f, tell)
		}
		p, _ := t.descend(keys[i], 0, false, f.start(i, keys[i]), &f)
		for at := 0; i < len(keys) && !p.beyond(keys[i]); i++ {
			var found bool
			at, found = t.further(p, at, keys[i])
			t.soon(p, at, keys[i:], tell)
			fn(i, t.value(p, at, found), found)
		}
		p.Latch.RUnlock()
	}
	return nil
}

// further returns key's place in the leaf, which is at or after another.
func (t *Tree) further(p *node, at int, key uint64) (int, bool) {
	if at == 0 {
		return p.entry(key, t.limit)
	}
	keys := p.keys(t.limit)[:p.n]
	step := 1
	for at+step < len(keys) && keys[at+step] < key { // gallop: keys of a batch often are neighbours
		at += step
		step *= 2
	}
	rest := keys[at:min(at+step+1, len(keys))]
	at += search(rest, key, stride(len(rest)))
	return at, at < len(keys) && keys[at] == key
}

// InvokeAll does what Invoke does for each of the keys, which are sorted, in
// their order; fn is called once for each, with its place among them. A key may
// come several times. The whole is not one step to others, only what happens to
// a key is. After an error the keys from the one that fn was called with last on
// are as they were.
func (t *Tree) InvokeAll(keys []uint64, fn func(i int, val uint64, found bool) (Op, uint64)) error {
	return t.InvokeAllSoon(keys, nil, fn)
}

// InvokeAllSoon is InvokeAll for a caller that prefetches what values lead to; see
// FindAllSoon.
func (t *Tree) InvokeAllSoon(
	keys []uint64, tell func(val uint64), fn func(i int, val uint64, found bool) (Op, uint64),
) error {
	if err := sorted(keys); err != nil {
		return err
	}
	var f finger
	for i, seen := 0, 1; i < len(keys); {
		if i >= seen {
			seen = t.lookAhead(keys, i, &f, tell)
		}
		n, err := t.invokeLeaf(keys[i:], i, &f, tell, fn)
		if err != nil {
			return fmt.Errorf("key %d of %d: %w", i+n, len(keys), err)
		}
		i += n
	}
	return nil
}

// invokeLeaf does the first of the keys, and those after it that the same leaf
// has, until it is full, and returns how many.
func (t *Tree) invokeLeaf(
	keys []uint64, base int, f *finger, tell func(val uint64), fn func(i int, val uint64, found bool) (Op, uint64),
) (int, error) {
	p, id := t.descend(keys[0], 0, true, f.start(base, keys[0]), f)
	at, more := 0, int64(0)
	for i, key := range keys {
		if p.beyond(key) {
			t.counted(more)
			t.leave(p, id)
			return i, nil
		}
		var found bool
		at, found = t.further(p, at, key)
		t.soon(p, at, keys[i:], tell)
		op, val := fn(base+i, t.value(p, at, found), found)
		if op == Put && !found && int(p.n) == t.limit {
			t.counted(more)
			if err := t.split(p, id, at, key, val); err != nil {
				return i, err
			}
			return i + 1, nil
		}
		more += t.apply(p, key, at, found, op, val)
	}
	t.counted(more)
	t.leave(p, id)
	return len(keys), nil
}

// PutAll sets the values of keys, which are sorted; where a key comes several
// times the last one stays. fn, if not nil, learns of each value that was
// replaced, with the leaf latched.
func (t *Tree) PutAll(keys, vals []uint64, fn func(i int, old uint64)) error {
	if len(keys) != len(vals) {
		return fmt.Errorf("put %d keys: %d values", len(keys), len(vals))
	}
	return t.InvokeAll(keys, func(i int, old uint64, found bool) (Op, uint64) {
		if found && fn != nil {
			fn(i, old)
		}
		return Put, vals[i]
	})
}

// RemoveAll removes keys, which are sorted. fn, if not nil, learns of each value
// that was removed, with the leaf latched.
func (t *Tree) RemoveAll(keys []uint64, fn func(i int, old uint64)) error {
	return t.InvokeAll(keys, func(i int, old uint64, found bool) (Op, uint64) {
		if found && fn != nil {
			fn(i, old)
		}
		return Remove, 0
	})
}
