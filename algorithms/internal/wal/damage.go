package wal

import (
	"errors"
	"fmt"
)

// A Damage error says that part of the log that was durable once is not
// readable now. Callers find it with errors.As.
type Damage struct {
	File   string
	Offset int64
	What   string
}

// Error implements error.
func (d *Damage) Error() string {
	return fmt.Sprintf("log %s is damaged at offset %d: %s; restore the file from a copy, or recover an image that does without the log, by name",
		d.File, d.Offset, d.What)
}

// ErrClosed is returned by waits that a Close ended.
var ErrClosed = errors.New("log is closed")
