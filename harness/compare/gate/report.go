package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ckptbench/harness/result/paired"
	"ckptbench/harness/units"
)

// A Line is one algorithm in one phase.
type Line struct {
	Algorithm string           `json:"algorithm"`              // as in the table of algorithms
	Phase     Phase            `json:"phase"`                  // at rest, or while an image is captured
	First     paired.Interval  `json:"ratio"`                  // head's throughput over base's
	Second    *paired.Interval `json:"confirmation,omitempty"` // of a measurement of its own; nil: there was no need
	// Of both measurements, where there were two.
	Seen Seen `json:"seen"` // how much was measured
	// By the first interval; infinite with a single opening.
	Sees float64 `json:"sees"` // least difference that would have shown, a share
	// Nil for none itself and beside a capture.
	OfNone *paired.Interval `json:"of_none,omitempty"` // head's throughput over head's none
	// Nil without a baseline, or where that has none.
	OtherDay *float64 `json:"of_none_then,omitempty"` // the same in the stored baseline
	// Impossible is set where OfNone is above 1 by more than the noise: an error
	// of measurement.
	Impossible bool    `json:"impossible,omitempty"`
	Verdict    Verdict `json:"verdict"`       // what it comes to
	Why        string  `json:"why,omitempty"` // for a person
}

// A Report is the outcome of a comparison.
type Report struct {
	Threshold float64 `json:"threshold"` // the least slow-down that counts, a part of 1
	// Set by the caller, for a person.
	Base string `json:"base"` // which build
	Head string `json:"head"` // which build
	// At rest, from the first measurement.
	Control     paired.Interval `json:"control"` // base's none against itself
	ControlSeen Seen            `json:"control_seen"`
	Took        time.Duration   `json:"took_ns"`         // measuring, without building
	Lines       []Line          `json:"lines"`           // a line for each algorithm and phase
	Exact       []ExactLine     `json:"exact,omitempty"` // figures that need no statistics
	Notes       []string        `json:"notes,omitempty"` // for a person
}

// Regressed reports whether anything did.
func (r *Report) Regressed() bool {
	return slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Verdict == Regressed }) ||
		slices.ContainsFunc(r.Exact, func(l ExactLine) bool { return l.Verdict == Regressed })
}

// Unsettled reports whether a figure at rest was too noisy to say anything. Beside a
// capture the workers share their cores with it, and more noise is the rule.
func (r *Report) Unsettled() bool {
	return slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Verdict == Unsettled && l.Phase == Rest })
}

// Sentence is the outcome in words, on one line.
func (r *Report) Sentence() string {
	// Lines first, then exact figures, in the report's order.
	with := func(v Verdict) []string {
		var names []string
		for _, l := range r.Lines {
			if l.Verdict == v {
				names = append(names, l.words())
			}
		}
		for _, l := range r.Exact {
			if l.Verdict == v {
				names = append(names, l.words())
			}
		}
		return names
	}
	var parts []string
	if slow := with(Regressed); len(slow) > 0 {
		parts = append(parts, "Regressed: "+strings.Join(slow, "; ")+".")
	}
	if wide := with(Unsettled); len(wide) > 0 {
		parts = append(parts, "Not settled, measure again on a quieter machine: "+strings.Join(wide, "; ")+".")
	}
	// Only where nothing is worse or open: what is faster is said behind it.
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("Same or better (threshold %s).", units.Percent(r.Threshold, 1)))
	}
	if fast := with(Faster); len(fast) > 0 {
		parts = append(parts, "Faster: "+strings.Join(fast, "; ")+".")
	}
	return strings.Join(append(parts, r.noise()), " ")
}

// noise says what the control showed and what would have been seen.
func (r *Report) noise() string {
	seen := 0.0
	for _, l := range r.Lines {
		// The worst line, so that the sentence holds for every one.
		seen = max(seen, l.Sees)
	}
	s := fmt.Sprintf("Noise: base's none against itself %s.", interval(r.Control))
	if len(r.Lines) > 0 && !math.IsInf(seen, 0) {
		s += fmt.Sprintf(" A difference of %s would have been seen in every line.", units.Percent(seen, 1))
	}
	return s
}

// words says a line in a sentence: "calc at rest 0.951 [0.938, 0.964]".
func (l Line) words() string {
	s := l.Algorithm + " " + string(l.Phase) + " " + interval(l.First)
	if l.Second != nil {
		s += ", again " + interval(*l.Second)
	}
	return s
}

// interval writes an estimate with its interval.
func interval(i paired.Interval) string {
	if math.IsInf(i.Lo, 0) || math.IsNaN(i.Mid) {
		return "without an interval"
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", i.Mid, i.Lo, i.Hi)
}

// dash is the cell of a figure that there is none of.
const dash = units.Missing
