package glean

import (
	"errors"
	"fmt"
)

// ErrNoSnapshot means that no snapshot was ever committed in a folder.
var ErrNoSnapshot = errors.New("no snapshot")

// A Damage error says that a part of a snapshot that was durable once is not
// readable now. Callers find it with errors.As.
type Damage struct {
	File   string
	Offset int64
	What   string
}

// Error implements error.
func (d *Damage) Error() string {
	return fmt.Sprintf("snapshot file %s is damaged at offset %d: %s; restore it from a copy, or recover from an image and the log",
		d.File, d.Offset, d.What)
}
