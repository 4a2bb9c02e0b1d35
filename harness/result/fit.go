package result

import (
	"math"
	"slices"
)

// Resolution is the shortest pause that says something about the database, in
// seconds: that of no work at all, in which the transactions that are running
// come to their ends, takes about as long.
const Resolution = 50e-6

// The words for how a figure grows.
const (
	Never     = "none"       // it is zero at every size
	Flat      = "flat"       // below the resolution, or a slope under SlopeFlat
	Between   = "in between" // a slope from SlopeFlat to SlopeLinear
	Linear    = "linear"     // a slope from SlopeLinear to SlopeSteep
	Steep     = "steeper"    // a slope above SlopeSteep
	Unclear   = "unclear"    // the slope's range reaches from flat to linear
	TooFew    = "too few sizes"
	leastSize = 3 // sizes that a fit needs
)

// The slopes between which the words change.
const (
	SlopeFlat   = 0.25
	SlopeLinear = 0.75
	SlopeSteep  = 1.25
)

// A Fit is how a figure grows with the number of records n, by the method of
// Theil and Sen: the slope of a line is the median of the slopes of all pairs of
// points. The points are the medians at each size, so that no single
// measurement and no size with more of them than the others decides.
type Fit struct {
	Sizes int // that have the figure
	// The figure as Base + PerRecord·n, in its unit.
	Base, PerRecord float64
	// The slope of log figure over log n: 0 is flat, 1 is linear. A figure below
	// the resolution counts as the resolution.
	Slope  float64
	Lo, Hi float64 // its range
	Level  float64 // coverage of Lo..Hi as an interval, at least 0.95; 0 if it is that of all pairs
	Word   string  // Never, Flat and so on
}

// NewFit fits the values ys at the sizes ns, all of them different and more
// than 0. resolution is what ys can tell apart from zero.
func NewFit(ns, ys []float64, resolution float64) Fit {
	f := Fit{Sizes: len(ns)}
	top := 0.0
	for _, y := range ys {
		top = max(top, y)
	}
	if f.Fitted() {
		f.line(ns, ys)
		f.power(ns, ys, resolution)
	}
	f.Word = f.word(top, resolution)
	return f
}

// Fitted reports whether there were sizes enough for a slope.
func (f *Fit) Fitted() bool { return f.Sizes >= leastSize }

// line fits a straight line: the median of all slopes between two sizes (Theil and Sen),
// which one odd size does not bend.
func (f *Fit) line(ns, ys []float64) {
	f.PerRecord = middle(slopes(ns, ys))
	rest := make([]float64, len(ns))
	for i := range ns {
		rest[i] = ys[i] - f.PerRecord*ns[i]
	}
	slices.Sort(rest)
	f.Base = middle(rest)
}

// power fits the exponent, with an interval. A figure below the clock's resolution counts
// as the resolution, as its logarithm would otherwise be arbitrary.
func (f *Fit) power(ns, ys []float64, resolution float64) {
	x, y := make([]float64, len(ns)), make([]float64, len(ns))
	for i := range ns {
		x[i], y[i] = math.Log(ns[i]), math.Log(max(ys[i], resolution))
	}
	s := slopes(x, y)
	f.Slope = middle(s)
	k, level := slopeInterval(len(ns))
	f.Lo, f.Hi, f.Level = s[k], s[len(s)-1-k], level
}

// word classifies the growth. top is the largest figure.
func (f *Fit) word(top, resolution float64) string {
	switch {
	case f.Sizes > 0 && top == 0:
		return Never
	case f.Sizes > 0 && top < resolution:
		return Flat
	case !f.Fitted():
		return TooFew
	case f.Lo < SlopeFlat && f.Hi > SlopeLinear:
		return Unclear
	case f.Slope < SlopeFlat:
		return Flat
	case f.Slope < SlopeLinear:
		return Between
	case f.Slope <= SlopeSteep:
		return Linear
	}
	return Steep
}

// slopes are those of all pairs of points, sorted.
func slopes(x, y []float64) []float64 {
	var out []float64
	for i := range x {
		for j := range i {
			out = append(out, (y[i]-y[j])/(x[i]-x[j]))
		}
	}
	slices.Sort(out)
	return out
}

// middle is the median of sorted values.
func middle(v []float64) float64 {
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// slopeInterval returns which of the sorted slopes of n points, the k-th from
// either end, bound the true slope with at least the wanted confidence, or 0 and
// level 0 if even the outermost do not: with fewer than five points. How many
// slopes lie below the true one is distributed as the inversions of a random
// permutation, whatever the errors' distribution (Sen, JASA 1968).
func slopeInterval(n int) (k int, level float64) {
	tail := 0.0
	for i, p := range inversions(n) {
		if tail += p; 1-2*tail < confidence {
			break
		}
		k, level = i, 1-2*tail
	}
	return k, level
}

// inversions is the distribution of the number of inversions of a random
// permutation of n.
func inversions(n int) []float64 {
	p := []float64{1}
	for i := 2; i <= n; i++ {
		next := make([]float64, len(p)+i-1)
		for a, v := range p {
			for b := range i {
				next[a+b] += v / float64(i)
			}
		}
		p = next
	}
	return p
}
