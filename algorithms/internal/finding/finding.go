// Package finding holds what a verification found in the files of a folder, for a
// person to read.
package finding

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/fs"
)

// A File says what was found in one file.
type File struct {
	Name   string
	Bytes  int64
	Holds  string  // what is in it, in words; may be empty
	Note   string  // what is worth knowing and no damage
	Damage []error // each said once
}

// Found adds what is wrong with the file; nil is nothing.
func (f *File) Found(err error) {
	if err != nil && !slices.ContainsFunc(f.Damage, func(d error) bool { return d.Error() == err.Error() }) {
		f.Damage = append(f.Damage, err)
	}
}

// String returns a line about the file, and below it a line for each thing that
// is wrong with it, each ended by a newline.
func (f File) String() string {
	s := f.Name + ": ok"
	if n := len(f.Damage); n > 0 {
		s = fmt.Sprintf("%s: DAMAGED in %d places", f.Name, n)
		if n == 1 {
			s = f.Name + ": DAMAGED"
		}
	}
	if f.Holds != "" {
		s += ", " + f.Holds
	}
	s += fmt.Sprintf(", %d bytes", f.Bytes)
	if f.Note != "" {
		s += " (" + f.Note + ")"
	}
	s += "\n"
	for _, d := range f.Damage {
		s += "\t" + strings.ReplaceAll(d.Error(), "\n", "; ") + "\n"
	}
	return s
}

// Leftover is the Note of a file that does not count.
const Leftover = "being written, or left behind by a crash; the next run removes it"

// Files are what was found in the files of a folder.
type Files []File

// OK reports whether nothing is damaged.
func (all Files) OK() bool {
	return !slices.ContainsFunc(all, func(f File) bool { return len(f.Damage) > 0 })
}

// String returns the files' lines.
func (all Files) String() string {
	var b strings.Builder
	for _, f := range all {
		b.WriteString(f.String())
	}
	return b.String()
}

// Open opens a file of a folder to be verified, and begins what is found in it;
// where it cannot be read, that is damage, and h is nil.
func Open(fsys fs.FS, dir, name string) (h fs.File, f File) {
	f.Name = name
	h, err := fsys.Open(filepath.Join(dir, name), false)
	if err == nil {
		if f.Bytes, err = h.Size(); err == nil {
			return h, f
		}
		err = errors.Join(err, h.Close())
	}
	f.Found(fmt.Errorf("%s cannot be read: %w", name, err))
	return nil, f
}
