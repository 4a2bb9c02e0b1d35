package arena

import (
	"sync/atomic"
	"unsafe"
)

// chunk is how much of one group is made present before the next group's turn: one
// huge page.
const chunk = 2 << 20

// TouchTogether makes every page of all groups present, a chunk of one group and a
// chunk of the next in turn, each in proportion to its size. The system hands out
// neighbouring pages one after another, so that the memory of the groups is spread
// alike over the machine's. One goroutine may use the arenas.
//
// Two stores touched one after the other lie in two regions, and on a virtual
// machine one region can be a fifth slower than another: which of the two a store
// came to lie in decided the ratio of an opening (measured).
func TouchTogether(groups ...[]*Arena) {
	cursors := make([]cursor, len(groups))
	for i, g := range groups {
		cursors[i] = newCursor(g)
	}
	for {
		next := -1 // the group that is furthest behind
		for i := range cursors {
			if c := &cursors[i]; c.done < c.size && (next < 0 || c.share() < cursors[next].share()) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		cursors[next].touch()
	}
}

// A Cursor makes a group of arenas present bit by bit. One goroutine may use it and
// the arenas.
type Cursor struct{ cursor cursor }

// NewCursor returns one that has touched nothing of the group.
func NewCursor(group []*Arena) *Cursor { return &Cursor{newCursor(group)} }

// To makes at least this share of the group present, in whole chunks; 1 is all.
func (c *Cursor) To(share float64) {
	for k := &c.cursor; k.done < k.size && k.share() < share; {
		k.touch()
	}
}

// A cursor is how far a group has been touched.
type cursor struct {
	arenas     []*Arena
	at         int // in the first of arenas
	done, size int
}

// newCursor stands at the start of the first arena.
func newCursor(arenas []*Arena) cursor {
	c := cursor{arenas: arenas}
	for _, a := range arenas {
		c.size += len(a.data)
	}
	return c
}

// share is the part of all bytes that the cursor has passed.
func (c *cursor) share() float64 { return float64(c.done) / float64(c.size) }

// touch makes the next chunk present, up to a border of huge pages or the arena's
// end.
func (c *cursor) touch() {
	const page = 4096
	for c.at >= len(c.arenas[0].data) { // the one before is done, or is empty
		c.arenas, c.at = c.arenas[1:], 0
	}
	data := c.arenas[0].data
	base := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	end := min(c.at+chunk-int((base+uintptr(c.at))%chunk), len(data))
	for i := c.at; i < end; i += page {
		atomic.AddUint32((*uint32)(unsafe.Pointer(&data[i&^3])), 0)
	}
	c.done += end - c.at
	c.at = end
}
