package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"ckptbench/algorithms/internal/durable"
)

// ErrDamaged is wrapped by Check's errors.
var ErrDamaged = errors.New("page is damaged")

const (
	latchBytes = 4
	crcOffset  = 4
)

// Dirty reports whether page i was latched for writing since it was copied
// last.
func (s *Space) Dirty(i uint32) bool { return s.dirty.Has(uint64(i)) }

// Copy copies page i, from 1 to Used, into dst, of the page's size, without its
// latch and with its CRC: as it is written to a file. The page is clean then.
func (s *Space) Copy(i uint32, dst []byte) {
	h := s.At(i)
	h.Latch.RLock()
	s.dirty.Remove(uint64(i))
	src := unsafe.Slice((*byte)(unsafe.Pointer(h)), s.size)
	copy(dst[latchBytes:], src[latchBytes:])
	h.Latch.RUnlock()
	clear(dst[:latchBytes+4])
	binary.LittleEndian.PutUint32(dst[crcOffset:], checksum(dst))
}

// Check reads a page that Copy made and returns an error that wraps ErrDamaged
// unless every byte of it is what was written.
func Check(page []byte) error {
	if len(page) < Smallest || len(page) > Largest {
		return fmt.Errorf("%w: %d bytes", ErrDamaged, len(page))
	}
	if binary.LittleEndian.Uint32(page) != 0 {
		return fmt.Errorf("%w: offset 0 holds a latch", ErrDamaged)
	}
	want := binary.LittleEndian.Uint32(page[crcOffset:])
	if got := checksum(page); got != want {
		return fmt.Errorf("%w: CRC-32C %08x, want %08x", ErrDamaged, got, want)
	}
	return nil
}

// checksum is over all that follows the CRC.
func checksum(page []byte) uint32 {
	return durable.Checksum(page[crcOffset+4:])
}
