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
	// A page of pointers is one unit.
	maxFanout = (unit - pageHeader) / 8
)

// checkTable refuses a table that a manifest, a pointer or a page could not hold.
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
	// The place of the table in the manifest, and its name in page headers.
	id   int
	slot int // bytes of a slot of an array
	// Records to a leaf: exactly, but for the last leaf, of an array; on average, in a full
	// table, of a hash index.
	perLeaf uint64
	leaves  uint64
	fanout  uint64
	levels  int    // of interior pages; the root's level
	below   uint64 // leaves under a child of the root
	kids    uint64 // children of the root
}

// It stands before every value, in a slot as in a bin.
const slotHeader = 12 // stamp u64, length + 1 u32

// newShape reckons the tree of table id. The result depends on the table and the fan-out only,
// so every program that opens the folder finds the same one.
func newShape(id int, t durable.Table, fanout int) shape {
	s := shape{Table: t, id: id, fanout: uint64(fanout), levels: 1}
	// A slot is aligned to 8 bytes. A record larger than a unit gets a leaf, and a page, of its
	// own.
	s.slot = (slotHeader + t.ValueSize + 7) &^ 7
	s.perLeaf = max(1, uint64((unit-pageHeader)/s.slot))
	if t.Hash { // three quarters full on average, so that most bins take one unit
		s.perLeaf = max(1, uint64((unit-pageHeader)*3/4/(s.slot+8)))
	}
	s.leaves = (t.Capacity + s.perLeaf - 1) / s.perLeaf
	// As many levels of interior pages as it takes for one root; a table always has one.
	for span := s.fanout; span < s.leaves; span *= s.fanout {
		s.levels++
	}
	// Partitions are cut at the root's children, so both are needed for every change, and kept.
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
	// A hash index takes any key. An array has its keys below the capacity.
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
	// The upper half of hash times n lies evenly in [0, n), and takes no division.
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
	// reducer.share is the inverse of this.
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
	// The last leaf has the rest of the capacity.
	return min(s.perLeaf, s.Capacity-leaf*s.perLeaf)
}
