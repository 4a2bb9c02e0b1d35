//go:build linux && !race

package arena

import "golang.org/x/sys/unix"

// acquire maps n bytes of zeros. Lazily mapped ones are not counted against the system's
// promise of memory until they are touched.
func acquire(n int, o Options) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	flags := unix.MAP_PRIVATE | unix.MAP_ANON
	if o.Lazy {
		flags |= unix.MAP_NORESERVE
	}
	data, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, flags)
	if err != nil {
		return nil, err
	}
	if o.Huge {
		// A kernel without huge pages refuses; small ones do as well.
		_ = unix.Madvise(data, unix.MADV_HUGEPAGE)
	}
	return data, nil
}

// forget gives the pages of p back; they read as zeros afterwards.
func forget(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	return unix.Madvise(p, unix.MADV_DONTNEED)
}

// release unmaps p, which must be what acquire returned.
func release(p []byte) error { return unix.Munmap(p) }
