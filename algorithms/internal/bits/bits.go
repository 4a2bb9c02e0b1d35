// Package bits holds flags, one per record.
package bits

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
)

// Flags is one flag per record, a byte each, so that flags of neighbouring
// records never share a memory location: whoever holds a record's lock may
// change its flag without an atomic operation. (Bits would save 7/8 of a byte
// a record, and make every change a locked read-modify-write.) It does no
// locking.
type Flags struct{ b []byte }

// NewFlags returns n flags, all off.
func NewFlags(n int) *Flags { return &Flags{make([]byte, (n+7)&^7)} }

// Get returns flag i as 0 or 1.
func (f *Flags) Get(i uint64) int { return int(f.b[i]) }

// Put sets flag i to v, 0 or 1.
func (f *Flags) Put(i uint64, v int) { f.b[i] = byte(v) }

// Touch prefetches flag i.
func (f *Flags) Touch(i uint64) { prefetch.Line(unsafe.Pointer(&f.b[i])) }

// Fill sets every flag to v, 0 or 1.
func (f *Flags) Fill(v int) {
	for i := range f.b {
		f.b[i] = byte(v)
	}
}

// Not makes every flag the opposite of src's, eight at a time. The two are of
// one length.
func (f *Flags) Not(src *Flags) {
	dst, from := f.words(), src.words()
	for i := range dst {
		dst[i] = from[i] ^ 0x0101010101010101
	}
}

func (f *Flags) words() []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(f.b))), len(f.b)/8)
}

// Bytes returns the memory the flags take.
func (f *Flags) Bytes() int64 { return int64(len(f.b)) }

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

// Each calls f with every i from from up to to, to not included, whose flag is
// on, in order, until f returns false. It reports whether it came to the end.
// Nobody may be changing flags.
func (f *Flags) Each(from, to uint64, g func(i uint64) bool) bool {
	words := f.words()
	for i := from; i < to; i++ {
		if i%8 == 0 && words[i/8] == 0 {
			i += 7
			continue
		}
		if f.b[i] != 0 && !g(i) {
			return false
		}
	}
	return true
}

// Sort makes the set ready for Each, which it always is.
func (s *Set) Sort() {}
