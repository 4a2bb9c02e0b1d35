package gate

import (
	"math"

	"ckptbench/harness/result/paired"
)

// A Verdict is what a comparison says.
type Verdict string

// The verdicts. Regressed makes a comparison fail, Unsettled makes it say nothing.
const (
	Same      Verdict = "same"
	Faster    Verdict = "faster"
	Regressed Verdict = "regressed"
	Unsettled Verdict = "not settled"
	Shown     Verdict = "shown" // not judged
)

// limits are what estimates are held against, as distances from 1.
type limits struct {
	threshold float64 // of the estimate
	margin    float64 // of the interval's near end
	// Not less than margin.
	noise float64 // the control's far end
}

// leastMargin is the least distance from 1 that an interval needs to count.
const leastMargin = 0.01

// limits derives them from the threshold and the control.
func (o *Options) limits(control paired.Interval) limits {
	// With a small threshold the margin shrinks with it, so that it stays the lesser of the two.
	l := limits{threshold: o.Threshold, margin: min(leastMargin, o.Threshold/3)}
	if off := math.Abs(control.Mid - 1); off > l.margin { // false for a control without a figure
		l.margin = off
	}
	// Faster asks for more than slower: a gain must lie beyond all that the control's interval
	// allows.
	l.noise = max(l.margin, 1-control.Lo, control.Hi-1)
	return l
}

// slow reports whether an estimate is that of a slower head.
func (l limits) slow(i paired.Interval) bool { return i.Mid < 1-l.threshold && i.Hi < 1-l.margin }

// fast reports whether an estimate is that of a faster head.
func (l limits) fast(i paired.Interval) bool {
	return i.Mid > 1+l.threshold && i.Lo > 1+l.noise
}

// impossible reports whether a ratio to none is above 1 by more than the noise: no
// algorithm is faster than none, so that the measurement is wrong.
func (l limits) impossible(ofNone paired.Interval) bool { return ofNone.Lo > 1+l.noise }

// sees returns the least difference that the estimate's interval would have shown.
func (l limits) sees(i paired.Interval) float64 { return max(l.threshold, l.margin+i.HalfWidth()) }

// unsettledFrom is how many times the threshold the least difference seen may be.
const unsettledFrom = 2

// judge decides by the first measurement and, where that was suspect, the second.
func (l limits) judge(first paired.Interval, second *paired.Interval) (v Verdict, why string) {
	slow, fast := l.slow(first), l.fast(first)
	switch {
	case !(l.sees(first) <= unsettledFrom*l.threshold) && !slow && !fast:
		// Not narrow enough to see twice the threshold, and not so far off that it shows all the
		// same. Negated, as the width may be undefined.
		return Unsettled, "too wide an interval"
	case second == nil || !slow && !fast:
		// A first measurement alone never makes it fail. Where another phase was the suspect
		// one, there is a second measurement, which is not asked.
		return Same, ""
	case slow && l.slow(*second):
		return Regressed, "confirmed"
	case fast && l.fast(*second):
		return Faster, "confirmed"
	case slow:
		return Same, "slower at first, not confirmed"
	}
	return Same, "faster at first, not confirmed"
}
