package pages

import (
	"slices"
	"unsafe"
)

// A dataPage is a page of rows. Its methods want the page latched: for writing
// where they change it.
type dataPage struct {
	Head
	// free is how many bytes can be given out, holes included; first where the lowest row
	// begins. Both in bytes.
	free, first uint16
	// Items are offsets of rows (direct) or pairs of id and slot (indirect), from the header on.
	direct, indirect uint8
	_                [2]byte
}

const (
	dataBytes = 24 // of the header
	itemBytes = 2
	// Before each row: its length and two flags.
	lenBytes  = 2
	linkBytes = 8
	reserve   = itemBytes + lenBytes + linkBytes // what the smallest row costs
	maxItems  = 255                              // ids 0 to 254

	continued = 1 << 15 // a link to the row's next part follows
	notFirst  = 1 << 14 // a part that a link of another part leads to
	lenMask   = notFirst - 1
)

// at is the address of an offset in the page; word reads the 16 bits there.
func (p *dataPage) at(off uint16) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(p), uintptr(off)) }

func (p *dataPage) word(off uint16) *uint16 { return (*uint16)(p.at(off)) }

// item returns item i, direct or indirect.
// Direct items come first, then indirect ones.
func (p *dataPage) item(i int) *uint16 { return p.word(uint16(dataBytes + itemBytes*i)) }

// items returns all of them.
func (p *dataPage) items() []uint16 {
	return unsafe.Slice(p.item(0), int(p.direct)+int(p.indirect))
}

// indirection is an indirect item: the id that links name, and the slot of the direct item
// that it leads to.
func indirection(id, slot int) uint16 { return uint16(id)<<8 | uint16(slot) }

// reset makes the page empty. The size is the page's.
func (p *dataPage) reset(size int) {
	p.first, p.free = uint16(size), uint16(size-dataBytes)
	p.direct, p.indirect = 0, 0
}

// room returns the payload of the largest part of a row that can be added.
// In bytes. Squeezing is counted in.
func (p *dataPage) room() int {
	if p.direct == maxItems {
		return 0
	}
	return max(int(p.free)-reserve, 0)
}

// full reports whether no row at all can be added.
func (p *dataPage) full() bool { return p.direct == maxItems || p.free < reserve }

// slot returns the direct item of the row with an id, or -1.
func (p *dataPage) slot(id int) int {
	d := int(p.direct)
	// A row whose item was moved is found by its indirect item.
	if i, ok := p.search(id); ok {
		return int(p.items()[d+i] & 0xff)
	}
	if id >= d || p.target(id) >= 0 {
		return -1 // nobody's, or the item was moved here from another id
	}
	return id
}

// search returns where among the indirect items id's is or would be.
// They are sorted by id.
func (p *dataPage) search(id int) (int, bool) {
	return slices.BinarySearchFunc(p.items()[p.direct:], id, func(e uint16, id int) int {
		return int(e>>8) - id
	})
}

// target returns which indirect item stands for a direct one, or -1.
// It is asked for rarely, when a row goes.
func (p *dataPage) target(slot int) int {
	for i, e := range p.items()[p.direct:] {
		if int(e&0xff) == slot {
			return i
		}
	}
	return -1
}

// rowBytes returns what the row at off takes.
// Length, link and payload; not its item.
func (p *dataPage) rowBytes(off uint16) uint16 {
	w := *p.word(off)
	n := lenBytes + w&lenMask
	if w&continued != 0 {
		n += linkBytes
	}
	return n
}

// part returns the payload of the row at off and where it goes on, 0 for
// nowhere. The payload aliases the page.
func (p *dataPage) part(off uint16) (payload []byte, next Link, first bool) {
	w := *p.word(off)
	off += lenBytes
	if w&continued != 0 {
		// Bytes, as a row need not be aligned.
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&next)), linkBytes), unsafe.Slice((*byte)(p.at(off)), linkBytes))
		off += linkBytes
	}
	return unsafe.Slice((*byte)(p.at(off)), int(w&lenMask)), next, w&notFirst == 0
}

// add adds a row, or a part of one, that room says fits, and returns its id.
// The size is the page's.
func (p *dataPage) add(payload []byte, next Link, first bool, size int) int {
	w, n := uint16(len(payload)), uint16(lenBytes+len(payload))
	if !first {
		w |= notFirst
	}
	if next != 0 {
		w |= continued
		n += linkBytes
	}
	// There is room in all, but in holes.
	if p.gap() < int(n)+itemBytes {
		p.squeeze(size)
	}
	// Rows grow down from the page's end, items up from the header.
	p.first -= n
	p.free -= n
	off := p.first
	*p.word(off) = w
	off += lenBytes
	if next != 0 {
		copy(unsafe.Slice((*byte)(p.at(off)), linkBytes), unsafe.Slice((*byte)(unsafe.Pointer(&next)), linkBytes))
		off += linkBytes
	}
	copy(unsafe.Slice((*byte)(p.at(off)), len(payload)), payload)
	return p.addItem(p.first)
}

// addItem adds a direct item for the row at off and returns the row's id.
func (p *dataPage) addItem(off uint16) int {
	d := int(p.direct)
	p.direct++
	if p.indirect == 0 {
		*p.item(d) = off
		p.free -= itemBytes
		return d
	}
	if e := *p.item(d); int(e>>8) == d { // the first indirect item's row can have its own item again
		s := int(e & 0xff)
		*p.item(d) = *p.item(s)
		*p.item(s) = off
		p.indirect--
		return s
	}
	items := p.items()
	// Indirect items move up by one: ids and slots in them stay right.
	copy(items[d+1:], items[d:])
	items[d] = off
	p.free -= itemBytes
	return d
}

// remove removes the row with an id, whose direct item is slot. The size is the
// page's.
func (p *dataPage) remove(id, slot, size int) {
	// The last row: all holes and items go with it.
	if p.direct == 1 {
		p.reset(size)
		return
	}
	off := *p.item(slot)
	p.free += p.rowBytes(off)
	// The rows below it move up, over it and the hole behind it.
	p.slide(slot, int(off)-int(p.end(off, size)))
	if i, ok := p.search(id); ok {
		p.dropIndirect(i)
	}
	p.fill(slot)
}

// gap returns the bytes between the items and the lowest row.
func (p *dataPage) gap() int {
	return int(p.first) - dataBytes - itemBytes*(int(p.direct)+int(p.indirect))
}

// end returns where the next row begins that lies above the one at off, or the
// page ends: what is between the two is free.
func (p *dataPage) end(off uint16, size int) uint16 {
	next := uint16(size)
	for _, o := range p.items()[:p.direct] {
		if o > off && o < next {
			next = o
		}
	}
	return next
}

// slide moves the row at a direct item, and all that lie below it, down by some
// bytes, or up where that is negative. Items follow their rows, and links stay
// what they are. Of the row itself only the item moves.
func (p *dataPage) slide(slot, by int) {
	off, first := *p.item(slot), p.first
	n := uint16(by)
	p.first -= n
	// The two may overlap, which copy allows.
	copy(unsafe.Slice((*byte)(p.at(p.first)), int(off-first)), unsafe.Slice((*byte)(p.at(first)), int(off-first)))
	items := p.items()[:p.direct]
	for i, o := range items {
		if o <= off {
			items[i] = o - n
		}
	}
}

// resize gives the row at a direct item, which lies in this page alone, another
// payload, and reports false where the page has no room for it. A shorter row
// leaves a hole behind it, into which it can grow again; otherwise the rows below it
// make room, after the holes of all were squeezed out if there is no gap for them
// to move into. The size is the page's.
func (p *dataPage) resize(slot int, payload []byte, size int) bool {
	off := *p.item(slot)
	more := len(payload) - int(*p.word(off)&lenMask)
	// The caller puts the row elsewhere.
	if more > int(p.free) {
		return false
	}
	if more > 0 {
		short := int(off) + lenBytes + len(payload) - int(p.end(off, size))
		if short > p.gap() {
			p.squeeze(size)
			short = more
		}
		if short > 0 {
			p.slide(slot, short)
		}
		off = *p.item(slot)
	}
	p.free -= uint16(more)
	*p.word(off) = uint16(len(payload))
	copy(unsafe.Slice((*byte)(p.at(off+lenBytes)), len(payload)), payload)
	return true
}

// squeeze moves all rows to the page's end, and the holes between them into the
// gap. The size is the page's.
func (p *dataPage) squeeze(size int) {
	// On the stack: squeezing allocates nothing.
	var order [maxItems]uint32 // offset and direct item
	rows := order[:p.direct]
	for i := range rows {
		rows[i] = uint32(*p.item(i))<<8 | uint32(i)
	}
	slices.Sort(rows)
	end := uint16(size)
	// From the highest row down, so that nothing is overwritten that is still to be moved.
	for i := len(rows) - 1; i >= 0; i-- {
		off := uint16(rows[i] >> 8)
		n := p.rowBytes(off)
		end -= n
		copy(unsafe.Slice((*byte)(p.at(end)), int(n)), unsafe.Slice((*byte)(p.at(off)), int(n)))
		*p.item(int(rows[i] & 0xff)) = end
	}
	p.first = end
}

// dropIndirect removes an indirect item and closes the gap. The page is latched for writing.
func (p *dataPage) dropIndirect(i int) {
	rest := p.items()[p.direct:]
	copy(rest[i:], rest[i+1:])
	p.indirect--
	p.free += itemBytes
}

// fill removes a direct item by moving the last one into its place, which an
// indirect item tells from then on.
func (p *dataPage) fill(slot int) {
	last := int(p.direct) - 1
	items := p.items()
	moved := p.target(last)
	off := items[last]
	p.direct--
	switch {
	case slot == last:
	case moved >= 0:
		items[slot] = off
		// Its indirect item says where it is now.
		items[last+1+moved] = indirection(int(items[last+1+moved]>>8), slot)
	default: // the item turns from direct to indirect: it has the lowest id of all
		items[slot] = off
		items[last] = indirection(last, slot)
		p.indirect++
		return
	}
	copy(items[last:], items[last+1:])
	p.free += itemBytes
}
