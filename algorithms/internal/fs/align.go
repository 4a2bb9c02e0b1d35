package fs

import "unsafe"

// Buffer returns n zero bytes that begin at a multiple of Align in memory, as
// direct I/O needs them. It over-allocates by one Align rather than asking the
// kernel for a mapping: such a buffer needs no Close.
func Buffer(n int) []byte {
	b := make([]byte, n+Align)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(b))) % Align); r != 0 {
		skip = Align - r
	}
	return b[skip : skip+n : skip+n]
}

// Aligned reports whether p at off is fit for direct I/O.
func Aligned(p []byte, off int64) bool {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
	return off%Align == 0 && len(p)%Align == 0 && (len(p) == 0 || at%Align == 0)
}

// RoundUp returns the smallest multiple of Align that is at least n.
func RoundUp(n int64) int64 { return (n + Align - 1) / Align * Align }
