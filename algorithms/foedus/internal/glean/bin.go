package glean

import (
	"encoding/binary"
	"fmt"
)

// bin composes a bin of a hash index: the old records and the changes, both in
// the order of the keys, become the new records.
func (c *composer) bin(s *shape, index uint64, old Pointer, payload []byte) (Pointer, error) {
	page := c.empty(unit)[:pageHeader]
	for len(payload) > 0 || c.touches(s, 0, index) {
		key, n, err := nextInBin(payload, s)
		if err != nil {
			return 0, c.old.damage(old, err)
		}
		e, _ := c.in.peek()
		changed := c.touches(s, 0, index) && (n == 0 || e.key <= key)
		if changed && (n == 0 || e.key < key) {
			key, n = e.key, 0 // it was not there
		}
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
			page = appendRecord(page, key, &c.cur)
		}
	}
	used := len(page) - pageHeader
	if used == 0 {
		return 0, nil
	}
	page = append(page, make([]byte, pageBytes(used)-len(page))...)
	c.page = page
	c.wrote++
	return c.out.append(page, pageHash, place{s.id, 0, index}, used)
}

// appendRecord appends a record to a bin.
func appendRecord(page []byte, key uint64, x *version) []byte {
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
	if len(b) == 0 {
		return 0, 0, nil
	}
	if len(b) < 8+slotHeader {
		return 0, 0, fmt.Errorf("%d bytes are left of a bin, no record is that short", len(b))
	}
	size := max(int64(binary.LittleEndian.Uint32(b[16:]))-1, 0)
	if size > int64(s.ValueSize) || 8+slotHeader+size > int64(len(b)) {
		return 0, 0, fmt.Errorf("value of %d bytes in a bin of which %d are left", size, len(b))
	}
	n = (8 + slotHeader + int(size) + 7) &^ 7
	if n > len(b) {
		return 0, 0, fmt.Errorf("record of %d bytes in a bin of which %d are left", n, len(b))
	}
	return binary.LittleEndian.Uint64(b), n, nil
}
