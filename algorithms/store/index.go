package store

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/sched"
)

// A hashIndex finds the slot of a key: open addressing with linear probing over
// cells of 16 bytes, at most half full, so that a look-up costs one cache line.
// Keys come and never go (a deleted record keeps its slot, where its lock and
// the version a checkpoint may still need live), which is what lets look-ups
// take no lock. All methods may be called concurrently.
//
// Note: it does not grow. A table's capacity is declared, and growing under
// load would be a pause that no algorithm under study asked for.
type hashIndex struct {
	cells *arena.Arena
	base  unsafe.Pointer
	shift uint
	mask  uint64
}

// A cell is one place of the index. Its state goes from free to taken to a slot, and a
// slot stays: keys are never removed. Where a table is full it goes back to free.
type cell struct {
	state atomic.Uint64 // free, taken, or a slot + 2
	key   atomic.Uint64 // settled once state is a slot's
}

const (
	free  = 0
	taken = 1
	slot0 = 2
)

// newHashIndex returns an empty index, at least twice as large as the table: probes stay
// short.
func newHashIndex(capacity uint64, o arena.Options) (*hashIndex, error) {
	n := uint64(1) << bits.Len64(2*max(capacity, 8)-1)
	cells, err := arena.New(int(n)*int(unsafe.Sizeof(cell{})), o, nil)
	if err != nil {
		return nil, err
	}
	return &hashIndex{cells: cells, base: cells.Base(), shift: uint(64 - bits.Len64(n-1)), mask: n - 1}, nil
}

// bytes returns the size of the index.
func (x *hashIndex) bytes() uint64 { return (x.mask + 1) * uint64(unsafe.Sizeof(cell{})) }

// cell returns place i, counted round the end.
func (x *hashIndex) cell(i uint64) *cell {
	return (*cell)(unsafe.Add(x.base, uintptr(i&x.mask)*unsafe.Sizeof(cell{})))
}

// home returns the cell where key's probe begins. Multiplying by an odd number
// close to 2^64 over the golden ratio scatters keys that follow each other; the
// fold before it those that differ in high bits only.
func (x *hashIndex) home(key uint64) uint64 {
	return (key ^ key>>32) * 0x9E3779B97F4A7C15 >> x.shift
}

// touch prefetches key's home cell.
func (x *hashIndex) touch(key uint64) { prefetch.Line(unsafe.Pointer(x.cell(x.home(key)))) }

// find returns key's slot, claiming one from t when the key is new.
func (x *hashIndex) find(key uint64, t *table) (slot uint64, ok bool) {
	for i := x.home(key); ; {
		c := x.cell(i)
		switch s := c.state.Load(); {
		case s >= slot0:
			if c.key.Load() == key {
				return s - slot0, true
			}
			i++
		case s == free:
			if c.state.CompareAndSwap(free, taken) {
				return x.insert(c, key, t)
			}
		default:
			c.settle()
		}
	}
}

// has reports whether key is known to be in slot.
func (x *hashIndex) has(key, slot uint64) bool {
	for i := x.home(key); ; i++ {
		c := x.cell(i)
		switch s := c.state.Load(); {
		case s == free:
			return false
		case s >= slot0 && c.key.Load() == key:
			return s-slot0 == slot
		}
	}
}

// insert gives key a slot and publishes it in c, which the caller has taken. The key is
// stored before the slot, so that a reader that sees the slot sees the key.
func (x *hashIndex) insert(c *cell, key uint64, t *table) (slot uint64, ok bool) {
	slot, ok = t.claim(key)
	if !ok {
		c.state.Store(free)
		return 0, false
	}
	sched.Point("index.claimed")
	c.key.Store(key)
	c.state.Store(slot + slot0)
	return slot, true
}

// settle waits until whoever took the cell has said what is in it.
func (c *cell) settle() {
	var b backoff.Backoff
	for c.state.Load() == taken {
		b.Wait()
	}
}
