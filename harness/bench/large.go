package bench

import (
	"fmt"
	"sort"

	"ckptbench/algorithms/store"
)

// largeTable is the number of the table that holds the chunks of large values: those
// of the large record with number n are its keys from n times the most that a value
// may have.
const largeTable = 1

// addLarge appends to the client's accesses the chunks of those large records among
// them that come from access from on.
// All chunks that a value can have are declared, as its length is known only under the lock.
func (c *client) addLarge() {
	l := c.run.layout.large
	c.chunks = c.chunks[:0]
	for _, a := range c.access {
		at := int32(-1)
		if rank, ok := l.rank(a.Key); ok {
			at = int32(len(c.access)) - int32(c.main)
			first := rank * l.most()
			for i := range l.most() {
				c.access = append(c.access, store.Access{Key: first + i, Table: largeTable, Mode: a.Mode})
			}
		}
		c.chunks = append(c.chunks, at)
	}
}

// chunksAt returns the first access of the chunks of access i, if it belongs to a large
// record.
// at counts from the first access.
func (c *client) chunksAt(i int) (at int, ok bool) {
	if !c.large || c.chunks[i] < 0 {
		return 0, false
	}
	return c.main + int(c.chunks[i]), true
}

// readLarge copies a large value out, chunk by chunk.
func (c *client) readLarge(tx *store.Txn, at int) {
	for j := range int(c.run.layout.large.most()) {
		if v, ok := tx.Read(at + j); ok {
			copy(c.out[min(j*chunkSize, len(c.out)):], v)
		}
	}
}

// writeLarge writes a large value: its chunks, and its header, and takes out the
// chunks that it has no use for.
func (c *client) writeLarge(tx *store.Txn, i, at int) {
	l := c.run.layout.large
	// The new length follows from key and stamp.
	n := l.length(c.access[i].Key, tx.Stamp())
	// One chunk is filled for each transaction, whatever it writes.
	if c.chunkOf != tx.Stamp() {
		c.chunkOf = tx.Stamp()
		fill(c.chunk, c.chunkOf)
	}
	tx.Write(i, store.Whole, c.value[:headerSize])
	for j := range int(l.most()) {
		if left := n - j*chunkSize; left > 0 {
			tx.Write(at+j, store.Whole, c.chunk[:min(left, chunkSize)])
		} else if _, ok := tx.Read(at + j); ok {
			tx.Delete(at + j)
		}
	}
}

// deleteLarge takes the chunks of a large value out.
func (c *client) deleteLarge(tx *store.Txn, at int) {
	for j := range int(c.run.layout.large.most()) {
		if _, ok := tx.Read(at + j); ok {
			tx.Delete(at + j)
		}
	}
}

// loadLarge loads the chunks of the large records among those below records.
// Chunks are numbered over all values, so that several goroutines can load them.
func (l layout) loadLarge(s *store.Store, records uint64) error {
	n := l.large.below(records)
	ends := make([]uint64, n) // of each one's chunks, among all that are there
	sum := uint64(0)
	for rank := range n {
		sum += uint64(chunksOf(l.large.length(l.large.owner(rank), 0)))
		ends[rank] = sum
	}
	err := s.Load(largeTable, sum, func(i uint64, buf []byte) (uint64, []byte) {
		// Which value chunk i is of.
		rank := uint64(sort.Search(len(ends), func(k int) bool { return ends[k] > i }))
		j := i
		if rank > 0 {
			j -= ends[rank-1]
		}
		owner := l.large.owner(rank)
		size := min(chunkSize, l.large.length(owner, 0)-int(j)*chunkSize)
		fill(buf[:size], loaded(owner))
		return rank*l.large.most() + j, buf[:size]
	})
	if err != nil {
		return fmt.Errorf("load large values: %w", err)
	}
	return nil
}
