package durable

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"ckptbench/algorithms/internal/fs"
)

// A Kind is a kind of files. Every Damage of such a file wraps it, so that errors.Is
// tells the damage of one kind from that of another.
type Kind struct {
	Name string
	// Remedy is what to do about damage; empty where the reader itself does it.
	Remedy string
	// Path has messages begin with the kind and the whole path, and not with the
	// bare name of the file.
	Path bool
}

// Error makes a Kind an error.
func (k *Kind) Error() string { return "damaged " + k.Name }

// Damage is the error for a file that is not what its writer wrote. It is always
// returned as *Damage, perhaps wrapped.
type Damage struct {
	Kind   *Kind
	File   string // path
	Offset int64  // of the damaged part, in bytes
	Place  string // the part that this is, such as "block 3"; may be empty
	What   string // what was found, and what was expected
}

// Damage returns the error for a file of the kind that is damaged at an offset in bytes.
func (k *Kind) Damage(file string, off int64, format string, a ...any) *Damage {
	return &Damage{Kind: k, File: file, Offset: off, What: fmt.Sprintf(format, a...)}
}

// Error says which file is damaged, where, and what to do.
func (d *Damage) Error() string {
	s := filepath.Base(d.File)
	if d.Kind.Path {
		s = d.Kind.Name + " " + d.File
	}
	s += fmt.Sprintf(" is damaged at offset %d", d.Offset)
	if d.Place != "" {
		s += ", " + d.Place
	}
	s += ": " + d.What
	if d.Kind.Remedy != "" {
		s += "; " + d.Kind.Remedy
	}
	return s
}

// In says in which part the damage is.
func (d *Damage) In(place string, a ...any) *Damage {
	d.Place = fmt.Sprintf(place, a...)
	return d
}

// Unwrap returns the kind.
func (d *Damage) Unwrap() error { return d.Kind }

// ReadFull fills b from offset off of a file of the kind. That the file ends before is a
// *Damage; any other error is the file system's.
func (k *Kind) ReadFull(f fs.File, path string, b []byte, off int64) error {
	n, err := f.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return k.Damage(path, off, "it ends after %d of %d bytes", n, len(b))
	}
	return fmt.Errorf("read %d bytes at offset %d of %s: %w", len(b), off, path, err)
}

// ReadFile returns what a file of the kind holds. One of more than most bytes is not read,
// so that a damaged folder cannot fill the memory: that is a *Damage.
func (k *Kind) ReadFile(fsys fs.FS, path string, most int64) ([]byte, error) {
	b, err := fs.ReadFile(fsys, path, most)
	if errors.Is(err, fs.ErrLength) {
		err = k.Damage(path, 0, "%v", err)
	}
	return b, err
}

// Zero reports whether b holds nothing but zeros.
func Zero(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if [8]byte(b) != [8]byte{} {
			return false
		}
	}
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
