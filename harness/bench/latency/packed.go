package latency

import (
	"encoding/binary"
	"slices"
)

// Packed are Counts without their empty cells: for every other one, how many
// cells it is after the one before, and its count, as varints. One of a tenth of
// a second takes about a kilobyte; Counts take 48.
type Packed []byte

// Pack returns what c counts.
func (c *Counts) Pack() Packed {
	var p Packed
	last := 0
	for i, n := range c.n {
		if n == 0 {
			continue
		}
		p = binary.AppendUvarint(p, uint64(i-last))
		p = binary.AppendUvarint(p, n)
		last = i
	}
	return slices.Clip(p)
}

// AddTo adds what p counts to c. What Pack did not make is taken as far as it
// makes sense.
func (p Packed) AddTo(c *Counts) {
	at := uint64(0)
	for len(p) > 0 {
		step, a := binary.Uvarint(p)
		if a <= 0 {
			return
		}
		n, b := binary.Uvarint(p[a:])
		if at += step; b <= 0 || at >= cells {
			return
		}
		c.n[at] += n
		p = p[a+b:]
	}
}
