package claims

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
)

// A view is an experiment as decisions look at it.
type view struct {
	// Only read.
	exp  *result.Experiment
	rows []result.Row // of exp, once a pair was asked for
}

// points returns those that w allows, at least one.
func (v *view) points(w Where) ([][]result.Param, error) {
	ps := w.of(v.exp.Points())
	// Without a condition every point passes, so then there are no trials at all.
	if len(ps) == 0 && len(w) > 0 {
		return nil, fmt.Errorf("%w, %s", errNoPoint, w)
	}
	if len(ps) == 0 {
		return nil, fmt.Errorf("it has no trials")
	}
	return ps, nil
}

// stat returns a figure of an algorithm at a point, over its trials. The error
// says why there is none: a trial that was wrong, interrupted, profiled or not
// checked does not count.
func (v *view) stat(algorithm string, point []result.Param, f Figure) (result.Stat, error) {
	ts := v.exp.At(algorithm, point)
	if len(ts) == 0 {
		return result.Stat{}, fmt.Errorf("%s was not run%s", algorithm, at(point))
	}
	var xs []float64
	// One trial that does not count makes the point not measurable: to leave it out would choose
	// among trials.
	for _, t := range ts {
		if err := measures(t); err != nil {
			return result.Stat{}, fmt.Errorf("%s%s %w", algorithm, at(point), err)
		}
		var base *result.Trial
		if f.Base != "" {
			base = v.round(f.Base, t)
		}
		// A trial without the figure is no fault of it: it may have had no checkpoint.
		if x, ok := f.of(t, base); ok {
			xs = append(xs, x)
		}
	}
	// After the trials were looked at, so that a pair does not hide one that failed.
	if s, ok := v.pairStat(algorithm, point, f); ok {
		return s, nil
	}
	if len(xs) == 0 {
		return result.Stat{}, fmt.Errorf("%s%s has no figure for the %s", algorithm, at(point), f.Name)
	}
	return result.NewStat(xs), nil
}

// measures says why a trial has no figure: it does not count, or it was overloaded,
// so that its figures depend on how long it lasted.
func measures(t *result.Trial) error {
	// Here and not in counts: whether an image is right does not depend on the load, so a Proof
	// takes such trials.
	if t.Overloaded {
		// The messages go behind an algorithm's name.
		return fmt.Errorf("was overloaded: it did not reach the rate of the open loop")
	}
	return counts(t)
}

// counts says why a trial does not count.
func counts(t *result.Trial) error {
	switch {
	case t.Status == result.Failed:
		return fmt.Errorf("failed: %s", firstLine(t.Error))
	case t.Status == result.Partial:
		return fmt.Errorf("was interrupted")
	case t.Idle():
		return fmt.Errorf("committed nothing")
	case t.Profiled:
		return fmt.Errorf("was profiled, which slows it down")
	case t.Judged() == result.NotChecked:
		return fmt.Errorf("has images that nobody checked (%s)", t.WhyNotChecked())
	}
	return nil
}

// firstLine is as much of a message as a table has room for.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.Join(strings.Fields(line), " ")
}

// round returns an algorithm's trial of the same round and point as t, or nil.
func (v *view) round(algorithm string, t *result.Trial) *result.Trial {
	for _, b := range v.exp.At(algorithm, t.Params) {
		// A base that does not count is as good as none.
		if b.Round == t.Round && measures(b) == nil {
			return b
		}
	}
	return nil
}

// at names a point within a sentence.
func at(point []result.Param) string {
	if len(point) == 0 {
		return ""
	}
	return " at " + label(point)
}

// label writes a point as the tables of a report do.
func label(point []result.Param) string {
	words := make([]string, len(point))
	for i, p := range point {
		words[i] = p.Key + "=" + p.Value
	}
	return strings.Join(words, " ")
}

// value returns a coordinate as a number.
func value(point []result.Param, key string) (float64, bool) {
	i := slices.IndexFunc(point, func(p result.Param) bool { return p.Key == key })
	if i < 0 {
		return 0, false
	}
	// With units such as 1M; what is a word, such as a name of a workload, is not a number.
	return result.Quantity(point[i].Value)
}
