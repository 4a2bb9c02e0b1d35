package fs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"path/filepath"
	"testing"
	"unsafe"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// Every file system behaves alike where a program can see it.
func TestFS(t *testing.T) {
	for _, direct := range []bool{false, true} {
		t.Run(fmt.Sprintf("os/direct=%v", direct), func(t *testing.T) { testFS(t, fs.OS(), t.TempDir(), direct) })
		t.Run(fmt.Sprintf("mem/direct=%v", direct), func(t *testing.T) { testFS(t, fstest.NewMem(), "/tmp", direct) })
		t.Run(fmt.Sprintf("hook/direct=%v", direct), func(t *testing.T) {
			testFS(t, fstest.NewTrace(fstest.NewFault(fstest.NewMem(), nil), "/"), "/tmp", direct)
		})
	}
}

func testFS(t *testing.T, fsys fs.FS, root string, direct bool) {
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
	page := fs.Buffer(2 * fs.Align)
	copy(page, "hello")
	page[fs.Align] = 'x'
	n, err := f.WriteAt(page, fs.Align)
	if n != len(page) || err != nil {
		t.Fatalf("WriteAt: %d, %v", n, err)
	}
	must(f.Sync())
	must(f.Sync()) // nothing has grown since
	checkSize(t, f, 3*fs.Align)
	if err := f.Allocate(5 * fs.Align); err == nil {
		checkSize(t, f, 5*fs.Align)
	}
	must(f.Truncate(2*fs.Align + 3)) // off the alignment: a file that was cut
	checkSize(t, f, 2*fs.Align+3)
	must(f.Close())
	if err := f.Close(); !errors.Is(err, iofs.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}

	must(fsys.Rename(b, a))
	must(fsys.SyncDir(dir))
	f, err = fsys.Open(a, direct)
	must(err)
	got := fs.Buffer(4 * fs.Align)
	n, err = f.ReadAt(got, 0)
	if n != 2*fs.Align+3 || err != io.EOF {
		t.Errorf("ReadAt over the end: %d, %v", n, err)
	}
	want := append(make([]byte, fs.Align), page[:fs.Align+3]...)
	if !bytes.Equal(got[:n], want) {
		t.Error("ReadAt gives other bytes than were written")
	}
	if n, err := f.ReadAt(got, 4*fs.Align); n != 0 || err != io.EOF {
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
	if b, err := fs.ReadFile(fsys, a, 1<<20); !bytes.Equal(b, want) || err != nil {
		t.Errorf("ReadFile: %d bytes, %v", len(b), err)
	}
	if _, err := fs.ReadFile(fsys, a, 9); err == nil {
		t.Error("ReadFile reads more than it may")
	}
	must(fsys.Remove(a))
	_, openErr := fsys.Open(a, direct)
	_, createErr := fsys.Create(filepath.Join(root, "none", "x"), direct)
	_, listErr := fsys.List(filepath.Join(root, "none"))
	for _, err := range []error{openErr, createErr, listErr, fsys.Remove(a), fsys.Rename(a, b), fsys.SyncDir(a)} {
		if !errors.Is(err, iofs.ErrNotExist) {
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

func checkSize(t *testing.T, f fs.File, want int64) {
	t.Helper()
	if n, err := f.Size(); n != want || err != nil {
		t.Errorf("Size: %d, %v; want %d", n, err, want)
	}
}

func TestBuffer(t *testing.T) {
	for _, n := range []int{0, 1, fs.Align, 3*fs.Align + 1} {
		b := fs.Buffer(n)
		if len(b) != n || cap(b) != n || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%fs.Align != 0 {
			t.Errorf("Buffer(%d) has length %d, capacity %d, address %p", n, len(b), cap(b), b)
		}
	}
	for n, want := range map[int64]int64{0: 0, 1: fs.Align, fs.Align: fs.Align, fs.Align + 1: 2 * fs.Align} {
		if got := fs.RoundUp(n); got != want {
			t.Errorf("RoundUp(%d) is %d", n, got)
		}
	}
}

// A Mem refuses what a disk would.
func TestAlignment(t *testing.T) {
	m := fstest.NewMem()
	f, err := m.Create("/f", true)
	if err != nil {
		t.Fatal(err)
	}
	b := fs.Buffer(2 * fs.Align)
	for _, bad := range []struct {
		p   []byte
		off int64
	}{{b[:1], 0}, {b[:fs.Align], 1}, {b[8 : 8+fs.Align], 0}, {b[:fs.Align], -fs.Align}} {
		if _, err := f.WriteAt(bad.p, bad.off); err == nil {
			t.Errorf("written: %d bytes at %d", len(bad.p), bad.off)
		}
		if _, err := f.ReadAt(bad.p, bad.off); err == nil || err == io.EOF {
			t.Errorf("read: %d bytes at %d", len(bad.p), bad.off)
		}
	}
}
