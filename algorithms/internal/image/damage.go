package image

import (
	"errors"
	"fmt"
	"path/filepath"
)

// ErrNoImage is returned by Latest for a directory in which no image was ever
// published: there is nothing to recover, and nothing is wrong.
var ErrNoImage = errors.New("no image")

// Damage is the error for a file that is not what its writer wrote. It is
// always returned as *Damage, perhaps wrapped.
type Damage struct {
	File   string
	Offset int64  // of the damaged part, in bytes
	Block  int    // number of the block in the file, or -1
	Record int    // number of the record in the block, or -1
	What   string // what was found, and what was expected
}

// Error names the file and the place in it.
func (d *Damage) Error() string {
	s := fmt.Sprintf("%s is damaged at offset %d", filepath.Base(d.File), d.Offset)
	if d.Block >= 0 {
		s += fmt.Sprintf(", block %d", d.Block)
	}
	if d.Record >= 0 {
		s += fmt.Sprintf(", record %d", d.Record)
	}
	return s + ": " + d.What
}

// damaged returns a Damage outside of any block.
func damaged(file string, off int64, format string, a ...any) *Damage {
	return &Damage{File: file, Offset: off, Block: -1, Record: -1, What: fmt.Sprintf(format, a...)}
}

// in says in which block the damage is.
func (d *Damage) in(block int) *Damage {
	d.Block = block
	return d
}

// at says in which record of the block the damage is.
func (d *Damage) at(record int) *Damage {
	d.Record = record
	return d
}

// A Problem is something that was passed over on the way to a usable image.
type Problem struct {
	File string
	Err  error // often a *Damage
}

// Error makes a Problem an error, so that several can be joined.
func (p Problem) Error() string { return fmt.Sprintf("%s: %v", filepath.Base(p.File), p.Err) }

// Unwrap returns Err.
func (p Problem) Unwrap() error { return p.Err }
