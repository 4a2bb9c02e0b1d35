package btree

import (
	"math/bits"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// A node is a page of the tree. In a leaf (level 0) entry i is keys[i] and
// words[i], its value. In an inner page words[i] is the ID of a child, with the
// keys up to keys[i], and the last child has no key: it has those up to high.
// All is protected by the page's latch.
type node struct {
	pages.Head
	next pages.ID // right neighbour; 0: none, and then no key is too high
	high uint64   // largest key here or below, if there is a neighbour
	n    int32    // entries, or children
	_    [20]byte
}

const (
	nodeBytes = 64
	leafKind  = pages.Index
	innerKind = pages.Index + 1
)

// capacity returns the entries of a page of size bytes.
func capacity(size int) int { return (size - nodeBytes) / 16 }

// keys returns room for limit keys, of which n are there, or n - 1.
func (p *node) keys(limit int) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(p), nodeBytes)), limit)
}

// words returns room for limit words, of which n are there.
func (p *node) words(limit int) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(p), nodeBytes+8*limit)), limit)
}

// beyond reports whether key is for a page further right.
func (p *node) beyond(key uint64) bool { return p.next != 0 && key > p.high }

// search returns the first of keys that is not below key: an entry's place in a
// leaf, the child's in an inner page. Where it looks does not depend on how many
// keys there are, but on step alone, a power of two more than half of them: so
// the first places it looks at can be prefetched before that is known.
func search(keys []uint64, key uint64, step int) int {
	base := 0
	for ; step > 0; step /= 2 {
		if at := base + step; at <= len(keys) && keys[at-1] < key {
			base = at
		}
	}
	return base
}

// stride returns the step for n keys.
func stride(n int) int { return 1 << bits.Len(uint(n)) / 2 }

// fetch prefetches what is read first of a page: its head, and the keys at the
// places of a search's first three turns, whose misses then overlap.
func (p *node) fetch(limit int) {
	at := unsafe.Pointer(p)
	prefetch.Line(at)
	step := stride(limit) / 4
	for i := step; i <= limit; i += step {
		prefetch.Line(unsafe.Add(at, nodeBytes+8*(i-1)))
	}
}

// entry returns key's place in a leaf, and whether it is there.
func (p *node) entry(key uint64, limit int) (int, bool) {
	keys := p.keys(limit)[:p.n]
	i := search(keys, key, stride(limit))
	return i, i < len(keys) && keys[i] == key
}

// child returns the place of the child that has key.
func (p *node) child(key uint64, limit int) int {
	return search(p.keys(limit)[:p.n-1], key, stride(limit))
}

// insert makes key and word the leaf's entry i.
func (p *node) insert(i int, key, word uint64, limit int) {
	insertAt(p.keys(limit), i, int(p.n), key)
	insertAt(p.words(limit), i, int(p.n), word)
	p.n++
}

// remove removes the leaf's entry i.
func (p *node) remove(i, limit int) {
	keys, words := p.keys(limit)[:p.n], p.words(limit)[:p.n]
	copy(keys[i:], keys[i+1:])
	copy(words[i:], words[i+1:])
	p.n--
}

// adopt splits the range of child i at key: right, after it, has what is above.
func (p *node) adopt(i int, key uint64, right pages.ID, limit int) {
	insertAt(p.keys(limit), i, int(p.n)-1, key)
	insertAt(p.words(limit), i+1, int(p.n), uint64(right))
	p.n++
}

// disown gives the range of child i + 1 to child i.
func (p *node) disown(i, limit int) {
	keys, words := p.keys(limit)[:p.n-1], p.words(limit)[:p.n]
	copy(keys[i:], keys[i+1:])
	copy(words[i+1:], words[i+2:])
	p.n--
}

// insertAt makes v the i-th of n.
func insertAt(s []uint64, i, n int, v uint64) {
	copy(s[i+1:n+1], s[i:n])
	s[i] = v
}

// halve moves the entries or children from place mid on to right, which becomes
// p's neighbour.
func (p *node) halve(right *node, id pages.ID, mid, limit int) {
	n := int(p.n)
	copy(right.keys(limit), p.keys(limit)[mid:n])
	copy(right.words(limit), p.words(limit)[mid:n])
	right.n = int32(n - mid)
	right.next, right.high = p.next, p.high
	p.n = int32(mid)
	p.next, p.high = id, p.keys(limit)[mid-1]
}

// absorb makes p, which is empty, what its right neighbour is.
func (p *node) absorb(right *node, limit int) {
	copy(p.keys(limit), right.keys(limit)[:right.n])
	copy(p.words(limit), right.words(limit)[:right.n])
	p.n, p.next, p.high = right.n, right.next, right.high
}
