package chart

import (
	"slices"
	"strings"
)

// A Kind is a kind of chart, and what may be asked of it.
type Kind struct {
	Name  string // "timeline"
	Shows string // what is to be seen, in a sentence or two
	Time  bool   // it has a time axis: Style.Time
	Value bool   // it has an axis of values from 0: Style.Y and Style.LogY
}

// Kinds returns every kind of chart, in the order in which they are drawn.
func Kinds() []Kind {
	return []Kind{
		{"timeline", "Throughput over time, an algorithm in each panel, none behind it. Shaded: while a checkpoint was " +
			"taken; strongest where all workers were paused.", true, true},
		{"timeline-all", "Throughput over time, all algorithms in one picture. Bars above: their checkpoints, from the " +
			"trigger to durable; strongest where all workers were paused.", true, true},
		{"nines", "Latency by percentile.", false, false},
		{"lost", "Transactions that a trial has fewer than none would have had, with the interval of the pairs where " +
			"there are any.", false, false},
		{"checkpoint", "Where a checkpoint's time goes, and the pause within it.", false, false},
		{"memory", "The algorithm's own memory over time.", true, true},
		{"tradeoff", "Throughput given up against memory taken: the lower left is better.", false, false},
		{"pause-size", "Pause against the size of the database.", false, false},
		{"duration-size", "Duration of a checkpoint against the size of the database.", false, false},
		{"grid", "Throughput over time at every point of the matrix.", true, true},
		{"sweep", "Every algorithm's figures over the key that the matrix sweeps.", false, true},
		{"saved", "What share of the time batches save, by the size of the rows, beside IEP-32's published table.", false,
			false},
		{"pages", "How full the pages are that rows were put into, one by one and in batches.", false, false},
		{"gain", "How many times as fast as single puts a batch is, over its size; IEP-32's two ways.", false, false},
	}
}

// KindOf returns the kind of a chart by its name, which begins with the kind's; the zero
// Kind if there is none.
func KindOf(name string) Kind {
	var best Kind
	for _, k := range Kinds() {
		if (name == k.Name || strings.HasPrefix(name, k.Name+"-")) && len(k.Name) > len(best.Name) {
			best = k
		}
	}
	return best
}

// PanelNames are the panels of a sweep, in their order.
func PanelNames() []string {
	names := make([]string, len(figures))
	for i, f := range figures {
		names[i] = f.name
	}
	return names
}

// panels are the panels of a sweep that are wanted, in the order asked for.
func (s Style) panels() []figure {
	if s.Panels == nil {
		return figures
	}
	var out []figure
	for _, name := range s.Panels {
		if i := slices.IndexFunc(figures, func(f figure) bool { return f.name == name }); i >= 0 {
			out = append(out, figures[i])
		}
	}
	return out
}
