package oracle

import "iter"

// An Initial describes the database before the first recorded transaction. It
// may be asked concurrently. Ranges is the usual one; a *State makes a
// recovered database the start of a new history.
type Initial interface {
	// At returns the stamp the record started with and whether it was
	// present; 0 and false for one that never existed.
	At(table int, key uint64) (stamp uint64, present bool)
	// Len returns how many records were present.
	Len() int
	// All yields the table and key of each of them. Only a check that missed
	// some asks for it, to name them.
	All() iter.Seq2[int, uint64]
}

// A Range is the Count records of a table with the keys First, First+1, ...
type Range struct {
	Table        int
	First, Count uint64
}

// Ranges is a bulk load of disjoint ranges, all with stamp 0. Nil is the empty
// database.
type Ranges []Range

// At implements Initial.
func (rs Ranges) At(table int, key uint64) (stamp uint64, present bool) {
	for _, r := range rs {
		if r.Table == table && key-r.First < r.Count {
			return 0, true
		}
	}
	return 0, false
}

// Len implements Initial.
func (rs Ranges) Len() int {
	n := uint64(0)
	for _, r := range rs {
		n += r.Count
	}
	return int(n)
}

// All implements Initial.
func (rs Ranges) All() iter.Seq2[int, uint64] {
	return func(yield func(int, uint64) bool) {
		for _, r := range rs {
			for i := range r.Count {
				if !yield(r.Table, r.First+i) {
					return
				}
			}
		}
	}
}
