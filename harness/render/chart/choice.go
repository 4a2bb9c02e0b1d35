package chart

import (
	"slices"
	"strings"

	"ckptbench/harness/result"
)

// shows reports whether a kind of chart is wanted.
func (s Style) shows(kind string) bool { return s.Kinds == nil || slices.Contains(s.Kinds, kind) }

// has reports whether an algorithm is wanted.
func (s Style) has(algorithm string) bool { return s.Only == nil || slices.Contains(s.Only, algorithm) }

// algorithms are those of e that are wanted, in the order in which they are shown.
func (s Style) algorithms(e *result.Experiment) []string {
	all := e.Algorithms(s.order)
	if s.Only == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(s.Only), func(a string) bool { return !slices.Contains(all, a) })
}

// points are those of e that are wanted.
func (s Style) points(e *result.Experiment) [][]result.Param {
	points := e.Points()
	if s.Points == nil {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points), func(p []result.Param) bool { return !s.Points(p) })
}

// Label is what is written for a name or a value.
func (s Style) Label(name string) string {
	if l, ok := s.Labels[name]; ok {
		return l
	}
	return name
}

// keyLabel is what is written for a key, which may be labelled by its last part alone.
func (s Style) keyLabel(key string) string {
	if l, ok := s.Labels[key]; ok {
		return l
	}
	if l, ok := s.Labels[key[strings.LastIndexByte(key, '.')+1:]]; ok {
		return l
	}
	return key
}

// ranged is s for a kind of chart: Y is of the axes of throughput over time; of memory, or of
// a sweep's one panel, only where none of these is wanted, as their units are others.
func (s Style) ranged(kind string) Style {
	if s.ranges() != kind {
		s.Y = Range{}
	}
	return s
}

// ranges is the kind of chart whose axis Y is of: "timeline" for throughput over time,
// "memory", "sweep", or "" for none.
func (s Style) ranges() string {
	switch {
	case s.shows("timeline") || s.shows("timeline-all") || s.shows("grid"):
		return "timeline"
	case s.shows("memory"):
		return "memory"
	case s.shows("sweep") && len(s.panels()) == 1:
		return "sweep"
	}
	return ""
}

// Ranged reports whether any chart that is wanted has the axis that Y is of.
func (s Style) Ranged() bool { return s.ranges() != "" }

// timeAxis is what a time axis shows of a trial that ends at end, seconds.
func (s Style) timeAxis(end float64) (lo, hi float64) {
	if s.Time.Hi > 0 {
		end = s.Time.Hi
	}
	return s.Time.Lo, max(end, s.Time.Lo+1e-9)
}

// valueAxis is what an axis of values shows, of which low is the least above 0 and top
// the end of the axis as the chart would have it.
func (s Style) valueAxis(low, top float64) (lo, hi float64) {
	lo = s.Y.Lo
	if s.Y.Hi > 0 {
		top = s.Y.Hi
	}
	if s.LogY && lo <= 0 {
		lo = logFloor(low, top)
	}
	if top <= lo {
		top = 2*lo + 1e-9
	}
	return lo, top
}

// within is t with only the buckets that a time axis shows; of what it shows t itself.
func (s Style) within(t *result.Trial) *result.Trial {
	if t == nil || s.Time == (Range{}) {
		return t
	}
	cut := *t
	cut.Buckets = slices.DeleteFunc(slices.Clone(t.Buckets), func(b result.Bucket) bool {
		return b.Start+b.Elapsed <= s.Time.Lo || s.Time.Hi > 0 && b.Start >= s.Time.Hi
	})
	return &cut
}
