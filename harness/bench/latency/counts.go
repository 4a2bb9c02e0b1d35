// Package latency counts latencies in cells whose width grows with the latency,
// for one goroutine at a time, and packs the counts small. The cells are those of
// an HdrHistogram of two digits, so that the two convert into each other exactly.
package latency

import (
	"math/bits"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	// Longest is the longest latency that is told from a longer one: 104 days, in
	// nanoseconds. A trial lasts a week at most.
	Longest = 1<<53 - 1
	// Digits is how many decimal digits of a latency are kept.
	Digits = 2

	halfBits = 7                                // a power of two has 128 cells
	cells    = (53-halfBits-1)<<halfBits + 1<<8 // up to that of Longest
)

// Counts are how many latencies there were of each size. The zero value is empty.
// It belongs to one goroutine.
type Counts struct{ n [cells]uint64 }

// cell returns the cell of a latency. Below 256 ns each has its own; above, cells
// are so wide that 128 to 255 of them make up a power of two.
func cell(ns uint64) int {
	ns = min(ns, Longest)
	shift := bits.Len64(ns|(1<<(halfBits+1)-1)) - (halfBits + 1)
	return shift<<halfBits + int(ns>>shift)
}

// low returns the shortest latency of a cell.
func low(cell int) uint64 {
	if cell < 2<<halfBits {
		return uint64(cell)
	}
	shift := cell>>halfBits - 1
	return uint64(cell-shift<<halfBits) << shift
}

// Add counts n latencies of so many nanoseconds each.
func (c *Counts) Add(ns, n uint64) { c.n[cell(ns)] += n }

// AddEven counts n latencies that go down from first in equal steps, gap apart:
// those of n transactions that became due one after another and were all given up
// at the same moment. It takes as long for a billion as for a thousand. The last
// is not to be negative by more than rounding.
func (c *Counts) AddEven(first, gap float64, n uint64) {
	for k := uint64(0); k < n; {
		v := max(0, first-float64(k)*gap)
		i := cell(uint64(v))
		next := k + 1
		if gap <= 0 {
			next = n
		} else if floor := float64(low(i)); v > floor {
			next = max(next, k+1+uint64((v-floor)/gap))
		}
		next = min(next, n)
		c.n[i] += next - k
		k = next
	}
}

// Merge adds what other counts.
func (c *Counts) Merge(other *Counts) {
	for i, n := range other.n {
		c.n[i] += n
	}
}

// Reset empties c.
func (c *Counts) Reset() { clear(c.n[:]) }

// Total returns how many latencies were counted.
func (c *Counts) Total() uint64 {
	sum := uint64(0)
	for _, n := range c.n {
		sum += n
	}
	return sum
}

// HDR returns an HdrHistogram of the same cells and counts.
func (c *Counts) HDR() *hdrhistogram.Histogram {
	s := &hdrhistogram.Snapshot{
		LowestTrackableValue: 1, HighestTrackableValue: Longest, SignificantFigures: Digits, Counts: make([]int64, cells),
	}
	for i, n := range c.n {
		s.Counts[i] = int64(n)
	}
	return hdrhistogram.Import(s)
}

// Spread calls add for every cell that latencies of from to to nanoseconds fall
// into, with the part of the stretch that lies in the cell: add returns how many
// are to be counted there.
func (c *Counts) Spread(from, to float64, add func(width float64) uint64) {
	from = max(0, from)
	for i := cell(uint64(from)); from < to && i < cells; i++ {
		end := to
		if i+1 < cells {
			end = min(to, float64(low(i+1)))
		}
		c.n[i] += add(end - from)
		from = end
	}
}
