//go:build linux

package fs

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"syscall"
	"testing"
)

// A file whose disk refuses direct I/O at the first read or write goes on through the
// page cache, and says so; what is wrong with the call itself stays an error.
func TestDirectFallsBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	file, err := OS().Create(name, true)
	mustDo(t, err)
	f := file.(*osFile)
	if !f.Direct() {
		t.Log("the file system for temporary files has no direct I/O; what follows is trivial")
	}
	page := Buffer(Align)
	copy(page, "page")
	if _, err := f.WriteAt(page[:10], 0); f.Direct() && !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a write off the alignment: %v", err)
	}
	if f.fallBack(true, page, 0, syscall.EIO) || f.fallBack(true, page[:10], 0, syscall.EINVAL) {
		t.Error("the wrong error has the file fall back")
	}
	if !f.fallBack(true, page, 0, syscall.EINVAL) || f.Direct() {
		t.Error("a refusal does not have the file fall back")
	}
	_, err = f.WriteAt(page[:10], 3) // no alignment is asked for any more
	mustDo(t, err)
	got := make([]byte, 4)
	if n, err := f.ReadAt(got, 3); n != 4 || err != nil && err != io.EOF || !bytes.Equal(got, page[:4]) {
		t.Errorf("read %q, %v", got, err)
	}
	mustDo(t, f.Sync(), f.Close())
}
