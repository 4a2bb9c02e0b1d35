package glean

import (
	"encoding/binary"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/wal"
)

// A version is a record's value while changes are applied to it. Its bytes
// belong to the composer.
type version struct {
	// The id of the transaction that wrote it last; 0 if none ever did.
	stamp   uint64
	present bool
	value   []byte // of length ValueSize at most
}

// apply makes the change e, with value v, to the version, as the store made it:
// a write past the end lengthens the value, with zeros between. The mapper has
// found that it fits.
func (x *version) apply(e *entry, v []byte) {
	x.stamp = e.stamp
	switch e.kind {
	case wal.KindDelete:
		// The stamp stays: it says which transaction deleted the record.
		x.present, x.value = false, x.value[:0]
	case wal.KindPut:
		x.present, x.value = true, append(x.value[:0], v...)
	case wal.KindSet:
		// Its old bytes count only where there was a record: a part set in a deleted one begins
		// from nothing.
		end := int(e.off) + len(v)
		if !x.present {
			x.present, x.value = true, x.value[:0]
		}
		for len(x.value) < end {
			x.value = append(x.value, 0)
		}
		copy(x.value[e.off:], v)
	}
}

// fits reports whether a change of the log can be one of the table's: all are
// looked at, also those that are folded away later.
func (s *shape) fits(c *wal.Change) error {
	if c.Kind < wal.KindSet || c.Kind > wal.KindDelete {
		return fmt.Errorf("change of key %d of table %q: unknown kind %d", c.Key, s.Name, c.Kind)
	}
	if c.Off < 0 || int64(c.Off)+int64(len(c.Value)) > int64(s.ValueSize) {
		return fmt.Errorf("change of key %d of table %q: %d bytes at %d in values of up to %d", c.Key, s.Name, len(c.Value),
			c.Off, s.ValueSize)
	}
	return nil
}

// load sets x to what the slot or record header and value at b say: stamp,
// length + 1, value.
func (x *version) load(b []byte, size int) error {
	n := binary.LittleEndian.Uint32(b[8:])
	x.stamp, x.present, x.value = binary.LittleEndian.Uint64(b), n != 0, x.value[:0]
	if n == 0 {
		return nil
	}
	if int64(n)-1 > int64(min(size, len(b)-slotHeader)) {
		return fmt.Errorf("value of %d bytes, at most %d fit", n-1, min(size, len(b)-slotHeader))
	}
	x.value = append(x.value, b[slotHeader:slotHeader+n-1]...)
	return nil
}

// store is the inverse of load.
func (x *version) store(b []byte) {
	clear(b)
	n := uint32(0)
	if x.present {
		n = uint32(len(x.value)) + 1
	}
	binary.LittleEndian.PutUint64(b, x.stamp)
	binary.LittleEndian.PutUint32(b[8:], n)
	copy(b[slotHeader:], x.value)
}

// gone reports whether nothing of the record is kept.
func (x *version) gone(tombstones bool) bool {
	return !x.present && (!tombstones || x.stamp == 0)
}

func (x *version) record(table int, key uint64) durable.Record {
	r := durable.Record{Table: table, Key: key, Stamp: x.stamp, Absent: !x.present}
	if x.present {
		r.Value = x.value
		if r.Value == nil {
			r.Value = []byte{} // nil would be no value
		}
	}
	return r
}
