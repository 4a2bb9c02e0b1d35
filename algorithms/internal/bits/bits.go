// Package bits holds sets of records.
package bits

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
)

// A Set is a set of records as a bit vector. Its methods may be called
// concurrently.
type Set struct{ w []atomic.Uint64 }

// NewSet returns an empty set over n records.
func NewSet(n int) *Set { return &Set{make([]atomic.Uint64, (n+63)/64)} }

// Add puts i in the set. Where i is in already it only reads.
func (s *Set) Add(i uint64) {
	if w, bit := &s.w[i/64], uint64(1)<<(i%64); w.Load()&bit == 0 {
		w.Or(bit)
	}
}

// Has reports whether i is in the set.
func (s *Set) Has(i uint64) bool { return s.w[i/64].Load()>>(i%64)&1 != 0 }

// Get is Has as 0 or 1.
func (s *Set) Get(i uint64) int { return int(s.w[i/64].Load() >> (i % 64) & 1) }

// Put puts i in the set or takes it out.
func (s *Set) Put(i uint64, in bool) {
	if in {
		s.Add(i)
	} else {
		s.Remove(i)
	}
}

// CopyFrom makes the members from from up to to, to not included, those of src,
// 64 at a time: their neighbours in a word are copied with them. Nobody may be
// changing either set.
func (s *Set) CopyFrom(src *Set, from, to uint64) {
	for i := from / 64; i < (to+63)/64; i++ {
		s.w[i].Store(src.w[i].Load())
	}
}

// Touch prefetches i's word.
func (s *Set) Touch(i uint64) { prefetch.Line(unsafe.Pointer(&s.w[i/64])) }

// Remove takes i out.
func (s *Set) Remove(i uint64) { s.w[i/64].And(^(uint64(1) << (i % 64))) }

// Words returns how many words of 64 records the set has.
func (s *Set) Words() int { return len(s.w) }

// Word returns the records 64*i to 64*i+63 as bits.
func (s *Set) Word(i int) uint64 { return s.w[i].Load() }

// SetWord makes the records 64*i to 64*i+63 those of the bits of w.
func (s *Set) SetWord(i int, w uint64) { s.w[i].Store(w) }

// Clear empties the set.
func (s *Set) Clear() {
	for i := range s.w {
		s.w[i].Store(0)
	}
}

// Bytes returns the memory the set takes.
func (s *Set) Bytes() int64 { return int64(8 * len(s.w)) }

// Each calls f with every member from from up to to, to not included, in order,
// until f returns false. It reports whether it came to the end.
func (s *Set) Each(from, to uint64, f func(i uint64) bool) bool {
	for at := from &^ 63; at < min(to, 64*uint64(len(s.w))); at += 64 {
		word := s.w[at/64].Load()
		if at < from {
			word &= ^uint64(0) << (from % 64)
		}
		for ; word != 0; word &= word - 1 {
			i := at + uint64(bits.TrailingZeros64(word))
			if i >= to {
				return true
			}
			if !f(i) {
				return false
			}
		}
	}
	return true
}

// Sort makes the set ready for Each, which it always is.
func (s *Set) Sort() {}
