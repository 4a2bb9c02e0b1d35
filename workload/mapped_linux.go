package workload

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A mapping is memory that a forked child does not have, or nil where the system has none.
type mapping []byte

// unforked returns an empty slice with room for n values, which must hold no pointers, in memory that
// a forked child does not have. An algorithm that clones the process is charged for the page tables of
// what it clones, and these would be the harness's: 70 MB a worker. Page tables of heap that was freed
// count as well, so what is to lie here is never on the heap. Where the system has no such memory, it
// is. The room takes memory as it is written.
func unforked[T any](n int) ([]T, mapping) {
	var value T
	const how = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	mem, err := unix.Mmap(-1, 0, max(n, 1)*int(unsafe.Sizeof(value)), unix.PROT_READ|unix.PROT_WRITE, how)
	if err != nil {
		return make([]T, 0, n), nil
	}
	if err := unix.Madvise(mem, unix.MADV_DONTFORK); err != nil {
		mapping(mem).free() // nothing is in it
		return make([]T, 0, n), nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(mem))), n)[:0], mem
}

// free gives the memory back. Nothing may use it any more.
func (m mapping) free() {
	if m != nil {
		_ = unix.Munmap(m)
	}
}

// freeWith gives the memory back when the trace is unreachable.
func (m mapping) freeWith(trace *Trace) { runtime.AddCleanup(trace, mapping.free, m) }
