package regress

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// What counts as worse.
const (
	// No option moves these.
	alpha     = 0.05 // chance of a false alarm for one figure of all algorithms at a point
	minTrials = 4    // with fewer no U test comes below alpha
	gross     = 3    // times the threshold and the spread, where there are too few trials to test
)

// mannWhitney returns the two-sided p of a and b being from one distribution.
func mannWhitney(a, b []float64) float64 {
	// A copy, as the samples keep a pointer to it.
	t := benchmath.DefaultThresholds
	// NewSample sorts what it is given.
	x, y := benchmath.NewSample(slices.Clone(a), &t), benchmath.NewSample(slices.Clone(b), &t)
	// The U test makes no assumption about how figures of trials are distributed, other than a t
	// test.
	return benchmath.AssumeNothing.Compare(x, y).P
}

// holm returns the p values as Holm's step-down method corrects them, in their
// order: to reject those below alpha errs at all with a chance of at most alpha.
func holm(ps []float64) []float64 {
	// Indices sorted by p; ties stay in the algorithms' order, so that a report is the same each
	// time.
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case ps[i] < ps[j]:
			return -1
		case ps[i] > ps[j]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(ps))
	least := 0.0
	for rank, i := range order {
		// The smallest p is times the number of questions, the next one less, and so on; none
		// may end below one before it.
		least = max(least, min(1, ps[i]*float64(len(ps)-rank)))
		out[i] = least
	}
	return out
}

// enough reports whether n and m trials that do not overlap at all would be told
// apart, as one of so many questions.
func enough(n, m, questions int) bool {
	if n < minTrials || m < minTrials {
		return false
	}
	// C(n+m, n) by logarithms of factorials, which do not overflow.
	a, _ := math.Lgamma(float64(n + m + 1))
	b, _ := math.Lgamma(float64(n + 1))
	c, _ := math.Lgamma(float64(m + 1))
	// The smallest two-sided p there is: of all ways to order the trials, two set the sides
	// wholly apart.
	least := 2 / math.Exp(a-b-c)
	return least*float64(questions) < alpha
}

// wanted returns how many trials on both sides would do.
func wanted(questions int) int {
	n := minTrials
	for !enough(n, n, questions) {
		n++
	}
	return n
}
