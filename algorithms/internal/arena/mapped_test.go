//go:build linux && !race

package arena

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A range that is forgotten is not in memory any more, and what is beside it is.
func TestForgetRange(t *testing.T) {
	const page = 4096
	a, err := New(8*page, Options{Lazy: true}, new(Meter))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Free()
	for i := range a.Bytes() {
		a.Bytes()[i] = 7
	}
	if err := a.ForgetRange(2*page, 3*page); err != nil {
		t.Fatal(err)
	}
	present := make([]byte, 8)
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(a.Base()), 8*page, uintptr(unsafe.Pointer(&present[0])))
	if errno != 0 {
		t.Fatal(errno)
	}
	for i, p := range present {
		gone := i >= 2 && i < 5
		if gone && p&1 != 0 {
			t.Errorf("page %d is in memory", i)
		}
		want := byte(7)
		if gone {
			want = 0
		}
		if a.Bytes()[i*page] != want {
			t.Errorf("page %d begins with %d, want %d", i, a.Bytes()[i*page], want)
		}
	}
}
