package fs

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// directFlag asks open(2) for unbuffered I/O.
const directFlag = unix.O_DIRECT

// directAlign returns the multiple of bytes at which direct I/O on f has to be; 0 where
// the file system does not say.
func directAlign(f *os.File) uint32 {
	var st unix.Statx_t
	err := retry(func() error { return unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_DIOALIGN, &st) })
	if err != nil || st.Mask&unix.STATX_DIOALIGN == 0 {
		return 0
	}
	return max(st.Dio_offset_align, st.Dio_mem_align)
}

// endDirect makes a file that was opened with directFlag a buffered one.
func endDirect(f *os.File) error {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	if err == nil {
		_, err = unix.FcntlInt(f.Fd(), unix.F_SETFL, flags&^unix.O_DIRECT)
	}
	if err != nil {
		return &fs.PathError{Op: "fcntl", Path: f.Name(), Err: err}
	}
	return nil
}

// allocate reserves the first n bytes and makes the file that long at least.
func allocate(f *os.File, n int64) error {
	return retry(func() error { return unix.Fallocate(int(f.Fd()), 0, 0, n) })
}

// dataSync makes the bytes durable, and the metadata needed to read them back.
func dataSync(f *os.File) error {
	if err := retry(func() error { return unix.Fdatasync(int(f.Fd())) }); err != nil {
		return &fs.PathError{Op: "fdatasync", Path: f.Name(), Err: err}
	}
	return nil
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// flock locks an open file, unless somebody has it. A file system without such locks
// lets everybody have it.
func flock(f *os.File) error {
	err := retry(func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return ErrLocked
	case errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOSYS):
		return nil
	}
	return err
}

// retry calls f again for as long as a signal interrupts it.
func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
