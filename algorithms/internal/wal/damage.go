package wal

import (
	"errors"

	"ckptbench/algorithms/internal/durable"
)

// ErrDamaged is wrapped by every *durable.Damage of the log: part of it that was durable
// once is not readable now.
var ErrDamaged = &durable.Kind{Name: "log", Path: true,
	Remedy: "restore the file from a copy, or recover an image that does without the log, by name"}

// damaged is the *durable.Damage of a place in a file: off in bytes, then what is wrong there.
func damaged(file string, off int64, format string, a ...any) *durable.Damage {
	return ErrDamaged.Damage(file, off, format, a...)
}

// ErrClosed is returned by waits that a Close ended.
var ErrClosed = errors.New("log is closed")
