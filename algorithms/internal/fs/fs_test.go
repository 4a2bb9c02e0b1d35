package fs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"unsafe"
)

// Every file system behaves alike where a program can see it.
func TestFS(t *testing.T) {
	for _, direct := range []bool{false, true} {
		t.Run(fmt.Sprintf("os/direct=%v", direct), func(t *testing.T) { testFS(t, OS(), t.TempDir(), direct) })
		t.Run(fmt.Sprintf("mem/direct=%v", direct), func(t *testing.T) { testFS(t, NewMem(), "/tmp", direct) })
		t.Run(fmt.Sprintf("hook/direct=%v", direct), func(t *testing.T) {
			testFS(t, NewTrace(NewFault(NewMem(), nil), "/"), "/tmp", direct)
		})
	}
}

func testFS(t *testing.T, fsys FS, root string, direct bool) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(root, "a", "b")
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	must(fsys.MkdirAll(dir))
	must(fsys.MkdirAll(dir))

	f, err := fsys.Create(b, direct)
	must(err)
	page := Buffer(2 * Align)
	copy(page, "hello")
	page[Align] = 'x'
	n, err := f.WriteAt(page, Align)
	if n != len(page) || err != nil {
		t.Fatalf("WriteAt: %d, %v", n, err)
	}
	must(f.Sync())
	must(f.Sync()) // nothing has grown since
	checkSize(t, f, 3*Align)
	if err := f.Allocate(5 * Align); err == nil {
		checkSize(t, f, 5*Align)
	}
	must(f.Truncate(2*Align + 3)) // off the alignment: a file that was cut
	checkSize(t, f, 2*Align+3)
	must(f.Close())
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}

	must(fsys.Rename(b, a))
	must(fsys.SyncDir(dir))
	f, err = fsys.Open(a, direct)
	must(err)
	got := Buffer(4 * Align)
	n, err = f.ReadAt(got, 0)
	if n != 2*Align+3 || err != io.EOF {
		t.Errorf("ReadAt over the end: %d, %v", n, err)
	}
	want := append(make([]byte, Align), page[:Align+3]...)
	if !bytes.Equal(got[:n], want) {
		t.Error("ReadAt gives other bytes than were written")
	}
	if n, err := f.ReadAt(got, 4*Align); n != 0 || err != io.EOF {
		t.Errorf("ReadAt after the end: %d, %v", n, err)
	}
	if _, err := f.WriteAt(page, 0); err == nil {
		t.Error("a file open for reading can be written")
	}
	must(f.Close())

	list, err := fsys.List(dir)
	if must(err); fmt.Sprint(list) != "[a]" {
		t.Errorf("List: %v", list)
	}
	if list, err := fsys.List(filepath.Dir(dir)); fmt.Sprint(list) != "[b]" || err != nil {
		t.Errorf("List of the parent: %v, %v", list, err)
	}
	if b, err := ReadFile(fsys, a, 1<<20); !bytes.Equal(b, want) || err != nil {
		t.Errorf("ReadFile: %d bytes, %v", len(b), err)
	}
	if _, err := ReadFile(fsys, a, 9); err == nil {
		t.Error("ReadFile reads more than it may")
	}
	must(fsys.Remove(a))
	_, openErr := fsys.Open(a, direct)
	_, createErr := fsys.Create(filepath.Join(root, "none", "x"), direct)
	_, listErr := fsys.List(filepath.Join(root, "none"))
	for _, err := range []error{openErr, createErr, listErr, fsys.Remove(a), fsys.Rename(a, b), fsys.SyncDir(a)} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v is no ErrNotExist", err)
		}
	}
	f, err = fsys.Create(a, direct)
	must(err)
	must(f.Close())
	if err := fsys.MkdirAll(filepath.Join(a, "x")); err == nil {
		t.Error("a folder can be made in a file")
	}
}

func checkSize(t *testing.T, f File, want int64) {
	t.Helper()
	if n, err := f.Size(); n != want || err != nil {
		t.Errorf("Size: %d, %v; want %d", n, err, want)
	}
}

func TestBuffer(t *testing.T) {
	for _, n := range []int{0, 1, Align, 3*Align + 1} {
		b := Buffer(n)
		if len(b) != n || cap(b) != n || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%Align != 0 {
			t.Errorf("Buffer(%d) has length %d, capacity %d, address %p", n, len(b), cap(b), b)
		}
	}
	for n, want := range map[int64]int64{0: 0, 1: Align, Align: Align, Align + 1: 2 * Align} {
		if got := RoundUp(n); got != want {
			t.Errorf("RoundUp(%d) is %d", n, got)
		}
	}
}

// A Mem refuses what a disk would.
func TestAlignment(t *testing.T) {
	m := NewMem()
	f, err := m.Create("/f", true)
	if err != nil {
		t.Fatal(err)
	}
	b := Buffer(2 * Align)
	for _, bad := range []struct {
		p   []byte
		off int64
	}{{b[:1], 0}, {b[:Align], 1}, {b[8 : 8+Align], 0}, {b[:Align], -Align}} {
		if _, err := f.WriteAt(bad.p, bad.off); err == nil {
			t.Errorf("written: %d bytes at %d", len(bad.p), bad.off)
		}
		if _, err := f.ReadAt(bad.p, bad.off); err == nil || err == io.EOF {
			t.Errorf("read: %d bytes at %d", len(bad.p), bad.off)
		}
	}
}
