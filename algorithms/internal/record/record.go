// Package record is the layout of one record in memory, the same under every
// algorithm:
//
//	 0  lock   8 bytes  the transaction lock, and the clock of the last writer
//	 8  word   8 bytes  the algorithm's own
//	16  live   a Version: stamp (8 bytes), length + 1 (4 bytes), value
//	    ...    more Versions, where the algorithm keeps them beside the first
//
// A slot's stride is a multiple of a cache line, so that a record of 100 bytes
// takes exactly two lines and one of 8 bytes one.
package record

import (
	"sync/atomic"
	"unsafe"
)

// A Head begins every slot.
type Head struct {
	Lock Lock
	Word atomic.Uint64 // whose rules are the algorithm's
}

const (
	headBytes = 16
	line      = 64
)

// Stride returns the bytes of one slot with n versions of up to size bytes. With
// none a slot is its head, and four share a cache line.
func Stride(size, n int) int {
	if n == 0 {
		return headBytes
	}
	return (headBytes + n*VersionBytes(size) + line - 1) &^ (line - 1)
}

// Version returns version i of the slot at h, whose values hold up to size
// bytes. Version 0 is the live one.
func (h *Head) Version(i, size int) *Version {
	return (*Version)(unsafe.Add(unsafe.Pointer(h), headBytes+i*VersionBytes(size)))
}

// Live returns version 0.
func (h *Head) Live() *Version {
	return (*Version)(unsafe.Add(unsafe.Pointer(h), headBytes))
}
