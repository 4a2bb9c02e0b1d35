package fs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// OS returns the operating system's file system.
func OS() FS { return osFS{syncDir} }

// An osFS is the operating system's file system.
type osFS struct {
	sync func(dir string) error // of the names in a folder
}

func (osFS) Create(name string, direct bool) (File, error) {
	return openFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, direct)
}

func (osFS) Open(name string, direct bool) (File, error) {
	return openFile(name, os.O_RDONLY, direct)
}

// openFile opens name, directly if that is asked for and the file system does
// it with blocks of Align: one that cannot refuses with EINVAL, here or at the first
// read or write (see osFile.fallBack).
func openFile(name string, flag int, direct bool) (File, error) {
	if direct && directFlag != 0 {
		f, err := os.OpenFile(name, flag|directFlag, 0o644)
		if err == nil {
			return newOSFile(f, flag, true).fit()
		}
		if !errors.Is(err, syscall.EINVAL) {
			return nil, err
		}
	}
	f, err := os.OpenFile(name, flag, 0o644)
	if err != nil {
		return nil, err
	}
	return newOSFile(f, flag, false), nil
}

func (osFS) Rename(old, new string) error { return os.Rename(old, new) }

func (osFS) Remove(name string) error { return os.Remove(name) }

func (osFS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// MkdirAll syncs the parent of each folder that it makes: a folder that a power
// cut can take away takes everything in it along. It syncs that of a folder which is
// there as well: its maker may have been killed before that.
func (o osFS) MkdirAll(dir string) error {
	dir = filepath.Clean(dir)
	info, err := os.Stat(dir)
	switch {
	case err == nil && info.IsDir():
		return o.syncFound(dir)
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	parent := filepath.Dir(dir)
	if err := o.MkdirAll(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return o.SyncDir(parent)
}

// syncFound syncs the parent of a folder that is there. One that may not be read is
// not ours, and neither is what is in it.
func (o osFS) syncFound(dir string) error {
	parent := filepath.Dir(dir)
	if parent == dir {
		return nil
	}
	if err := o.SyncDir(parent); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func (o osFS) SyncDir(dir string) error { return o.sync(dir) }

// An osFile is a file of the operating system.
type osFile struct {
	f      *os.File
	direct atomic.Bool  // unbuffered; once it is not, it stays so
	size   atomic.Int64 // the furthest byte we know to be in the file
	grown  atomic.Bool  // the length or the extents changed since the last full sync
}

func newOSFile(f *os.File, flag int, direct bool) *osFile {
	of := &osFile{f: f}
	of.direct.Store(direct)
	of.grown.Store(flag&os.O_CREATE != 0)
	return of
}

// fit makes f, which is open for direct I/O, a buffered file where the disk asks for
// larger blocks than Align.
func (f *osFile) fit() (File, error) {
	if directAlign(f.f) <= Align {
		return f, nil
	}
	if err := f.buffer(); err != nil {
		return nil, errors.Join(err, f.f.Close())
	}
	return f, nil
}

// buffer makes f a buffered file.
func (f *osFile) buffer() error {
	if err := endDirect(f.f); err != nil {
		return err
	}
	f.direct.Store(false)
	return nil
}

// fallBack reports whether a read or write was refused as direct I/O though it was
// aligned; then the file is a buffered one from now on. Not every file system says
// beforehand what it asks for.
func (f *osFile) fallBack(direct bool, p []byte, off int64, err error) bool {
	return direct && errors.Is(err, syscall.EINVAL) && Aligned(p, off) && f.buffer() == nil
}

func (f *osFile) ReadAt(p []byte, off int64) (int, error) {
	direct := f.direct.Load()
	n, err := f.f.ReadAt(p, off)
	// A direct read that meets the end of the file off the alignment is
	// carried on by package os at an offset that the kernel refuses.
	if direct && n%Align != 0 && errors.Is(err, syscall.EINVAL) {
		return n, io.EOF
	}
	if f.fallBack(direct, p, off, err) {
		return f.f.ReadAt(p, off)
	}
	return n, err
}

func (f *osFile) WriteAt(p []byte, off int64) (int, error) {
	direct := f.direct.Load()
	n, err := f.f.WriteAt(p, off)
	if f.fallBack(direct, p, off, err) {
		n, err = f.f.WriteAt(p, off)
	}
	for end := off + int64(n); ; {
		size := f.size.Load()
		if end <= size {
			return n, err
		}
		if f.size.CompareAndSwap(size, end) {
			f.grown.Store(true)
			return n, err
		}
	}
}

func (f *osFile) Size() (int64, error) {
	info, err := f.f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *osFile) Allocate(n int64) error {
	if err := allocate(f.f, n); err != nil {
		return &fs.PathError{Op: "allocate", Path: f.f.Name(), Err: err}
	}
	f.grown.Store(true)
	for {
		size := f.size.Load()
		if n <= size || f.size.CompareAndSwap(size, n) {
			return nil
		}
	}
}

func (f *osFile) Truncate(n int64) error {
	f.grown.Store(true)
	f.size.Store(n)
	return f.f.Truncate(n)
}

// Sync is fsync when the length or the allocation has changed, and fdatasync,
// which spares the journal the times of the file, when only bytes have.
func (f *osFile) Sync() error {
	if !f.grown.Swap(false) {
		return dataSync(f.f)
	}
	err := f.f.Sync()
	if err != nil {
		f.grown.Store(true)
	}
	return err
}

func (f *osFile) Direct() bool { return f.direct.Load() }

func (f *osFile) Close() error { return f.f.Close() }
