package pairs

import (
	"fmt"
	"path/filepath"
)

// A Damage error says that a file is not what was written. Callers find it with
// errors.As.
type Damage struct {
	File   string
	Offset int64 // in bytes
	What   string
}

// Error names the file and the place in it.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s is damaged at offset %d: %s; move the folder away, and recover from an image and the log",
		filepath.Base(d.File), d.Offset, d.What)
}

func damaged(file string, off int64, format string, a ...any) *Damage {
	return &Damage{File: file, Offset: off, What: fmt.Sprintf(format, a...)}
}
