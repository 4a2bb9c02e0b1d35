package glean

import (
	"cmp"
	"encoding/binary"
	"errors"
	"unsafe"

	"ckptbench/algorithms/internal/wal"
)

// An entry is a change on its way from the log to its page. Its value lies in
// the data of the batch it is in.
type entry struct {
	// leaf is reckoned by the mapper, once, as it is the first key of every comparison after the
	// table.
	leaf, key    uint64
	epoch, stamp uint64
	seq          uint64 // place among the changes of its mapper: decides within one transaction
	// at and n are where the value lies in batch.data: offset and length in bytes. An index
	// instead of a slice keeps the entry free of pointers that the garbage collector would
	// follow.
	at int
	n  uint32
	// off is where in the record's value the bytes go, in bytes; 0 for all but wal.KindSet.
	off   int32
	table uint16
	kind  wal.Kind
}

// entryBytes is what an entry counts for in buffers, beside its value.
// It is about the size of an entry. It need not be exact: it bounds when a buffer is sent or
// spilled, and what is accounted is measured by grown.
const entryBytes = 64

// compare is the order in which changes are applied: by page, by record, and
// there by epoch and by the order of the writers. It is total, so nothing
// depends on the order of arrival.
func (e *entry) compare(o *entry) int {
	if e.table != o.table {
		return cmp.Compare(e.table, o.table)
	}
	if e.leaf != o.leaf {
		return cmp.Compare(e.leaf, o.leaf)
	}
	if e.key != o.key {
		return cmp.Compare(e.key, o.key)
	}
	if e.epoch != o.epoch {
		return cmp.Compare(e.epoch, o.epoch)
	}
	if e.stamp != o.stamp {
		return cmp.Compare(e.stamp, o.stamp)
	}
	// Changes of one transaction have equal epoch and stamp; seq keeps them in the order in which
	// they were made. They are in one stream, so one mapper numbered them all.
	return cmp.Compare(e.seq, o.seq)
}

// same reports whether both are changes of one record.
func (e *entry) same(o *entry) bool { return e.table == o.table && e.key == o.key }

// supersedes reports whether nothing is left of o, the change of the same
// record before e, once e is applied.
func (e *entry) supersedes(o *entry) bool {
	// A put or a delete sets the whole record, so whatever came before it is void. A set leaves
	// what it does not cover.
	if e.kind != wal.KindSet {
		return true
	}
	return o.kind == wal.KindSet && e.off <= o.off && int64(o.off)+int64(o.n) <= int64(e.off)+int64(e.n)
}

// A batch is a run of entries with their values.
// It is filled by one mapper, and from send on belongs to the reducer that receives it, until
// giveBack.
type batch struct {
	entries []entry
	data    []byte
	// Of all keys or-ed together: the sort skips the digits that no key has. Arrays do not need
	// it, as a leaf gives the range of its keys.
	keys    uint64 // bits that are set in any key of a hash table
	counted int64  // bytes allocated, as accounted
}

// bytes is the memory that the batch uses.
func (b *batch) bytes() int { return len(b.entries)*entryBytes + len(b.data) }

// add appends an entry with a copy of its value.
// The slices grow with append; how long they get is bounded by Options.SendBytes, plus one value.
func (b *batch) add(e entry, v []byte) {
	e.at, e.n = len(b.data), uint32(len(v))
	b.entries = append(b.entries, e)
	b.data = append(b.data, v...)
}

// value is the value of an entry of this batch; it is valid until reset.
func (b *batch) value(e *entry) []byte { return b.data[e.at : e.at+int(e.n)] }

// grown returns by how many bytes of memory the batch has grown since the last
// call.
func (b *batch) grown() int64 {
	now := int64(cap(b.entries))*int64(unsafe.Sizeof(entry{})) + int64(cap(b.data))
	by := now - b.counted
	b.counted = now
	return by
}

// reset empties the batch and keeps its memory.
func (b *batch) reset() { b.entries, b.data, b.keys = b.entries[:0], b.data[:0], 0 }

// entryHeader is the length of an entry in a run file, before its value.
const entryHeader = 56

// encode appends the entry and its value to b.
// A run file is read by the process that wrote it, so its layout has no version, and is not
// padded.
func (e *entry) encode(b, v []byte) []byte {
	le := binary.LittleEndian
	for _, x := range []uint64{e.leaf, e.key, e.epoch, e.stamp, e.seq} {
		b = le.AppendUint64(b, x)
	}
	b = le.AppendUint32(b, uint32(len(v)))
	b = le.AppendUint32(b, uint32(e.off))
	b = le.AppendUint16(b, e.table)
	// Five bytes of zeros bring the header to a multiple of 8.
	b = append(b, byte(e.kind), 0, 0, 0, 0, 0)
	return append(b, v...)
}

// errEntry means that a spilled entry does not parse.
var errEntry = errors.New("malformed entry")

// decodeEntry reads the header of an entry; the value follows it.
func decodeEntry(b []byte) (entry, error) {
	if len(b) < entryHeader {
		return entry{}, errEntry
	}
	le := binary.LittleEndian
	e := entry{
		leaf: le.Uint64(b), key: le.Uint64(b[8:]), epoch: le.Uint64(b[16:]), stamp: le.Uint64(b[24:]), seq: le.Uint64(b[32:]),
		n: le.Uint32(b[40:]), off: int32(le.Uint32(b[44:])), table: le.Uint16(b[48:]), kind: wal.Kind(b[50]),
	}
	// The bounds are checked although the run has a checksum: that is compared at the run's end,
	// and a length is needed now.
	if e.n > maxValue || e.off < 0 || e.kind < wal.KindSet || e.kind > wal.KindDelete || [5]byte(b[51:56]) != [5]byte{} {
		return entry{}, errEntry
	}
	return e, nil
}
