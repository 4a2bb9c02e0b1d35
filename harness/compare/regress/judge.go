package regress

import (
	"fmt"
	"math"

	"ckptbench/harness/result"
)

// The figures of throughput.
const (
	metricThroughput = "throughput"
	metricRatio      = "throughput over none's"
)

// A question is one figure of one algorithm that statistics decide.
type question struct {
	line Line
	// One value a trial, in the figure's unit; the two need not be of the same length.
	base, head []float64
	higher     bool    // is better
	threshold  float64 // as a share
}

// throughput compares ratios to none, or txn/s where there are none. On one
// machine what a ratio hides is shown too.
func (c *comparison) throughput(ps []pair) ([]Line, error) {
	var qs []question
	// Behind all that is judged.
	var raw []Line
	for _, p := range ps {
		// Every algorithm becomes a question before any is judged: Holm's correction is over all
		// of them.
		q := question{higher: true, threshold: c.o.Threshold}
		// For each algorithm by itself: one may lack a ratio that the others have.
		paired := c.paired(p)
		switch {
		case p.base.algorithm == baselineAlgorithm && (c.across || c.base.stored()):
			continue // its ratio is always 1
		case paired:
			q.base, q.head = p.base.relative, p.head.relative
			q.line = Line{Metric: metricRatio, Algorithm: p.base.algorithm}
		case !c.across && !c.base.stored():
			q.base, q.head = p.base.raw, p.head.raw
			q.line = Line{Metric: metricThroughput, Unit: "txn/s", Algorithm: p.base.algorithm}
		}
		// An algorithm that cannot be compared is an error and not a line left out: a gate that
		// skips it would pass.
		if len(q.base) == 0 || len(q.head) == 0 {
			return nil, fmt.Errorf("%s has no throughput that base and head share; across machines both need %s in the "+
				"same rounds", p.base.where(), baselineAlgorithm)
		}
		qs = append(qs, q)
		if paired && !c.across && len(p.base.raw) > 0 && len(p.head.raw) > 0 {
			l := line(p.base.raw, p.head.raw)
			// txn/s is shown beside the ratio and decides nothing: where none changed with the
			// algorithm, the ratio alone would not show it.
			l.Metric, l.Unit, l.Algorithm, l.Verdict = metricThroughput, "txn/s", p.base.algorithm, Shown
			raw = append(raw, l)
		}
	}
	return append(judge(qs), raw...), nil
}

// paired reports whether p is to be compared by ratios: each trial of both sides
// has one, or there is nothing else.
func (c *comparison) paired(p pair) bool {
	switch {
	case p.base.algorithm == baselineAlgorithm || len(p.base.relative) == 0 || len(p.head.relative) == 0:
		return false
	case c.across || c.base.stored():
		// Across machines txn/s says nothing, and a baseline has none.
		return true
	}
	// Some trials without a ratio would drop out unseen: then txn/s of all of them are compared.
	return len(p.base.relative) == len(p.base.right) && len(p.head.relative) == len(p.head.right)
}

// memoryThreshold is how much the peak memory may grow, as a share.
const memoryThreshold = 0.10

// peak compares the algorithm's own memory at most. Where versions pile up while
// an image is written, it follows from the machine's speed, so that it is
// compared across machines only where base's trials all agree.
func (c *comparison) peak(ps []pair) ([]Line, error) {
	var qs []question
	for _, p := range ps {
		b, h := p.base.peak, p.head.peak
		// An algorithm without memory of its own has zeros on both sides, about which there is
		// no question.
		if len(b) == 0 || len(h) == 0 || allZero(b) && allZero(h) || c.across && !allEqual(b) {
			continue
		}
		qs = append(qs, question{base: b, head: h, threshold: memoryThreshold,
			line: Line{Metric: "peak memory", Unit: "× data", Algorithm: p.base.algorithm}})
	}
	return judge(qs), nil
}

// allZero reports whether there is nothing but zeros.
func allZero(vs []float64) bool { return allEqual(vs) && (len(vs) == 0 || vs[0] == 0) }

// A shownMetric is compared but not judged: it is too noisy to gate on.
type shownMetric struct {
	name, unit string
	// From a result's unit to the one that is shown.
	scale  float64
	values func(*cell) []float64
}

// shown are the metrics that are shown and not judged: they vary too much.
var shown = []shownMetric{
	{"longest pause", "ms", 1e3, func(c *cell) []float64 { return c.pause }},
	{"checkpoint", "s", 1, func(c *cell) []float64 { return c.total }},
	{"p99.9", "µs", 1e-3, func(c *cell) []float64 { return c.p999 }},
}

// compare shows the metric of every pair that has it.
func (m shownMetric) compare(ps []pair) ([]Line, error) {
	var lines []Line
	for _, p := range ps {
		b, h := m.values(p.base), m.values(p.head)
		if len(b) == 0 || len(h) == 0 || allZero(b) && allZero(h) {
			continue
		}
		l := line(scaled(b, m.scale), scaled(h, m.scale))
		l.Metric, l.Unit, l.Algorithm, l.Verdict = m.name, m.unit, p.base.algorithm, Shown
		lines = append(lines, l)
	}
	return lines, nil
}

// scaled returns vs in another unit.
func scaled(vs []float64, by float64) []float64 {
	out := make([]float64, len(vs))
	for i, v := range vs {
		out[i] = v * by
	}
	return out
}

// judge answers the questions about one figure of all algorithms together, since
// the correction depends on how many there are.
func judge(qs []question) []Line {
	// Two passes: the correction needs all the p before the first answer.
	ps := make([]float64, len(qs))
	for i, q := range qs {
		ps[i] = mannWhitney(q.base, q.head)
	}
	// From here on p are corrected ones, and are shown as such.
	ps = holm(ps)
	lines := make([]Line, len(qs))
	for i, q := range qs {
		lines[i] = q.answer(ps[i], len(qs))
	}
	return lines
}

// answer decides one of m questions by its corrected p.
func (q question) answer(p float64, m int) Line {
	l := line(q.base, q.head)
	l.Metric, l.Unit, l.Algorithm = q.line.Metric, q.line.Unit, q.line.Algorithm
	// Of the medians, as a share of base; may be infinite.
	d := change(*l.Base, *l.Head)
	worse := d > 0 && !q.higher || d < 0 && q.higher
	limit := q.threshold
	// With few trials no p can be under alpha, however far they lie apart; then only a gross
	// difference counts.
	tell := enough(len(q.base), len(q.head), m)
	if tell {
		l.P = &p
	} else {
		// The wider side's own scatter counts too: what one side varies by is no regression of
		// the other.
		limit = gross * max(limit, spread(q.base), spread(q.head))
		l.Why = fmt.Sprintf("%d and %d trials", len(q.base), len(q.head))
	}
	switch {
	// The figures come from files of many digits; a share of 10 % must not
	// be over 10 % by rounding.
	case math.Abs(d) <= limit+1e-9 && tell:
		l.Verdict = Same
	case math.Abs(d) <= limit+1e-9:
		// Within the limit, but that many trials could not have told: said, as it is not the
		// same as Same.
		l.Verdict = TooFew
	case tell && p >= alpha:
		l.Verdict, l.Why = Unclear, "the trials overlap"
	case worse && !tell:
		l.Verdict, l.Why = Regressed, "only "+l.Why+", but a gross difference"
	case worse:
		l.Verdict = Regressed
	default:
		l.Verdict = Better
	}
	return l
}

// line sets the medians beside each other.
func line(base, head []float64) Line {
	b, h := result.NewStat(base), result.NewStat(head)
	l := Line{Base: number(b.Median), Head: number(h.Median), NBase: b.N, NHead: h.N, Delta: delta(b.Median, h.Median)}
	if b.N > 1 && b.Median > 0 {
		l.Spread = number(spread(base))
	}
	return l
}

// spread is half of the range of trials round their median, as a share of it; 0
// where it is not known.
func spread(vs []float64) float64 {
	s := result.NewStat(vs)
	if s.N < 2 || s.Median <= 0 {
		return 0
	}
	return (s.Hi - s.Lo) / 2 / s.Median
}

// number is v as an optional figure.
func number(v float64) *float64 { return &v }

// change returns head's difference as a share of base: infinite if base is 0.
func change(base, head float64) float64 {
	switch {
	case base == head:
		return 0
	case base == 0:
		return math.Inf(1)
	}
	return head/base - 1
}

// delta is change for a line, where nothing is infinite.
func delta(base, head float64) *float64 {
	d := change(base, head)
	if math.IsInf(d, 0) {
		return nil
	}
	return &d
}
