package glean

import (
	"encoding/binary"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/durable"
)

// The kinds of pages.
const (
	pageInterior = 1 // payload: pointers
	pageArray    = 2 // payload: slots
	pageHash     = 3 // payload: the records of one bin
)

// pageHeader is the bytes of a page before its payload.
const pageHeader = 32

// A place is what a page is: a node of one table's tree. A page says so itself,
// so that one found through a wrong pointer is not taken for another.
type place struct {
	table int
	level int // 0 is a leaf
	index uint64
}

// newPage returns an empty page with room for n bytes of payload.
func newPage(n int) []byte { return make([]byte, pageBytes(n)) }

// pageBytes returns the length of a page with n bytes of payload.
func pageBytes(n int) int { return (pageHeader + n + unit - 1) / unit * unit }

// seal fills in the header of a page that is to stand at p.
// used is how many bytes of the payload mean something; the rest are zeros.
func seal(page []byte, p Pointer, kind byte, at place, used int) {
	le := binary.LittleEndian
	le.PutUint32(page[4:], uint32(len(page)))
	// The pointer is in the page so that a page of another file or offset, also of an older
	// snapshot with the same table and node, is not taken for it.
	le.PutUint64(page[8:], uint64(p))
	page[16], page[17] = kind, byte(at.level)
	le.PutUint16(page[18:], uint16(at.table))
	le.PutUint32(page[20:], uint32(used))
	le.PutUint64(page[24:], at.index)
	// Last, as it is of all that stands behind it.
	le.PutUint32(page, durable.Checksum(page[4:]))
}

// pageLength returns the length that the header of a page claims. The caller
// checks it against what there is.
func pageLength(header []byte) (int64, error) {
	n := int64(binary.LittleEndian.Uint32(header[4:]))
	if n == 0 || n%unit != 0 {
		return 0, fmt.Errorf("impossible page of %d bytes", n)
	}
	return n, nil
}

// errCRC means that a page is not what was written.
var errCRC = errors.New("bad checksum")

// openPage checks a page against where it was found and what it should be, and
// returns the part of the payload that is used.
func openPage(page []byte, p Pointer, kind byte, at place) ([]byte, error) {
	le := binary.LittleEndian
	// The checksum comes first: if it is wrong, no field of the header is worth a message.
	if got := durable.Checksum(page[4:]); got != le.Uint32(page) {
		return nil, fmt.Errorf("%w: %08x, its bytes give %08x", errCRC, le.Uint32(page), got)
	}
	got := place{int(le.Uint16(page[18:])), int(page[17]), le.Uint64(page[24:])}
	// Kind, table, level and node are known from the way that led here. A page that is whole and
	// somewhere else means that a pointer is wrong.
	if Pointer(le.Uint64(page[8:])) != p || page[16] != kind || got != at {
		return nil, fmt.Errorf("page of kind %d, table %d, level %d, node %d, where kind %d, table %d, level %d, node "+
			"%d should be", page[16], got.table, got.level, got.index, kind, at.table, at.level, at.index)
	}
	used := int64(le.Uint32(page[20:]))
	if used > int64(len(page)-pageHeader) {
		return nil, fmt.Errorf("%d bytes used of a page of %d", used, len(page))
	}
	return page[pageHeader : pageHeader+used], nil
}

// selfSame reports whether a page is one that was written to stand at p, whatever
// it holds.
// Verify uses it to tell pages that no snapshot refers to from damage.
func selfSame(page []byte, p Pointer) bool {
	le := binary.LittleEndian
	return durable.Checksum(page[4:]) == le.Uint32(page) && Pointer(le.Uint64(page[8:])) == p
}
