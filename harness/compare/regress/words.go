package regress

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"ckptbench/harness/units"
)

// Sentence is the outcome in words, on one line.
func (r *Report) Sentence() string {
	var worse, better, unclear, few []string
	questions := 0
	for _, l := range r.Lines {
		switch l.Verdict {
		case Regressed:
			worse = append(worse, l.words())
		case Better:
			better = append(better, l.words())
		case Unclear:
			unclear = append(unclear, l.words())
		case TooFew:
			few = appendNew(few, units.OneLine(l.Algorithm))
			// The figure with the most algorithms takes the most trials, so that is the number
			// advised.
			questions = max(questions, r.questions(l))
		}
	}
	var parts []string
	if len(worse) > 0 {
		parts = append(parts, "Regressed: "+strings.Join(worse, "; ")+".")
	} else {
		// Even where some are unclear or had too few trials: the sentences after it say so.
		parts = append(parts, fmt.Sprintf("Same or better: %s, nothing that counts is worse (threshold %s).",
			units.Plural(r.Algorithms, "algorithm"), units.ShortPercent(r.Threshold)))
	}
	if len(better) > 0 {
		parts = append(parts, "Better: "+strings.Join(better, "; ")+".")
	}
	if len(unclear) > 0 {
		parts = append(parts, "Over the threshold, but the trials overlap: "+strings.Join(unclear, "; ")+".")
	}
	if len(few) > 0 {
		parts = append(parts,
			fmt.Sprintf("Not enough trials to tell for %s (%d on both sides would do): only what is over %d times the "+
				"threshold and the trials' own spread counted.", strings.Join(few, ", "), wanted(questions), gross))
	}
	return strings.Join(parts, " ")
}

// questions returns how many algorithms l's figure was judged for at its point.
func (r *Report) questions(l Line) int {
	n := 0
	for _, o := range r.Lines {
		// Throughput is one question, as a ratio or raw.
		same := o.Metric == l.Metric ||
			strings.HasPrefix(o.Metric, metricThroughput) && strings.HasPrefix(l.Metric, metricThroughput)
		if same && o.Verdict != Shown && slices.Equal(o.Params, l.Params) {
			n++
		}
	}
	return n
}

// words says a line in a sentence: "calc: throughput over none's -15.0 % (p 0.002)".
func (l Line) words() string {
	s := units.OneLine(l.Algorithm)
	if len(l.Params) > 0 {
		s += " at " + units.OneLine(pointName(l.Params))
	}
	s += ": " + l.Metric
	if l.Metric == metricFailed {
		// No head is an algorithm that is missing there, of which the number of failed trials
		// says nothing.
		if l.Head != nil {
			s += " " + l.value(l.Base) + " -> " + l.value(l.Head)
		} else {
			return strings.TrimSuffix(s, ": "+l.Metric) + ": " + l.Why
		}
		return s + " (" + units.OneLine(l.Why) + ")"
	}
	// Empty for figures that differ in no share.
	if d := l.delta(); d != "" {
		s += " " + d
	}
	switch {
	case l.P != nil:
		s += " (p " + formatP(*l.P) + ")"
	case l.Why != "":
		s += " (" + units.OneLine(l.Why) + ")"
	}
	return s
}

// value writes one of l's figures, as precisely as is useful.
func (l Line) value(v *float64) string {
	switch {
	case v == nil:
		return dash
	case l.Metric == metricFailed || l.Metric == metricRecords || l.Metric == metricBytes || math.Abs(*v) >= 1000:
		return units.Grouped(*v)
	}
	return units.Digits(*v)
}

// delta writes the difference, or how it cannot be a share.
func (l Line) delta() string {
	switch {
	case l.Base == nil || l.Head == nil || l.Metric == metricFailed:
		return ""
	case l.Delta == nil:
		return "from 0"
	case *l.Delta != 0 && l.Verdict != Shown && (l.Metric == metricRecords || l.Metric == metricBytes) &&
		math.Abs(*l.Delta) < 0.0005:
		return fmt.Sprintf("%+d", int64(*l.Head-*l.Base)) // exact, and a share would round it away
	}
	return strings.Replace(fmt.Sprintf("%+.1f %%", 100**l.Delta), "-0.0 ", "+0.0 ", 1)
}

// spread is base's own variation, in percent.
func (l Line) spread() string {
	if l.Spread == nil {
		return dash
	}
	return fmt.Sprintf("±%.1f %%", 100**l.Spread)
}

// formatP writes a p value to three decimals.
func formatP(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}
