package journal

import "golang.org/x/sys/unix"

// heapMost is the most that is taken from the Go heap, where the system reserves nothing.
const heapMost = 32 << 20

// reserve returns n zeros and what gives them back. They are of no interest to the
// garbage collector, take memory once they are written, and a forked child does not have
// them: an algorithm that clones the process would be charged for their page tables.
func reserve(n int) (buf []byte, free func()) {
	const how = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, how)
	if err != nil {
		return make([]byte, min(n, heapMost)), nil
	}
	_ = unix.Madvise(mem, unix.MADV_DONTFORK) // without it a fork takes a little longer
	return mem, func() { _ = unix.Munmap(mem) }
}
