package record

import "unsafe"

// A Version is one value a record has or had, with the transaction that wrote
// it. It does no locking. Its zero value is absent and was never written.
type Version struct {
	stamp uint64
	n     uint32 // length + 1; 0 is absent
	// the value follows
}

const versionHead = 12

// Whole as an offset means that a write replaces the whole value.
const Whole = -1

// VersionBytes returns the bytes of a version of up to size bytes.
func VersionBytes(size int) int { return (versionHead + size + 7) &^ 7 }

// Stamp returns the id of the transaction that wrote the version; 0 is the
// initial load.
func (v *Version) Stamp() uint64 { return v.stamp }

// Present reports whether the record exists in this version.
func (v *Version) Present() bool { return v.n != 0 }

// Written reports whether the version was ever written: the record exists in it,
// or a transaction deleted it.
func (v *Version) Written() bool { return v.n != 0 || v.stamp != 0 }

// Len returns the value's length in bytes.
func (v *Version) Len() int {
	if v.n == 0 {
		return 0
	}
	return int(v.n) - 1
}

// Bytes returns the value, or nil when the record is absent. It aliases the
// version.
func (v *Version) Bytes() []byte {
	if v.n == 0 {
		return nil
	}
	return v.data(int(v.n) - 1)
}

func (v *Version) data(n int) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(v), versionHead)), n)
}

// Apply writes val at off, or makes it the whole value when off is Whole; then
// a nil val makes the record absent. A write past the end of the value
// lengthens it, with zeros between. The caller sees to it that the value fits.
func (v *Version) Apply(stamp uint64, off int, val []byte) {
	v.stamp = stamp
	if off == Whole {
		v.replace(val)
		return
	}
	end := off + len(val)
	if end > v.Len() || v.n == 0 {
		clear(v.data(end)[v.Len():])
		v.n = uint32(end) + 1
	}
	copy(v.data(end)[off:], val)
}

func (v *Version) replace(val []byte) {
	if val == nil {
		v.n = 0
		return
	}
	v.n = uint32(len(val)) + 1
	copy(v.data(len(val)), val)
}

// CopyFrom makes v what src is.
func (v *Version) CopyFrom(src *Version) {
	v.stamp, v.n = src.stamp, src.n
	if n := src.Len(); n > 0 {
		copy(v.data(n), src.data(n))
	}
}
