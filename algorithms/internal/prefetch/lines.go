package prefetch

import "unsafe"

const line = 64

// Lines brings in the first two cache lines of the size bytes at p; the
// processor follows from there by itself.
func Lines(p unsafe.Pointer, size int) {
	Line(p)
	if size > line {
		Line(unsafe.Add(p, min(size, 2*line)-1))
	}
}
