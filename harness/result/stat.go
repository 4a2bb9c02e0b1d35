package result

import (
	"fmt"
	"math"
	"slices"
)

// confidence is the least coverage of an interval that is called one.
const confidence = 0.95

// A Stat is the median of one figure over trials, with a range round it. The
// range is the non-parametric interval of the median where there are enough
// trials for one (6), otherwise the smallest and the largest value.
type Stat struct {
	N      int     // trials that have the figure; 0 means not measured
	Median float64 // of the N trials
	Lo, Hi float64 // and Hi: the interval of the median, or the range
	Level  float64 // coverage of Lo..Hi as an interval, at least 0.95; 0 if it is min..max
}

// NewStat returns the median and range of vs, none of which may be NaN.
func NewStat(vs []float64) Stat {
	n := len(vs)
	if n == 0 {
		return Stat{}
	}
	v := slices.Sorted(slices.Values(vs))
	s := Stat{N: n, Median: (v[(n-1)/2] + v[n/2]) / 2}
	k, level := medianInterval(n)
	s.Lo, s.Hi, s.Level = v[k], v[n-1-k], level
	return s
}

// Range says what Lo..Hi is, for a legend or a footnote.
func (s Stat) Range() string {
	switch {
	case s.N == 0:
		return "not measured"
	case s.N == 1:
		return "single trial"
	case s.Level == 0:
		return "min..max"
	}
	return fmt.Sprintf("%.1f %% interval", 100*s.Level)
}

// medianInterval returns the narrowest pair of order statistics v[k],
// v[n-1-k] that covers the median with at least the wanted confidence, or 0
// and level 0 if even min..max does not. The number of values below the median
// is binomial with p = 1/2, whatever the values' distribution: v[k]..v[n-1-k]
// misses it with twice the probability of at most k.
func medianInterval(n int) (k int, level float64) {
	term := math.Pow(0.5, float64(n)) // C(n, 0)/2^n
	tail := 0.0
	for i := 0; i < n/2; i++ {
		tail += term
		if 1-2*tail < confidence {
			break
		}
		k, level = i, 1-2*tail
		term *= float64(n-i) / float64(i+1)
	}
	return k, level
}
