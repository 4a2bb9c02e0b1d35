package glean

import (
	"encoding/binary"
	"fmt"

	"ckptbench/algorithms/internal/durable"
)

// A Layout says on which leaf of a table a record is: for a package that keeps the records
// in memory in pages of the same cut.
// Its methods only read and may be called concurrently.
type Layout struct{ s shape }

// NewLayout returns the layout of a table of which snapshots are made.
// The fan-out does not matter for it: which leaf has a key depends on the number of leaves alone.
func NewLayout(id int, t durable.Table) Layout { return Layout{newShape(id, t, maxFanout)} }

// Leaves returns how many leaves there are.
func (l *Layout) Leaves() uint64 { return l.s.leaves }

// PerLeaf returns how many records a leaf of an array has, but for the last; of a
// hash index it is the average when the table is full.
func (l *Layout) PerLeaf() uint64 { return l.s.perLeaf }

// Leaf returns the leaf of a key, which in an array has to be below the capacity.
func (l *Layout) Leaf(key uint64) uint64 {
	if l.s.Hash {
		return bin(key, l.s.leaves)
	}
	return key / l.s.perLeaf
}

// Keys returns how many slots a leaf of an array has.
func (l *Layout) Keys(leaf uint64) uint64 { return l.s.keys(leaf) }

// A Leaf is one page of records, read back. It allocates nothing but for its
// buffer, which the next ReadLeaf uses again.
// A reader keeps one Leaf for all the leaves that it reads. It is for one goroutine at a time.
type Leaf struct {
	page []byte
	rest []byte // of the payload, not yet gone over
	// The place that the page should have, and where its file was found, for errors.
	s       *shape
	pages   *pages
	pointer Pointer
	index   uint64
	// n is how many slots were passed, so that the key of the next one is known; first and last
	// are what the order of a bin is checked against.
	n     uint64 // slots gone over, of an array
	first bool
	last  uint64 // key, of a bin
	err   error

	// The record that Next came to. Present is false for a tombstone, of which only Key and Stamp
	// mean something.
	Key, Stamp uint64
	Present    bool
	Value      []byte // valid until the next ReadLeaf
}

// ReadLeaf reads the page at p, which is a leaf of a snapshot of d, and checks
// that it is what it should be. It may be called concurrently, and beside a
// gleaning; once the second snapshot after the one of p is committed p's file
// may be gone, which is an error like any other.
func (d *Dir) ReadLeaf(l *Layout, leaf uint64, p Pointer, into *Leaf) error {
	// What of the last leaf was not gone over is dropped, also where the read fails.
	into.Forget()
	page, payload, err := d.pages.read(p, 0, l.s.leafKind(), place{l.s.id, 0, leaf}, into.page)
	into.page = page
	if err != nil {
		return err
	}
	into.rest, into.s, into.pages, into.pointer, into.index = payload, &l.s, &d.pages, p, leaf
	into.n, into.first, into.last = 0, true, 0
	// A leaf of an array is as long as its slots; where it is not, keys would be taken from wrong
	// slots.
	if !l.s.Hash && uint64(len(payload)) != l.s.keys(leaf)*uint64(l.s.slot) {
		into.rest = nil
		return into.damage(fmt.Errorf("%d bytes of slots, %d are expected", len(payload), l.s.keys(leaf)*uint64(l.s.slot)))
	}
	return nil
}

// Forget makes the leaf one without records.
func (x *Leaf) Forget() { x.rest, x.err = nil, nil }

// Next goes on to the next record that is there, or was; false at the end of the
// page, and where it is damaged.
func (x *Leaf) Next() bool {
	for len(x.rest) > 0 && x.err == nil {
		if x.s.Hash {
			return x.nextInBin()
		}
		x.Key = x.index*x.s.perLeaf + x.n
		x.n++
		if !x.version(x.rest[:x.s.slot]) {
			return false
		}
		x.rest = x.rest[x.s.slot:]
		// A slot in which there never was a record has neither a value nor a stamp, and is
		// passed.
		if x.Present || x.Stamp != 0 {
			return true
		}
	}
	return false
}

// Err returns why Next ended early, or nil.
func (x *Leaf) Err() error { return x.err }

// nextInBin is Next for a leaf of a hash table. Keys ascend, and belong in this bin:
// anything else is damage.
func (x *Leaf) nextInBin() bool {
	key, n, err := nextInBin(x.rest, x.s)
	// A key in the wrong bin would be found here, and not where a lookup goes, so it counts as
	// damage.
	if err == nil && (!x.first && key <= x.last || bin(key, x.s.leaves) != x.index) {
		err = fmt.Errorf("key %d is out of order or in the wrong bin", key)
	}
	if err != nil {
		x.err = x.damage(err)
		return false
	}
	x.Key, x.last, x.first = key, key, false
	if !x.version(x.rest[8:n]) {
		return false
	}
	x.rest = x.rest[n:]
	return true
}

// version takes the record's version from b.
// It points into the page and copies nothing.
func (x *Leaf) version(b []byte) bool {
	n := binary.LittleEndian.Uint32(b[8:])
	x.Stamp, x.Present, x.Value = binary.LittleEndian.Uint64(b), n != 0, nil
	if n == 0 {
		return true
	}
	if most := min(x.s.ValueSize, len(b)-slotHeader); int64(n)-1 > int64(most) {
		x.err = x.damage(fmt.Errorf("value of %d bytes, at most %d fit", n-1, most))
		return false
	}
	x.Value = b[slotHeader : slotHeader+n-1]
	return true
}

// damage is the error for this leaf.
func (x *Leaf) damage(err error) error { return x.pages.damage(x.pointer, err) }
