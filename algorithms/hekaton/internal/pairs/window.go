package pairs

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/wal"
)

// A window is the changes that have been applied and not written, by record. All
// of it lies in a few slices without pointers, which the next window uses again: a
// change is a few copied bytes, and nothing for the collector to look at.
type window struct {
	// The window's own table, as the index knows only rows that were written.
	slots   []uint32 // by hash: 1 + the place in changes, 0 is free; a power of two of them, at most half in use
	changes []change
	// All patches of all records; those of one are linked from the latest back.
	patches []patch
	bytes   []byte // what rooms are of
	// Used by settle; kept from one to the next.
	order []uint32
}

// An id names a record.
type id struct {
	table int
	key   uint64
}

// A change is what a window knows of a record.
type change struct {
	id
	// Of the latest change, which the row will have.
	stamp  uint64
	whole  bool // value is the record; otherwise patches are applied to what there is
	absent bool
	value  room
	patch  uint32 // 1 + the place of the latest of its patches; 0: none
	// Set by settle, for changes that are not whole.
	at place // of the row that there is
}

// A patch is a part of a record.
// off is in bytes of the record's value.
type patch struct {
	off    int
	v      room
	before uint32 // 1 + the place of the patch before; 0: none
}

// A room is a part of a window's bytes, of which len are in use.
// Its at is an offset in window.bytes. cap is what it may grow to in place.
type room struct{ at, len, cap uint32 }

// What a change, or a patch, takes in memory beside its bytes.
const (
	changeBytes = 72 + 8
	patchBytes  = 24
	maxWindow   = 1 << 31 // so that places in its bytes are 32 bits, one value over it included
)

// Apply applies the next change of the log. Those of a record have to come in
// ascending order of their stamps. A full window is written.
func (s *Set) Apply(ctx context.Context, c wal.Change) error {
	// The log has no limit on values but its own; files have one.
	if c.Off < 0 || len(c.Value) > s.o.MaxValue || c.Off > s.o.MaxValue-len(c.Value) {
		return fmt.Errorf("apply log to pairs %s: %d bytes at %d of key %d of table %d, in values of up to %d",
			s.o.Dir, len(c.Value), c.Off, c.Key, c.Table, s.o.MaxValue)
	}
	// What is overwritten is not held any more: a record that changes all the
	// time does not fill a window.
	if s.window.apply(&c); s.window.used() < s.o.Window {
		return nil
	}
	return s.spill(ctx)
}

// apply adds a change to what the window knows of its record: a whole value replaces what
// was there, a part is kept as a patch until the record's value is read.
// c.Value is copied.
func (w *window) apply(c *wal.Change) {
	k := w.of(id{c.Table, c.Key})
	k.stamp = c.Stamp
	switch {
	case c.Kind == wal.KindDelete:
		// Whatever was known of the record before is void; its room is kept for the next value.
		k.whole, k.absent, k.patch, k.value.len = true, true, 0, 0
	case c.Kind == wal.KindPut:
		k.whole, k.absent, k.patch = true, false, 0
		w.set(&k.value, c.Value)
	case k.whole:
		// The window has the whole value: the change is made at once.
		w.lay(k, c.Off, c.Value)
	default:
		w.note(k, c.Off, c.Value)
	}
}

// of returns what w knows of a record; valid until the next record.
func (w *window) of(x id) *change {
	// At most half full, so that probing is short.
	if 2*len(w.changes) >= len(w.slots) {
		w.grow()
	}
	slot := w.slot(x)
	if *slot == 0 {
		w.changes = append(w.changes, change{id: x})
		*slot = uint32(len(w.changes))
	}
	return &w.changes[*slot-1]
}

// slot returns the slot of a record, or the free one where it belongs.
func (w *window) slot(x id) *uint32 {
	mask := uint64(len(w.slots) - 1)
	for i := hash(x.table, x.key) & mask; ; i = (i + 1) & mask {
		s := &w.slots[i]
		if *s == 0 || w.changes[*s-1].id == x {
			return s
		}
	}
}

// grow doubles the table and files every record anew.
// changes stay where they are; only the table is new.
func (w *window) grow() {
	w.slots = make([]uint32, max(64, 2*len(w.slots)))
	for i := range w.changes {
		*w.slot(w.changes[i].id) = uint32(i + 1)
	}
}

// room makes room for n bytes.
// bytes may move: what in returned before is not valid after it.
func (w *window) room(n int) room {
	at := len(w.bytes)
	w.bytes = append(w.bytes, make([]byte, n)...)
	return room{uint32(at), uint32(n), uint32(n)}
}

// in returns the bytes of a room; valid until the next room.
func (w *window) in(r room) []byte { return w.bytes[r.at:][:r.len:r.cap] }

// set makes v what is in r.
// A value that does not fit gets another room; the old one stays unused until reset.
func (w *window) set(r *room, v []byte) {
	if uint32(len(v)) > r.cap {
		*r = w.room(len(v))
	}
	r.len = uint32(len(v))
	copy(w.in(*r), v)
}

// lay writes v at off of the record, as a transaction does.
func (w *window) lay(k *change, off int, v []byte) {
	k.absent = false
	if end := uint32(off + len(v)); end > k.value.len {
		old := k.value
		// Twice the room, so that a value that grows bit by bit is not copied each time.
		if end > old.cap {
			k.value = w.room(int(max(end, 2*old.cap)))
			copy(w.in(k.value), w.in(old))
		}
		k.value.len = end
		clear(w.in(k.value)[old.len:]) // a longer value may have been there before
	}
	copy(w.in(k.value)[off:], v)
}

// fewPatches is how far back note looks for the same part of a record.
// A record of which many different parts change would otherwise be searched in full with every
// change.
const fewPatches = 32

// note notes that v is at off of the record, whatever else is there. The same part
// is kept once, unless another that overlaps it came in between.
func (w *window) note(k *change, off int, v []byte) {
	i := k.patch
	for range fewPatches {
		if i == 0 {
			break
		}
		p := &w.patches[i-1]
		// The newest value of this part replaces the one noted.
		if p.off == off && int(p.v.len) == len(v) {
			copy(w.in(p.v), v)
			return
		}
		// Beyond it the order matters: this part has to come after the one that overlaps it.
		if off < p.off+int(p.v.len) && p.off < off+len(v) {
			break
		}
		i = p.before
	}
	r := w.room(len(v))
	copy(w.in(r), v)
	w.patches = append(w.patches, patch{off, r, k.patch})
	k.patch = uint32(len(w.patches))
}

// settle lays the patches over the row that there is.
// r is the row on the disk, or an empty record. It has no stamp in the window: the change's own
// counts.
func (w *window) settle(k *change, r durable.Record) {
	w.set(&k.value, r.Value)
	w.order = w.order[:0]
	for i := k.patch; i != 0; i = w.patches[i-1].before {
		w.order = append(w.order, i-1)
	}
	for n := len(w.order) - 1; n >= 0; n-- { // the earliest first
		p := w.patches[w.order[n]]
		w.lay(k, p.off, w.in(p.v))
	}
	k.whole, k.patch = true, 0
}

// used returns how many bytes w fills.
// Options.Window is compared with it.
func (w *window) used() int {
	return len(w.bytes) + changeBytes*len(w.changes) + patchBytes*len(w.patches)
}

// held returns how many bytes w has.
// It counts capacities, for the report of memory.
func (w *window) held() int64 {
	return int64(cap(w.bytes) + (changeBytes-8)*cap(w.changes) + patchBytes*cap(w.patches) + 4*(len(w.slots)+cap(w.order)))
}

// reset forgets the changes.
// The memory is kept for the next window; Publish gives it back.
func (w *window) reset() {
	clear(w.slots)
	w.changes, w.patches, w.bytes = w.changes[:0], w.patches[:0], w.bytes[:0]
}
