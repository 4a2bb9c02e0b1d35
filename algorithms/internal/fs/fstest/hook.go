package fstest

import (
	"fmt"
	"io"

	"ckptbench/algorithms/internal/fs"
)

// A Call is one call of a file system, as hooks see it.
// Names are as the caller gave them.
type Call struct {
	Op   string // create, open, rename, remove, list, mkdir, syncdir, read, write, size, allocate, truncate, sync or close
	Name string
	To   string // the new name of a rename
	Off  int64  // of a read or write
	Len  int64  // of a read or write; the argument of allocate and truncate
}

// String returns the call as a line, such as "rename a -> b".
func (c Call) String() string {
	switch c.Op {
	case "rename":
		return fmt.Sprintf("rename %s -> %s", c.Name, c.To)
	case "read", "write":
		return fmt.Sprintf("%s %s %d+%d", c.Op, c.Name, c.Off, c.Len)
	case "allocate", "truncate":
		return fmt.Sprintf("%s %s %d", c.Op, c.Name, c.Len)
	}
	return c.Op + " " + c.Name
}

// An Outcome says what becomes of a Call. The zero Outcome lets it through.
type Outcome struct {
	// Err is what the call returns.
	Err error
	// Done has the call carried out before Err is returned, as when the
	// answer to a request is lost.
	// The caller cannot tell it from a call that was not carried out.
	Done bool
	// Short is how many bytes of a write are written before Err is returned.
	// Without Done. It is rounded down to what the disk would take at once, see WriteAt.
	Short int
}

// Hook wraps fsys: before each call, of it and of its files, it asks decide what to do,
// on the goroutine of the caller; decide must be safe for concurrent use if the file
// system is used concurrently. Direct and Lock are not calls. A close that is to fail
// releases the file all the same, so that a test leaks no descriptor.
func Hook(fsys fs.FS, decide func(Call) Outcome) fs.FS { return &hookFS{fsys, decide} }

// A hookFS is what Hook returns.
type hookFS struct {
	fs     fs.FS
	decide func(Call) Outcome
}

// do runs call, or returns the outcome's error. With Done it does both: the error of the
// call itself, where there is one, comes first.
// A close is always carried out.
func (h *hookFS) do(c Call, call func() error) error {
	o := h.decide(c)
	if o.Err == nil {
		return call()
	}
	if o.Done || c.Op == "close" {
		if err := call(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%v: %w", c, o.Err)
}

// open is Create and Open. A file that was opened though the call is to fail is closed:
// the caller never gets it.
func (h *hookFS) open(op, name string, open func() (fs.File, error)) (fs.File, error) {
	var f fs.File
	// open runs only if the call gets through or Done is set.
	err := h.do(Call{Op: op, Name: name}, func() (err error) { f, err = open(); return err })
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return &hookFile{h, f, name}, nil
}

// The methods below are calls as Hook means them.
func (h *hookFS) Create(name string, direct bool) (fs.File, error) {
	return h.open("create", name, func() (fs.File, error) { return h.fs.Create(name, direct) })
}

func (h *hookFS) Open(name string, direct bool) (fs.File, error) {
	return h.open("open", name, func() (fs.File, error) { return h.fs.Open(name, direct) })
}

func (h *hookFS) Rename(old, new string) error {
	return h.do(Call{Op: "rename", Name: old, To: new}, func() error { return h.fs.Rename(old, new) })
}

func (h *hookFS) Remove(name string) error {
	return h.do(Call{Op: "remove", Name: name}, func() error { return h.fs.Remove(name) })
}

func (h *hookFS) List(dir string) (names []string, err error) {
	err = h.do(Call{Op: "list", Name: dir}, func() (err error) { names, err = h.fs.List(dir); return err })
	if err != nil {
		return nil, err
	}
	return names, nil
}

func (h *hookFS) MkdirAll(dir string) error {
	return h.do(Call{Op: "mkdir", Name: dir}, func() error { return h.fs.MkdirAll(dir) })
}

func (h *hookFS) SyncDir(dir string) error {
	return h.do(Call{Op: "syncdir", Name: dir}, func() error { return h.fs.SyncDir(dir) })
}

// Lock is not a call.
func (h *hookFS) Lock(name string) (io.Closer, error) { return h.fs.Lock(name) }

// A hookFile asks before each call of one file.
type hookFile struct {
	h *hookFS
	// The wrapped one, which may be a hookFile itself.
	f    fs.File
	name string
}

// ReadAt implements fs.File. A read that is to fail may have filled p if Done is set.
// Where decide lets it through, it is the wrapped file's.
func (f *hookFile) ReadAt(p []byte, off int64) (n int, err error) {
	c := Call{Op: "read", Name: f.name, Off: off, Len: int64(len(p))}
	err = f.h.do(c, func() (err error) { n, err = f.f.ReadAt(p, off); return err })
	return n, err
}

// WriteAt implements fs.File. Where a part of the write is to reach the disk, the first
// Short bytes do; of a direct file, whole blocks of fs.Align only.
// The number of bytes it returns is how many were written, as the interface asks.
func (f *hookFile) WriteAt(p []byte, off int64) (int, error) {
	c := Call{Op: "write", Name: f.name, Off: off, Len: int64(len(p))}
	o := f.h.decide(c)
	if o.Err == nil {
		return f.f.WriteAt(p, off)
	}
	short := o.Short
	if o.Done {
		short = len(p)
	}
	if short = min(short, len(p)); short > 0 {
		// The device writes whole blocks or nothing of them.
		if f.f.Direct() {
			short -= short % fs.Align
		}
		if n, err := f.f.WriteAt(p[:short], off); err != nil {
			return n, err
		}
	}
	return short, fmt.Errorf("%v: %w", c, o.Err)
}

// Size, Allocate and Truncate are calls.
func (f *hookFile) Size() (n int64, err error) {
	err = f.h.do(Call{Op: "size", Name: f.name}, func() (err error) { n, err = f.f.Size(); return err })
	return n, err
}

func (f *hookFile) Allocate(n int64) error {
	return f.h.do(Call{Op: "allocate", Name: f.name, Len: n}, func() error { return f.f.Allocate(n) })
}

func (f *hookFile) Truncate(n int64) error {
	return f.h.do(Call{Op: "truncate", Name: f.name, Len: n}, func() error { return f.f.Truncate(n) })
}

// Sync that is to fail leaves the pages of a Mem clean, and not written.
// On another file system than a Mem nothing more than the error comes of it.
func (f *hookFile) Sync() error {
	c := Call{Op: "sync", Name: f.name}
	o := f.h.decide(c)
	if o.Err == nil {
		return f.f.Sync()
	}
	if o.Done {
		if err := f.f.Sync(); err != nil {
			return err
		}
	} else {
		f.failSync()
	}
	return fmt.Errorf("%v: %w", c, o.Err)
}

// A syncFailer is a file of a Mem, under hooks or not.
// It is not part of fs.File: a real file cannot be made to fail a sync.
type syncFailer interface{ failSync() }

// failSync passes the failure on, through several hooks, to the file of a Mem.
func (f *hookFile) failSync() {
	if s, ok := f.f.(syncFailer); ok {
		s.failSync()
	}
}

// Direct is not a call.
func (f *hookFile) Direct() bool { return f.f.Direct() }

// After a failed close the file is closed.
func (f *hookFile) Close() error {
	return f.h.do(Call{Op: "close", Name: f.name}, f.f.Close)
}
