package fstest

import (
	"fmt"
	"io"
	"sync"

	"ckptbench/algorithms/internal/fs"
)

// A Recorder is a file system that writes every call that changes something to a
// journal. What the journal holds of a process that was killed says what a power cut at
// any moment before could have left; see Player. Its methods may be called concurrently.
//
// The journal promises no more than the disk holds: a write is noted when it was done,
// and a sync before it begins, so that a write which a sync may have missed counts as
// missed. Calls that fail are not noted. Locks are not in the journal.
type Recorder struct {
	// Calls that change nothing go to it without a record.
	fs   fs.FS
	mu   sync.Mutex // held over changes of names and their records: both have one order
	w    io.Writer  // protected by mu
	last uint64     // the number of the last file; protected by mu
}

// NewRecorder wraps fsys. Each record is one Write of journal.
// journal outlives the process if it is a file: each record is in the page cache when the call
// returns.
func NewRecorder(fsys fs.FS, journal io.Writer) *Recorder { return &Recorder{fs: fsys, w: journal} }

// WriteAt adds a note to the journal, which is no part of the file system.
func (r *Recorder) WriteAt(p []byte, off int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.note(Record{Op: "note", Off: off, Data: p}); err != nil {
		return 0, err
	}
	return len(p), nil
}

// note writes a record. The caller holds mu.
func (r *Recorder) note(rec Record) error {
	b, err := rec.encode()
	if err == nil {
		_, err = r.w.Write(b)
	}
	if err != nil {
		return fmt.Errorf("journal of %s %s: %w", rec.Op, rec.Name, err)
	}
	return nil
}

// do makes a change of names and notes it.
// The change and its record are made under one lock, so two changes of a name are in the journal
// in the order in which they happened.
func (r *Recorder) do(rec Record, change func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := change(); err != nil {
		return err
	}
	return r.note(rec)
}

// open is Create and Open: it numbers the file, and notes it under the number.
// A file that cannot be noted is not handed out.
func (r *Recorder) open(op, name string, open func() (fs.File, error)) (fs.File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := open()
	if err != nil {
		return nil, err
	}
	r.last++
	if err := r.note(Record{Op: op, Name: name, File: r.last}); err != nil {
		f.Close()
		return nil, err
	}
	return &recordedFile{f, r, r.last}, nil
}

// Create implements fs.FS.
func (r *Recorder) Create(name string, direct bool) (fs.File, error) {
	return r.open("create", name, func() (fs.File, error) { return r.fs.Create(name, direct) })
}

// Open implements fs.FS.
func (r *Recorder) Open(name string, direct bool) (fs.File, error) {
	return r.open("open", name, func() (fs.File, error) { return r.fs.Open(name, direct) })
}

// Rename implements fs.FS.
func (r *Recorder) Rename(old, new string) error {
	return r.do(Record{Op: "rename", Name: old, To: new}, func() error { return r.fs.Rename(old, new) })
}

// Remove implements fs.FS.
func (r *Recorder) Remove(name string) error {
	return r.do(Record{Op: "remove", Name: name}, func() error { return r.fs.Remove(name) })
}

// List implements fs.FS.
func (r *Recorder) List(dir string) ([]string, error) { return r.fs.List(dir) }

// MkdirAll implements fs.FS.
func (r *Recorder) MkdirAll(dir string) error {
	return r.do(Record{Op: "mkdir", Name: dir}, func() error { return r.fs.MkdirAll(dir) })
}

// SyncDir implements fs.FS. It is noted before it begins.
// A change that is made beside it is noted after it, and so counts as not covered.
func (r *Recorder) SyncDir(dir string) error {
	if err := r.do(Record{Op: "syncdir", Name: dir}, func() error { return nil }); err != nil {
		return err
	}
	return r.fs.SyncDir(dir)
}

// Lock implements fs.FS.
func (r *Recorder) Lock(name string) (io.Closer, error) { return r.fs.Lock(name) }

// A recordedFile is an open file of a Recorder.
// Reads go to the file itself.
type recordedFile struct {
	fs.File
	r  *Recorder
	id uint64
}

// done notes a call that has succeeded.
func (f *recordedFile) done(rec Record) error {
	rec.File = f.id
	return f.r.do(rec, func() error { return nil })
}

// WriteAt notes what was written, also of a write that failed in part.
func (f *recordedFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	if n > 0 {
		if e := f.done(Record{Op: "write", Off: off, Data: p[:n]}); e != nil {
			return 0, e
		}
	}
	return n, err
}

// Allocate, Truncate and Close are noted when they are done.
func (f *recordedFile) Allocate(n int64) error {
	if err := f.File.Allocate(n); err != nil {
		return err
	}
	return f.done(Record{Op: "allocate", Off: n})
}

func (f *recordedFile) Truncate(n int64) error {
	if err := f.File.Truncate(n); err != nil {
		return err
	}
	return f.done(Record{Op: "truncate", Off: n})
}

// Sync is noted before it begins.
func (f *recordedFile) Sync() error {
	if err := f.done(Record{Op: "sync"}); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *recordedFile) Close() error {
	if err := f.File.Close(); err != nil {
		return err
	}
	return f.done(Record{Op: "close"})
}
