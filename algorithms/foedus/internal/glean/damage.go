package glean

import (
	"errors"

	"ckptbench/algorithms/internal/durable"
)

// ErrNoSnapshot means that no snapshot was ever committed in a folder.
var ErrNoSnapshot = errors.New("no snapshot")

// ErrDamaged is wrapped by every *durable.Damage of a snapshot: a part of it that was
// durable once is not readable now.
var ErrDamaged = &durable.Kind{Name: "snapshot file", Path: true,
	Remedy: "restore it from a copy, or recover from an image and the log"}

// damaged is the *durable.Damage of a place in a file: off in bytes, then what is wrong there.
func damaged(file string, off int64, format string, a ...any) *durable.Damage {
	return ErrDamaged.Damage(file, off, format, a...)
}
