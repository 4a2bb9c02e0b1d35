package fs

import (
	"errors"
	"fmt"
	"io"
)

// ErrLength means that a file does not have the length that it should have.
var ErrLength = errors.New("wrong length")

// ReadFile returns what is in a small file. A file longer than max bytes is not read, so
// that a damaged directory cannot fill the memory; the error wraps ErrLength then, and
// where the file ends before it should.
func ReadFile(fsys FS, name string, max int64) ([]byte, error) {
	f, err := fsys.Open(name, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > max {
		return nil, fmt.Errorf("read %s: %w: %d bytes, at most %d are expected", name, ErrLength, size, max)
	}
	b := make([]byte, size)
	switch n, err := f.ReadAt(b, 0); {
	case int64(n) == size:
		return b, nil
	case err == nil || err == io.EOF:
		return nil, fmt.Errorf("read %s: %w: %d of %d bytes", name, ErrLength, n, size)
	default:
		return nil, fmt.Errorf("read %s: %d of %d bytes: %w", name, n, size, err)
	}
}
