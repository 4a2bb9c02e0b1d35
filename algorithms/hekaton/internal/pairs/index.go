package pairs

import "ckptbench/algorithms/internal/durable"

// A place is where a row is: in the pair of that number, at that row. The zero
// place is nowhere.
type place struct{ pair, row uint32 }

// An index says where the live row of every record is. It holds no pointers, and
// forgets nothing: a record that was deleted has a row as well.
// It is open addressing with linear probing, and belongs to the Set's goroutine. Nothing is ever
// taken out, so probing needs no marks of what was deleted.
type index struct {
	slots []slot // a power of two of them, at most 3/4 in use
	used  int
}

// A slot is one place of the index, free where at has no pair.
type slot struct {
	key   uint64
	table uint32
	at    place
}

// The size of a slot in memory, for bytes.
const slotBytes = 24

// newIndex returns an index for so many rows, at most three quarters full.
func newIndex(rows int) *index {
	n := 16
	for n*3/4 < rows {
		n *= 2
	}
	return &index{slots: make([]slot, n)}
}

// bytes is the memory of the index.
func (x *index) bytes() int64 { return int64(len(x.slots)) * slotBytes }

// hash is for the index and the window. The table is mixed into bits that few keys use.
func hash(table int, key uint64) uint64 { return durable.Mix(key ^ uint64(table)<<48) }

// find returns the slot of a record, or the free one where it belongs.
func (x *index) find(table int, key uint64) *slot {
	mask := uint64(len(x.slots) - 1)
	// It ends: at least a quarter of the slots is free.
	for i := hash(table, key) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.at.pair == 0 || s.key == key && s.table == uint32(table) {
			return s
		}
	}
}

// get returns where a record's live row is.
// The zero place means that the record has never had a row.
func (x *index) get(table int, key uint64) place { return x.find(table, key).at }

// set notes where a record's live row is, and returns where it was.
func (x *index) set(table int, key uint64, at place) (before place) {
	s := x.find(table, key)
	before = s.at
	*s = slot{key, uint32(table), at}
	if before.pair == 0 {
		if x.used++; x.used > len(x.slots)*3/4 {
			x.grow()
		}
	}
	return before
}

// grow doubles the index and files every row anew.
// It happens under the feeding of a checkpoint, never under a transaction.
func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.at.pair != 0 {
			*x.find(int(s.table), s.key) = s
		}
	}
}
