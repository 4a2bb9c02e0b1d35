// Package fs is the file system as checkpoints and logs use it: a dozen calls,
// small enough that a test can fail each of them in turn and ask what a power
// cut would leave behind.
package fs

import (
	"errors"
	"io"
)

// An FS is a file system. Names are paths as the caller gives them; every
// error carries the name. All methods may be called concurrently.
type FS interface {
	// Create opens name for reading and writing and empties it; the name is
	// durable only after SyncDir on the folder. With direct it asks for
	// unbuffered I/O and falls back silently to buffered I/O where the file
	// system refuses, even at a later read or write; File.Direct tells which it is.
	Create(name string, direct bool) (File, error)
	// Open opens an existing file for reading.
	Open(name string, direct bool) (File, error)
	// Rename replaces new by old in one step. It is durable only after
	// SyncDir on the folder.
	Rename(old, new string) error
	// Remove deletes name. It is durable only after SyncDir on the folder.
	Remove(name string) error
	// List returns the names (without the folder) in dir, sorted.
	List(dir string) ([]string, error)
	// MkdirAll makes dir and its parents, durably: no SyncDir is needed.
	MkdirAll(dir string) error
	// SyncDir makes renames, creations and removals in dir durable.
	SyncDir(dir string) error
	// Lock makes name, a file that it creates if need be, the caller's until it
	// closes what is returned, or dies. If somebody else has it, the error is
	// ErrLocked and names him. The file stays.
	Lock(name string) (io.Closer, error)
}

// ErrLocked means that a file is locked by another process, or by this one.
var ErrLocked = errors.New("in use")

// Align is the alignment, in bytes, of offsets, lengths and buffers under
// direct I/O.
const Align = 4096

// A File is an open file. Its methods may be called concurrently on disjoint
// ranges.
type File interface {
	// ReadAt and WriteAt are as in package io. On a direct file the offset,
	// the length and the buffer must be multiples of Align. At the end of the
	// file ReadAt returns what there is and io.EOF, aligned or not.
	ReadAt(p []byte, off int64) (int, error)
	WriteAt(p []byte, off int64) (int, error)
	// Size returns the length in bytes.
	Size() (int64, error)
	// Allocate reserves n bytes from the start and makes the file at least n
	// bytes long (the new part reads as zeros), so that later writes do not
	// change the file's length. It is a hint: an error may be ignored.
	Allocate(n int64) error
	// Truncate cuts the file to n bytes.
	Truncate(n int64) error
	// Sync makes the file's data and length durable, not its name. After an
	// error nobody knows what is on the disk, and trying again proves
	// nothing: give the file up.
	Sync() error
	// Direct reports whether I/O on the file is unbuffered.
	Direct() bool
	Close() error
}
