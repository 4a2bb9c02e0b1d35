package workload

import "math/bits"

// distinct is the set of keys one transaction has so far: an open hash table,
// at most half full, that is cleared by starting a new round.
type distinct struct {
	slots []seen // a power of two
	shift int    // what is left of a hash shifted by it is a slot
	round uint64 // from 1
}

type seen struct {
	key   uint64
	round uint64 // the round it belongs to; the slot is free in all others
}

// newDistinct makes an empty set for up to n keys, n at least 1.
func newDistinct(n int) distinct {
	width := bits.Len(uint(2*n - 1))
	return distinct{slots: make([]seen, 1<<width), shift: 64 - width, round: 1}
}

func (d *distinct) clear() { d.round++ }

// add puts k in and reports whether it was not there.
func (d *distinct) add(k uint64) bool {
	mask := uint64(len(d.slots) - 1)
	// Fibonacci hashing: neighbouring keys, the likely ones, land far apart.
	for i := k * 0x9E3779B97F4A7C15 >> d.shift; ; i = (i + 1) & mask {
		switch s := &d.slots[i]; {
		case s.round != d.round:
			*s = seen{k, d.round}
			return true
		case s.key == k:
			return false
		}
	}
}
