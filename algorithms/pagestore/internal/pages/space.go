package pages

import (
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	flags "ckptbench/algorithms/internal/bits"
)

// ErrFull is returned where a page was needed and all are in use.
var ErrFull = errors.New("page memory is full; reserve more pages")

// An ID names a page and one use of it: the tag in the upper half is another
// one after the page was freed, so that a late caller with an old ID finds out
// (Ignite's rotation count). 0 is no page.
type ID uint64

// Index returns the page's number, from 1 up.
func (id ID) Index() uint32 { return uint32(id) }

// A Kind says what a page is used as.
type Kind uint8

// What pages are used as. Kinds from Index up are an index's own.
const (
	Free Kind = iota
	Data
	Index
)

// A Head begins every page. All but the latch is protected by the latch.
type Head struct {
	Latch Latch
	crc   uint32 // only in copies
	tag   uint32
	Kind  Kind
	Level uint8 // an index's own
	_     [2]byte
}

// HeadBytes is the size of a Head.
const HeadBytes = 16

// Smallest and Largest are the sizes a page may have, in bytes.
const (
	Smallest = 1 << 10
	Largest  = 16 << 10
)

// A Space is memory cut into pages of one size. Its methods may be called
// concurrently, but for Close.
type Space struct {
	capture *Capture   // nil: none; set before the space is used
	parts   *flags.Set // pages with a part of a row that begins elsewhere; a page's latch protects its bit

	size  int
	shift uint
	pages uint32 // with page 0, which is not used
	arena *arena.Arena
	base  unsafe.Pointer
	meter *arena.Meter
	dirty *flags.Set
	next  atomic.Uint32 // first page that was never used

	mu    sync.Mutex
	free  uint32 // head of the list of freed pages; protected by mu
	freed uint32 // how many are in it; protected by mu
}

// NewSpace reserves n pages of size bytes, a power of two from Smallest to
// Largest. Memory is used, and counted on m, from the first use of each page.
func NewSpace(size, n int, m *arena.Meter) (*Space, error) {
	if size < Smallest || size > Largest || size&(size-1) != 0 {
		return nil, fmt.Errorf("pages of %d bytes: want a power of two from %d to %d", size, Smallest, Largest)
	}
	if n < 1 || n > 1<<31 {
		return nil, fmt.Errorf("%d pages: want from 1 to %d", n, 1<<31)
	}
	a, err := arena.New((n+1)*size, arena.Options{Lazy: true, Huge: true}, m)
	if err != nil {
		return nil, fmt.Errorf("page memory: %w", err)
	}
	s := &Space{
		size: size, shift: uint(bits.TrailingZeros(uint(size))), pages: uint32(n + 1),
		arena: a, base: a.Base(), meter: m, dirty: flags.NewSet(n + 1), parts: flags.NewSet(n + 1),
	}
	s.next.Store(1)
	return s, nil
}

// PageSize returns the bytes of a page.
func (s *Space) PageSize() int { return s.size }

// Used returns how many pages were ever used: their numbers are 1 to Used.
func (s *Space) Used() uint32 { return min(s.next.Load(), s.pages) - 1 }

// InUse returns how many pages are used as something now.
func (s *Space) InUse() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Used() - s.freed
}

// At returns page i, unlatched. The caller has i from an ID, or from 1 to Used.
func (s *Space) At(i uint32) *Head {
	return (*Head)(unsafe.Add(s.base, uintptr(i)<<s.shift))
}

// body returns page i without its latch.
func (s *Space) body(i uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(s.At(i)), latchBytes)), s.size-latchBytes)
}

// Lock latches page i for writing and returns it; the page is dirty then, and a
// checkpoint that needs it as it was has it.
func (s *Space) Lock(i uint32) *Head {
	h := s.At(i)
	h.Latch.Lock()
	s.capture.before(i)
	s.dirty.Add(uint64(i))
	return h
}

// ID returns the ID of h, which is page i and is latched.
func (h *Head) ID(i uint32) ID { return ID(h.tag)<<32 | ID(i) }

// Is reports whether h, which is latched, still is the page that id names.
func (h *Head) Is(id ID) bool { return h.tag == uint32(id>>32) }

// Alloc returns a page nobody uses, latched for writing, with a cleared head,
// and its number. What lies behind the head is what was there.
func (s *Space) Alloc(k Kind) (*Head, uint32, error) {
	i := s.reuse()
	if i == 0 {
		if i = s.grow(); i == 0 {
			return nil, 0, ErrFull
		}
	}
	h := s.Lock(i)
	h.Kind, h.Level = k, 0
	return h, i, nil
}

// reuse takes a page that was freed; 0 where there is none.
func (s *Space) reuse() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.free
	if i != 0 {
		s.free = *s.link(i)
		s.freed--
	}
	return i
}

// grow takes a page that was never used; 0 where the space is full. It takes no lock.
func (s *Space) grow() uint32 {
	for {
		i := s.next.Load()
		if i >= s.pages {
			return 0
		}
		if s.next.CompareAndSwap(i, i+1) {
			s.meter.Add(int64(s.size))
			return i
		}
	}
}

// link is where a freed page says which was freed before it.
func (s *Space) link(i uint32) *uint32 {
	return (*uint32)(unsafe.Add(unsafe.Pointer(s.At(i)), HeadBytes))
}

// Free takes back page i, which the caller has latched for writing and still
// has to unlock.
func (s *Space) Free(i uint32) {
	h := s.At(i)
	h.Kind = Free
	h.tag++
	s.mu.Lock()
	*s.link(i) = s.free
	s.free = i
	s.freed++
	s.mu.Unlock()
}

// Close gives the memory back. Nobody may be using the pages.
func (s *Space) Close() error {
	s.meter.Add(-int64(s.Used()) * int64(s.size))
	s.next.Store(1)
	return s.arena.Free()
}
