package workload

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// keepFromForks moves the tape's arrays from the Go heap to memory that a forked
// child does not have. An algorithm that clones the process is charged for the
// page tables of what it clones, and these would be the harness's: 70 MB a
// worker. The memory is given back when the tape is unreachable. Where the
// system has none, the tape stays on the heap.
func (tape *Tape) keepFromForks() {
	ops := len(tape.ops) * int(unsafe.Sizeof(Op{}))
	txns := len(tape.txns) * int(unsafe.Sizeof(word(0)))
	mem, err := unix.Mmap(-1, 0, max(ops+txns, 1), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return
	}
	if err := unix.Madvise(mem, unix.MADV_DONTFORK); err != nil {
		_ = unix.Munmap(mem) // nothing is in it
		return
	}
	base := unsafe.Pointer(unsafe.SliceData(mem))
	to := unsafe.Slice((*Op)(base), len(tape.ops))
	index := unsafe.Slice((*word)(unsafe.Add(base, ops)), len(tape.txns))
	copy(to, tape.ops)
	copy(index, tape.txns)
	tape.ops, tape.txns = to, index
	runtime.AddCleanup(tape, func(mem []byte) { _ = unix.Munmap(mem) }, mem)
}
