package glean

import (
	"fmt"
	"math/bits"

	"ckptbench/algorithms/internal/durable"
)

// Limits of the format.
const (
	maxTables  = 1 << 16
	maxName    = 256
	maxValue   = 1 << 28
	maxRecords = 1 << 32 // of a table
	maxFanout  = (unit - pageHeader) / 8
)

func checkTable(t durable.Table) error {
	if len(t.Name) > maxName || t.ValueSize < 0 || t.ValueSize > maxValue || t.Capacity > maxRecords {
		return fmt.Errorf("table %.40q of %d records of %d bytes is out of range", t.Name, t.Capacity, t.ValueSize)
	}
	return nil
}

// A shape is the tree that a table is stored as: leaves, which are pages of an
// array or bins of a hash index, under interior pages of a fixed fan-out. It
// never changes, so the leaf of a key is found by reckoning, and two partitions
// never meet in a page other than the root.
type shape struct {
	durable.Table
	id      int
	slot    int // bytes of a slot of an array
	perLeaf uint64
	leaves  uint64
	fanout  uint64
	levels  int    // of interior pages; the root's level
	below   uint64 // leaves under a child of the root
	kids    uint64 // children of the root
}

const slotHeader = 12 // stamp u64, length + 1 u32

func newShape(id int, t durable.Table, fanout int) shape {
	s := shape{Table: t, id: id, fanout: uint64(fanout), levels: 1}
	s.slot = (slotHeader + t.ValueSize + 7) &^ 7
	s.perLeaf = max(1, uint64((unit-pageHeader)/s.slot))
	if t.Hash { // three quarters full on average, so that most bins take one unit
		s.perLeaf = max(1, uint64((unit-pageHeader)*3/4/(s.slot+8)))
	}
	s.leaves = (t.Capacity + s.perLeaf - 1) / s.perLeaf
	for span := s.fanout; span < s.leaves; span *= s.fanout {
		s.levels++
	}
	s.below = s.span(s.levels - 1)
	s.kids = (s.leaves + s.below - 1) / s.below
	return s
}

// span returns how many leaves lie under a node at a level.
func (s *shape) span(level int) uint64 {
	n := uint64(1)
	for range level {
		n *= s.fanout
	}
	return n
}

// leaf returns the leaf of a key.
func (s *shape) leaf(key uint64) (uint64, error) {
	if s.Hash {
		if s.leaves == 0 {
			return 0, fmt.Errorf("key %d of table %q, which has no room", key, s.Name)
		}
		return bin(key, s.leaves), nil
	}
	if key >= s.Capacity {
		return 0, fmt.Errorf("key %d of table %q, which ends before %d", key, s.Name, s.Capacity)
	}
	return key / s.perLeaf, nil
}

// bin returns to which of n bins a key belongs.
func bin(key, n uint64) uint64 {
	hi, _ := bits.Mul64(durable.Mix(key), n)
	return hi
}

// children returns how many children the root has.
func (s *shape) children() uint64 { return s.kids }

// owner returns which of n partitions composes a leaf: each has a run of the
// root's children.
func (s *shape) owner(leaf uint64, n int) int {
	if n == 1 {
		return 0
	}
	return int(leaf / s.below * uint64(n) / s.kids)
}

// leafKind returns the kind of the table's leaves.
func (s *shape) leafKind() byte {
	if s.Hash {
		return pageHash
	}
	return pageArray
}

// keys returns how many slots an array's leaf has.
func (s *shape) keys(leaf uint64) uint64 {
	return min(s.perLeaf, s.Capacity-leaf*s.perLeaf)
}
