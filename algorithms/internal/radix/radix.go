// Package radix sorts short stand-ins for long things by a number: moving 16 bytes
// a few times beats comparing and moving the things themselves.
package radix

import "slices"

// digit is how many bits of the keys a pass looks at.
const digit = 11

// An Item stands for something that is sorted by Key. What At is, is up to the
// caller: where the thing lies.
type Item struct{ Key, At uint64 }

// Sort sorts items by Key, and leaves those of equal keys in their order. It
// returns them in one of two slices, items or spare, grown where need be, and the
// other one, whose content does not matter. It looks at those digits only in which
// keys differ.
func Sort(items, spare []Item) (sorted, other []Item) {
	var differ uint64
	ascend := true
	for i := range items {
		differ |= items[i].Key ^ items[0].Key
		ascend = ascend && (i == 0 || items[i-1].Key <= items[i].Key)
	}
	if ascend {
		return items, spare
	}
	spare = slices.Grow(spare[:0], len(items))[:len(items)]
	for shift := 0; differ>>shift != 0; shift += digit {
		if differ>>shift&(1<<digit-1) != 0 {
			pass(items, spare, shift)
			items, spare = spare, items
		}
	}
	return items, spare
}

// pass sorts from into to by one digit, and leaves what is equal in it as it is.
func pass(from, to []Item, shift int) {
	var at [1 << digit]uint32
	for i := range from {
		at[from[i].Key>>shift&(1<<digit-1)]++
	}
	sum := uint32(0)
	for i, n := range at {
		at[i] = sum
		sum += n
	}
	to = to[:len(from)]
	for _, x := range from {
		d := x.Key >> shift & (1<<digit - 1)
		to[at[d]] = x
		at[d]++
	}
}
