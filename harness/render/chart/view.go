package chart

import (
	"fmt"
	"math"
	"slices"

	"ckptbench/harness/result"
)

// A view is one matrix point made ready for drawing.
type view struct {
	exp   *result.Experiment
	point []result.Param
	style Style
	algs  []algorithm // in the style's order
}

// An algorithm is its row over all trials and the one trial that timelines
// show: the one whose throughput is nearest to the median.
type algorithm struct {
	name  string // in the result, as text
	label string // as it is shown
	look  Look
	// Over all trials that count.
	row   result.Row
	trial *result.Trial // nil if it has nothing to show
	// Those that count where the row has figures; else all of them.
	all []*result.Trial
}

// maxName is the longest name shown, letters; a longer one would leave a chart
// no room.
const maxName = 20

// newView collects what is drawn of one point.
func newView(e *result.Experiment, point []result.Param, style Style) view {
	v := view{exp: e, point: point, style: style.with(e.Algorithms(nil))}
	for _, r := range e.Aggregate(v.style.order) {
		if !slices.Equal(r.Params, point) || !style.has(r.Algorithm) {
			continue
		}
		a := algorithm{name: short(r.Algorithm, maxName), label: short(style.Label(r.Algorithm), maxName),
			look: v.style.Look(r.Algorithm), row: r, all: e.At(r.Algorithm, point)}
		if r.Measured() {
			a.all = result.Counted(a.all)
			a.trial = style.within(median(a.all, r.Throughput.Median))
		}
		v.algs = append(v.algs, a)
	}
	if style.Only != nil {
		slices.SortStableFunc(v.algs, func(a, b algorithm) int {
			return slices.Index(style.Only, a.row.Algorithm) - slices.Index(style.Only, b.row.Algorithm)
		})
	}
	return v
}

// median is the trial whose throughput is the nearest to the row's median: it stands for
// all in a timeline.
func median(ts []*result.Trial, throughput float64) *result.Trial {
	var best *result.Trial
	least := math.Inf(1)
	for _, t := range ts {
		// Nothing committed: it can stand for nobody.
		if t.Throughput == nil {
			continue
		}
		if d := math.Abs(*t.Throughput - throughput); d < least {
			best, least = t, d
		}
	}
	return best
}

// title is the algorithm's name as a panel or a legend shows it.
func (a algorithm) title() string {
	if a.trial != nil && a.trial.Status == result.Partial {
		return a.label + " (partial)"
	}
	return a.label
}

// why says what went wrong with an algorithm without figures.
func (a algorithm) why() string {
	if len(a.row.Errors) > 0 {
		return clean(a.row.Errors[0])
	}
	return "no trial ran to its end"
}

// drawable returns the algorithms with a trial for which has is true.
func (v view) drawable(has func(algorithm) bool) []algorithm {
	var out []algorithm
	for _, a := range v.algs {
		if a.trial != nil && has(a) {
			out = append(out, a)
		}
	}
	return out
}

// hasTimeline reports whether an algorithm has a trial with buckets.
func hasTimeline(a algorithm) bool { return len(steps(a.trial, throughput, 0)) > 0 }

// failed returns the algorithms whose figures are withheld.
func (v view) failed() []algorithm {
	var out []algorithm
	for _, a := range v.algs {
		if a.row.Failed > 0 {
			out = append(out, a)
		}
	}
	return out
}

// notes are the red lines below a chart.
func (v view) notes() []string {
	var out []string
	for _, a := range v.failed() {
		out = append(out, fmt.Sprintf("%s FAILED: %s", a.label, a.why()))
	}
	return out
}

// machinesText names every machine of a merged result, each fact once.
func machinesText(ms []result.Machine) []string {
	var parts []string
	for _, m := range ms {
		for _, p := range machineText(m) {
			if !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
	}
	if len(ms) > 1 {
		parts = append([]string{fmt.Sprintf("%d machines", len(ms))}, parts...)
	}
	return parts
}

// machineText describes the machine, for the footer.
func machineText(m result.Machine) []string {
	var parts []string
	if m.CPU != "" {
		cpu := m.CPU
		if m.Cores > 0 {
			cpu += fmt.Sprintf(", %d cores", m.Cores)
		}
		if m.MemoryGiB > 0 {
			cpu += fmt.Sprintf(", %.3g GiB", m.MemoryGiB)
		}
		parts = append(parts, cpu)
	}
	if m.FileSystem != "" {
		parts = append(parts, m.FileSystem)
	}
	if m.Commit != "" {
		c := "commit " + m.Commit[:min(len(m.Commit), 9)]
		if m.Dirty {
			c += " with changes"
		}
		parts = append(parts, c)
	}
	return parts
}

// trialsText says how many trials the figures are of, for the footer.
func (v view) trialsText(shown string) string {
	// Algorithms without figures do not count.
	lo, hi := math.MaxInt, 0
	for _, a := range v.algs {
		if a.row.Measured() {
			lo, hi = min(lo, a.row.Trials), max(hi, a.row.Trials)
		}
	}
	switch {
	case hi == 0:
		return "no trial"
	case lo != hi:
		return fmt.Sprintf("%d to %d trials, %s", lo, hi, shown)
	case hi == 1:
		return "1 trial"
	}
	return fmt.Sprintf("%d trials, %s", hi, shown)
}

// verifyText says how images were checked, for the footer.
func (v view) verifyText() string {
	mode, images := "", 0
	for _, a := range v.algs {
		images += a.row.Images
		switch {
		case mode == "" || mode == a.row.Mode:
			mode = a.row.Mode
		default:
			mode = "mixed"
		}
	}
	switch mode {
	case "":
		return ""
	case "off":
		return "images NOT verified"
	}
	return fmt.Sprintf("verification: %s, %d images", mode, images)
}

// warnings are the machine's and the trials', each once.
func (v view) warnings() []string {
	ws := v.exp.Warnings()
	for _, a := range v.algs {
		for _, w := range a.row.Warnings {
			if !slices.Contains(ws, w) {
				ws = append(ws, w)
			}
		}
		for _, t := range a.all {
			if t.Profiled && !slices.Contains(ws, "profiled") {
				ws = append(ws, "profiled")
			}
		}
	}
	return ws
}
