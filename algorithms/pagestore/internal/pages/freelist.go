package pages

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/sched"
)

// A freeList says which page has room. Pages lie in buckets by their room; the
// last bucket, the reuse list, holds the empty ones. A page with hardly any
// room is in none. One may have a little more room than its bucket says, and
// never less.
//
// A page that is taken out belongs to the taker until it is put back; nobody
// else changes where it is. Of a page in a bucket, or in none, whoever holds the
// latch for writing may change that.
type freeList struct {
	shift   uint
	arena   *arena.Arena
	nodes   []node // by page
	buckets [buckets]bucket
	some    [buckets / 64]atomic.Uint64 // bit b is set while bucket b holds pages
}

// A bucket is a list of pages with about the same room. Its lock is held for a few
// instructions, and never while a page is latched.
type bucket struct {
	mu   sync.Mutex
	head uint32 // first page; protected by mu
	_    [52]byte
}

// A node is one page's place.
type node struct {
	prev, next uint32        // protected by the mu of the page's bucket
	where      atomic.Uint32 // bucket, or nowhere, or taken
}

const (
	buckets = 256
	reuse   = buckets - 1
	least   = 8 // bytes of room below which a page is in no bucket

	nowhere = buckets
	taken   = buckets + 1
)

// newFreeList returns a list of nothing, with a node for every page that there may be.
func newFreeList(s *Space) (*freeList, error) {
	n := int(s.pages)
	a, err := arena.New(n*int(unsafe.Sizeof(node{})), arena.Options{Lazy: true}, s.meter)
	if err != nil {
		return nil, fmt.Errorf("free list: %w", err)
	}
	return &freeList{
		shift: uint(bits.TrailingZeros(uint(s.size / buckets))),
		arena: a, nodes: unsafe.Slice((*node)(a.Base()), n),
	}, nil
}

// bucketOf returns where page p belongs.
func (l *freeList) bucketOf(p *dataPage) uint32 {
	switch room := p.room(); {
	case p.direct == 0:
		return reuse
	case room < least:
		return nowhere
	default:
		return min(uint32(room>>l.shift), reuse-1)
	}
}

// take takes out a page with room for a part of n bytes, or returns 0.
func (l *freeList) take(n int) uint32 {
	for b := n>>l.shift + 1; b < buckets; b++ {
		if b = l.nonEmpty(b); b == buckets {
			break
		}
		if i := l.pop(uint32(b)); i != 0 {
			return i
		}
	}
	return l.takeEmpty() // which also serves what needs a whole page
}

// takeEmpty takes out an empty page, or returns 0.
func (l *freeList) takeEmpty() uint32 { return l.pop(reuse) }

// nextEmpty returns the page that takeEmpty would take out, or 0.
func (l *freeList) nextEmpty() uint32 {
	k := &l.buckets[reuse]
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.head
}

// empty returns how many empty pages can be taken out.
func (l *freeList) empty() (n int) {
	k := &l.buckets[reuse]
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := k.head; i != 0; i = l.nodes[i].next {
		n++
	}
	return n
}

// nonEmpty returns the first bucket from b up that seems to hold a page.
func (l *freeList) nonEmpty(b int) int {
	w := l.some[b/64].Load() >> (b % 64) << (b % 64)
	for i := b / 64; ; w = l.some[i].Load() {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
		if i++; i == len(l.some) {
			return buckets
		}
	}
}

// pop takes the first page of a bucket; 0 where it is empty.
func (l *freeList) pop(b uint32) uint32 {
	k := &l.buckets[b]
	k.mu.Lock()
	defer k.mu.Unlock()
	i := k.head
	if i != 0 {
		l.unlink(b, i)
		l.nodes[i].where.Store(taken)
	}
	return i
}

// unlink wants the bucket's mutex held.
func (l *freeList) unlink(b, i uint32) {
	k, n := &l.buckets[b], &l.nodes[i]
	if n.prev == 0 {
		k.head = n.next
	} else {
		l.nodes[n.prev].next = n.next
	}
	if n.next != 0 {
		l.nodes[n.next].prev = n.prev
	}
	if k.head == 0 {
		l.some[b/64].And(^(uint64(1) << (b % 64)))
	}
}

// put puts page i, which the caller took or made and has latched for writing,
// where it belongs.
func (l *freeList) put(i uint32, p *dataPage) {
	b := l.bucketOf(p)
	if b == nowhere {
		l.nodes[i].where.Store(nowhere)
		return
	}
	k, n := &l.buckets[b], &l.nodes[i]
	k.mu.Lock()
	defer k.mu.Unlock()
	n.prev, n.next = 0, k.head
	if k.head != 0 {
		l.nodes[k.head].prev = i
	} else {
		l.some[b/64].Or(uint64(1) << (b % 64))
	}
	k.head = i
	n.where.Store(b)
}

// slack is by how many buckets a page's may be too low: by a hundredth of a page.
const slack = 3

// moved puts page i, in which the caller has changed a row and which it still has
// latched for writing, where it now belongs, unless somebody has taken it: then
// the taker will. A page that has but a little more room than its bucket says
// stays: what is taken from there fits all the same, and where rows get longer
// and shorter the lists would be busy with nothing else.
func (l *freeList) moved(i uint32, p *dataPage) {
	from, to := l.nodes[i].where.Load(), l.bucketOf(p)
	if from == taken || from == to || from < to && to < reuse && to-from <= slack {
		return
	}
	sched.Point("pages.moved")
	if from != nowhere && !l.leave(from, i) {
		return
	}
	l.put(i, p)
}

// leave takes page i out of bucket b, unless it was taken meanwhile.
func (l *freeList) leave(b, i uint32) bool {
	k := &l.buckets[b]
	k.mu.Lock()
	defer k.mu.Unlock()
	if l.nodes[i].where.Load() != b {
		return false
	}
	l.unlink(b, i)
	l.nodes[i].where.Store(nowhere)
	return true
}
