package glean

import "slices"

// digit is how many bits of the keys a pass of the sort looks at.
const digit = 11

// sort brings the entries into the order in which they are applied: by a radix
// sort of their keys' differing digits, then by comparing those of equal keys.
// (Comparing all took half of a gleaning.)
func (u *buffer) sort() {
	var differ uint64
	for _, r := range u.refs {
		differ |= r.key ^ u.refs[0].key
	}
	u.other = slices.Grow(u.other[:0], len(u.refs))[:len(u.refs)]
	for shift := 0; differ>>shift != 0; shift += digit {
		if differ>>shift&(1<<digit-1) != 0 {
			u.pass(shift)
		}
	}
	for from := 0; from < len(u.refs); {
		to := from + 1
		for to < len(u.refs) && u.refs[to].key == u.refs[from].key {
			to++
		}
		if to-from > 1 {
			slices.SortFunc(u.refs[from:to], func(a, b ref) int { return u.entry(a).compare(u.entry(b)) })
		}
		from = to
	}
}

// pass sorts by one digit, and leaves what is equal in it as it is.
func (u *buffer) pass(shift int) {
	var at [1<<digit + 1]uint32
	for _, r := range u.refs {
		at[r.key>>shift&(1<<digit-1)+1]++
	}
	for i := range 1 << digit {
		at[i+1] += at[i]
	}
	for _, r := range u.refs {
		d := r.key >> shift & (1<<digit - 1)
		u.other[at[d]] = r
		at[d]++
	}
	u.refs, u.other = u.other, u.refs
}
