package fs

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// directFlag asks open(2) for unbuffered I/O.
const directFlag = unix.O_DIRECT

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
