package bits

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
)

// A Hash is a set of records as a hash table: the alternative to a bit vector
// that CALC's authors tried (Ren et al., SIGMOD 2016, §2.3). It is as large from
// the start as all records would need, since nothing may be allocated, and no
// table grown, while a transaction runs. Add may be called concurrently; Sort,
// Each and Clear are for one goroutine while nobody adds, but that several may
// call Each.
type Hash struct {
	cells  []atomic.Uint64 // a member plus one, or 0
	shift  uint            // of a 64-bit hash, to a cell
	sorted []uint64        // the members, after Sort
}

// NewHash returns an empty set over n records.
func NewHash(n int) *Hash {
	shift := uint(61)
	for n > 1<<(64-shift)/2 {
		shift--
	}
	return &Hash{cells: make([]atomic.Uint64, 1<<(64-shift)), shift: shift}
}

// home is where the search for a number begins.
func (h *Hash) home(i uint64) uint64 { return i * 0x9e3779b97f4a7c15 >> h.shift }

// Add puts i in the set. Where i is in already it only reads.
func (h *Hash) Add(i uint64) {
	for at := h.home(i); ; at = (at + 1) & uint64(len(h.cells)-1) {
		switch c := h.cells[at].Load(); {
		case c == i+1, c == 0 && h.cells[at].CompareAndSwap(0, i+1):
			return
		case c == 0 && h.cells[at].Load() == i+1: // another added it
			return
		}
	}
}

// Touch prefetches i's home cell.
func (h *Hash) Touch(i uint64) { prefetch.Line(unsafe.Pointer(&h.cells[h.home(i)])) }

// Sort makes the set ready for Each.
func (h *Hash) Sort() {
	h.sorted = h.sorted[:0]
	for i := range h.cells {
		if c := h.cells[i].Load(); c != 0 {
			h.sorted = append(h.sorted, c-1)
		}
	}
	slices.Sort(h.sorted)
}

// Each calls f with every member from from up to to, to not included, in order,
// until f returns false. It reports whether it came to the end.
func (h *Hash) Each(from, to uint64, f func(i uint64) bool) bool {
	at, _ := slices.BinarySearch(h.sorted, from)
	for ; at < len(h.sorted) && h.sorted[at] < to; at++ {
		if !f(h.sorted[at]) {
			return false
		}
	}
	return true
}

// Clear empties the set.
func (h *Hash) Clear() {
	for i := range h.cells {
		h.cells[i].Store(0)
	}
	h.sorted = h.sorted[:0]
}

// Bytes returns the memory the set takes.
func (h *Hash) Bytes() int64 { return int64(8 * len(h.cells)) }
