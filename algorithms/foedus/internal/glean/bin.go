package glean

import (
	"encoding/binary"
	"fmt"
)

// bin composes a bin of a hash index: the old records and the changes, both in
// the order of the keys, become the new records.
// It is a merge of two ascending sequences: the records of the old page, payload, and the changes
// that c.in has for this bin. old is where payload came from, for the errors only. The result is
// 0 where no record is left, as a null pointer means exactly that.
func (c *composer) bin(s *shape, index uint64, old Pointer, payload []byte) (Pointer, error) {
	page := c.empty(unit)[:pageHeader]
	for len(payload) > 0 || c.touches(s, 0, index) {
		key, n, err := nextInBin(payload, s)
		// Which of the two has the smaller key? n is 0 when the old records are used up.
		if err != nil {
			return 0, c.old.damage(old, err)
		}
		e, _ := c.in.peek()
		changed := c.touches(s, 0, index) && (n == 0 || e.key <= key)
		if changed && (n == 0 || e.key < key) {
			key, n = e.key, 0 // it was not there
		}
		// c.cur keeps its buffer from record to record, so composing a bin allocates only as it
		// grows.
		c.cur = version{value: c.cur.value[:0]}
		if n > 0 {
			if err := c.cur.load(payload[8:n], s.ValueSize); err != nil {
				return 0, c.old.damage(old, err)
			}
			payload = payload[n:]
		}
		if changed {
			if err := c.change(s, key); err != nil {
				return 0, err
			}
		}
		if !c.cur.gone(c.stones) {
			// Records are packed without gaps: a bin is read from its start, never by slot.
			page = appendRecord(page, key, &c.cur)
		}
	}
	used := len(page) - pageHeader
	if used == 0 {
		return 0, nil
	}
	// The page is filled with zeros to whole units, which direct I/O and Pointer count in.
	page = append(page, make([]byte, pageBytes(used)-len(page))...)
	c.page = page
	c.wrote++
	return c.out.append(page, pageHash, place{s.id, 0, index}, used)
}

// appendRecord appends a record to a bin.
func appendRecord(page []byte, key uint64, x *version) []byte {
	// 8 bytes for the key. The whole is a multiple of 8, so that the next key is aligned.
	n := (8 + slotHeader + len(x.value) + 7) &^ 7
	at := len(page)
	page = append(page, make([]byte, n)...)
	binary.LittleEndian.PutUint64(page[at:], key)
	x.store(page[at+8:])
	return page
}

// nextInBin returns the key of the first record of a bin and its length there,
// which is 0 at the end.
func nextInBin(b []byte, s *shape) (key uint64, n int, err error) {
	// b comes from a page whose checksum was right, so an error here means that the page was
	// written wrong, or by another program; the length is still checked before it is used, as
	// everything read from a disk is.
	if len(b) == 0 {
		return 0, 0, nil
	}
	if len(b) < 8+slotHeader {
		return 0, 0, fmt.Errorf("%d bytes are left of a bin, no record is that short", len(b))
	}
	size := max(int64(binary.LittleEndian.Uint32(b[16:]))-1, 0)
	// At offset 16, behind key and stamp, is the length of the value + 1; 0 is a deleted record
	// that is kept for its stamp.
	if size > int64(s.ValueSize) || 8+slotHeader+size > int64(len(b)) {
		return 0, 0, fmt.Errorf("value of %d bytes in a bin of which %d are left", size, len(b))
	}
	n = (8 + slotHeader + int(size) + 7) &^ 7
	if n > len(b) {
		return 0, 0, fmt.Errorf("record of %d bytes in a bin of which %d are left", n, len(b))
	}
	return binary.LittleEndian.Uint64(b), n, nil
}
