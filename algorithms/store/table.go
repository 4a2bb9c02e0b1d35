package store

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/record"
)

// A TableSpec declares a table: Name, ValueSize (bytes that a value may have, at most),
// Capacity (distinct keys that it may ever hold), and Hash (keys are any uint64; else
// they are below Capacity).
type TableSpec = durable.Table

// A table is the slots of one table, and how keys find them.
type table struct {
	id     int
	spec   TableSpec
	stride uintptr
	base   unsafe.Pointer
	first  uint64 // ordinal of slot 0; slots of all tables are numbered through
	slots  *arena.Arena
	index  *hashIndex    // nil where the key is the slot
	keys   []uint64      // of each slot, where there is an index; written before the record is first locked
	high   atomic.Uint64 // slots below it may be in use

	// Bits of memory per record, the store's and the algorithm's, in arrays that
	// are reserved for Capacity records and used below high: see Store.Memory.
	live, own atomic.Int64
}

// newTable allocates a table, with so many versions in each slot. first is the ordinal of
// its first slot.
func newTable(id int, spec TableSpec, first uint64, versions int, o arena.Options) (*table, error) {
	if spec.Capacity >= 1<<32 {
		return nil, fmt.Errorf("table %q of %d records: at most 2^32-1", spec.Name, spec.Capacity)
	}
	t := &table{id: id, spec: spec, first: first, stride: uintptr(record.Stride(spec.ValueSize, versions))}
	var err error
	if t.slots, err = arena.New(int(spec.Capacity)*int(t.stride), o, nil); err != nil {
		return nil, fmt.Errorf("table %q: %w", spec.Name, err)
	}
	t.base = t.slots.Base()
	t.live.Store(8 * int64(t.stride))
	if !spec.Hash {
		return t, nil
	}
	t.keys = make([]uint64, spec.Capacity)
	if t.index, err = newHashIndex(spec.Capacity, o); err != nil {
		return nil, fmt.Errorf("table %q: index: %w", spec.Name, err)
	}
	t.live.Add(64 + 8*int64(t.index.bytes()/max(spec.Capacity, 1)))
	return t, nil
}

// head returns the head of a slot, which must be below the capacity.
func (t *table) head(slot uint64) *record.Head {
	return (*record.Head)(unsafe.Add(t.base, uintptr(slot)*t.stride))
}

// rec returns the record in a slot.
func (t *table) rec(slot uint64) Rec { return Rec{t.head(slot), t, uint32(slot)} }

// find returns the record of key, making room for it where it has none yet. It
// is not ok where the key is not below the capacity of a dense table, or the
// table is full.
func (t *table) find(key uint64) (Rec, bool) {
	if t.index == nil {
		if key >= t.spec.Capacity {
			return Rec{}, false
		}
		if key >= t.high.Load() {
			t.raise(key)
		}
		return t.rec(key), true
	}
	slot, ok := t.index.find(key, t)
	if !ok {
		return Rec{}, false
	}
	return t.rec(slot), true
}

// raise moves the high mark of a dense table above a slot, by enough that a run
// of inserts seldom does.
func (t *table) raise(slot uint64) {
	const step = 1024
	want := min((slot/step+1)*step, t.spec.Capacity)
	for {
		high := t.high.Load()
		if high >= want || t.high.CompareAndSwap(high, want) {
			return
		}
	}
}

// claim gives key the next free slot.
func (t *table) claim(key uint64) (slot uint64, ok bool) {
	for {
		slot = t.high.Load()
		if slot == t.spec.Capacity {
			return 0, false
		}
		if t.high.CompareAndSwap(slot, slot+1) {
			atomic.StoreUint64(&t.keys[slot], key) // awaitKey may look
			return slot, true
		}
	}
}

// awaitKey waits until a slot that is taken has its key, which is written right after.
func (t *table) awaitKey(slot uint64) {
	var b backoff.Backoff
	for atomic.LoadUint64(&t.keys[slot]) == 0 && !t.index.has(0, slot) {
		b.Wait()
	}
}

// free gives the memory back.
func (t *table) free() error {
	if err := t.slots.Free(); err != nil {
		return err
	}
	if t.index != nil {
		return t.index.cells.Free()
	}
	return nil
}

// A Rec is a record's place in memory.
type Rec struct {
	head *record.Head
	t    *table
	slot uint32
}

// Head returns the record's head: its lock and the algorithm's word.
func (r Rec) Head() *record.Head { return r.head }

// Live returns the record's first version.
func (r Rec) Live() *Version { return r.head.Live() }

// Version returns version i of those that the algorithm keeps side by side.
func (r Rec) Version(i int) *Version { return r.head.Version(i, r.t.spec.ValueSize) }

// Touch prefetches version i.
func (r Rec) Touch(i int) {
	prefetch.Lines(unsafe.Pointer(r.Version(i)), record.VersionBytes(r.t.spec.ValueSize))
}

// Ordinal returns the record's number among all slots of all tables.
func (r Rec) Ordinal() uint64 { return r.t.first + uint64(r.slot) }

// Table returns the number of the record's table.
func (r Rec) Table() int { return r.t.id }

// Key returns the record's key.
func (r Rec) Key() uint64 {
	if r.t.keys == nil {
		return uint64(r.slot)
	}
	return r.t.keys[r.slot]
}
