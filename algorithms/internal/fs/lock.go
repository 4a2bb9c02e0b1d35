package fs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Lock implements FS. The lock is the kernel's: it ends with the process, however
// that ends. What is in the file is for the message to others only.
func (osFS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	err = flock(f)
	if errors.Is(err, ErrLocked) {
		holder := make([]byte, 256)
		n, _ := f.ReadAt(holder, 0)
		text, _, _ := strings.Cut(string(holder[:n]), "\n")
		return nil, errors.Join(fmt.Errorf("lock %s: %w by %s", name, ErrLocked, orUnknown(text)), f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), f.Close())
	}
	// A message that cannot be written is none; the lock holds all the same.
	if f.Truncate(0) == nil {
		_, _ = fmt.Fprintf(f, "process %d (%s)\n", os.Getpid(), filepath.Base(os.Args[0]))
	}
	return f, nil
}

// orUnknown is the holder of a lock who has not said yet who it is, where text is
// empty.
func orUnknown(text string) string {
	if text == "" {
		return "another process"
	}
	return text
}
