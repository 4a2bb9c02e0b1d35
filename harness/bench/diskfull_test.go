package bench

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// A full disk's error says where it is full, and how much a trial needs there.
func TestFullDisk(t *testing.T) {
	r, err := newRunner(parse(t, small+"algorithms: [calc]\n"), Options{Out: "out"})
	if err != nil {
		t.Fatal(err)
	}
	cause := &fs.PathError{Op: "write", Path: "out/small/scratch/images/image-1.tmp", Err: syscall.ENOSPC}
	got := r.explainDiskFull(&r.cells[0], cause)
	if !errors.Is(got, cause) || !strings.Contains(got.Error(), "no room in out/small/scratch") ||
		!strings.Contains(got.Error(), "about 3 MiB") {
		t.Errorf("got %v", got)
	}
	other := errors.New("other")
	if got := r.explainDiskFull(&r.cells[0], other); got != other {
		t.Errorf("got %v", got)
	}
}
