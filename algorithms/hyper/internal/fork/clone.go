//go:build linux

package fork

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The runtime's hooks around a fork. The runtime keeps their names and
// signatures for packages that use them like this (go.dev/issue/67401).

//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

// pipes are the file descriptors that the clone knows of.
type pipes struct {
	dataR, dataW int // the clone writes memory to dataW
	holdR, holdW int // it lives until holdW is closed
}

// clone clones the process. In this process it returns the clone's id; the
// clone does not return. Flags are more flags for clone(2).
//
//go:noinline
//go:norace
//go:nocheckptr
func clone(memory [][]byte, fds pipes, flags uintptr) (pid int, errno syscall.Errno) {
	// From here to afterFork, and for ever in the clone, nothing may be
	// called that has a stack check.
	beforeFork()
	// No stack and no signal at its end: fork(2), on every architecture,
	// whatever order its arguments of clone(2) have.
	r, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno == 0 && r == 0 {
		inClone(memory, fds)
	}
	afterFork()
	return int(r), errno
}

// inClone is all that the clone does: it writes memory and waits until it may
// go. Its exit status is the error number of the write that failed, or 0.
//
//go:nosplit
//go:norace
//go:nocheckptr
func inClone(memory [][]byte, fds pipes) {
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fds.dataR), 0, 0)
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fds.holdW), 0, 0)
	lo, hi := uintptr(fds.dataW), uintptr(fds.holdR)
	if lo > hi {
		lo, hi = hi, lo
	}
	if lo > 0 {
		syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 0, lo-1, 0)
	}
	if lo+1 < hi {
		syscall.RawSyscall(unix.SYS_CLOSE_RANGE, lo+1, hi-1, 0)
	}
	syscall.RawSyscall(unix.SYS_CLOSE_RANGE, hi+1, 1<<32-1, 0)

	for _, p := range memory {
		for len(p) > 0 {
			// A write may be short: stopping a process interrupts it.
			n, _, errno := syscall.RawSyscall(unix.SYS_WRITE, uintptr(fds.dataW), uintptr(unsafe.Pointer(unsafe.SliceData(p))),
				uintptr(len(p)))
			if errno == unix.EINTR {
				continue
			}
			if errno != 0 {
				exit(uintptr(errno))
			}
			p = p[n:]
		}
	}
	// Its reader need not wait for what does not come.
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fds.dataW), 0, 0)
	var b [1]byte
	for {
		_, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(fds.holdR), uintptr(unsafe.Pointer(&b)), 1)
		if errno != unix.EINTR {
			exit(0)
		}
	}
}

// exit ends the clone, without anything that Go or C would do at an exit.
//
//go:nosplit
//go:norace
func exit(status uintptr) {
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, status, 0, 0)
	}
}
