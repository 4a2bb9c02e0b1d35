package regress

import (
	"fmt"
	"slices"
)

// The figures that are exact.
const (
	metricFailed  = "failed trials"
	metricRecords = "records per image"
	metricBytes   = "bytes per image"
)

// judgeTrials looks at what needs no figures: an algorithm that is missing, and
// trials that failed. It reports false where all trials of both sides are right.
func judgeTrials(p pair) (Line, bool) {
	l := Line{Metric: metricFailed, Algorithm: p.base.algorithm, NBase: len(p.base.right),
		Base: number(float64(len(p.base.failed)))}
	// Else a gate would pass once the algorithm that fails is taken out.
	if p.head == nil {
		l.Verdict, l.Why = Regressed, "missing in head"
		return l, true
	}
	l.NHead, l.Head = len(p.head.right), number(float64(len(p.head.failed)))
	switch {
	case len(p.base.failed) == 0 && len(p.head.failed) == 0:
		// Nothing to show; the caller goes on to the figures.
		return l, false
	case len(p.head.failed) == 0:
		// Head is right where base was not; figures of the two are not compared.
		l.Verdict, l.Why = Better, "failed in base: "+p.base.failed[0]
	case newlyFailed(p):
		l.Verdict, l.Why = Regressed, p.head.failed[0]
	default:
		l.Verdict, l.Why = Same, "failed in base too: "+p.head.failed[0]
	}
	return l, true
}

// newlyFailed reports whether a trial failed in head that did not in base.
func newlyFailed(p pair) bool {
	// All were right, so whatever failed is new, also a trial with a number that base does not
	// have.
	if len(p.base.failed) == 0 {
		return true
	}
	// By number: it is how the trials of both sides belong together.
	for n, right := range p.head.right {
		if was, there := p.base.right[n]; there && was && !right {
			return true
		}
	}
	return false
}

// records compares how many records an image holds: any difference is wrong.
func (c *comparison) records(ps []pair) ([]Line, error) {
	var lines []Line
	for _, p := range ps {
		// Nil where base's own images differ from what was loaded: then any number may be right.
		want := p.base.exact.records
		if want == nil {
			continue
		}
		l, more := c.image(p, *want, p.head.records)
		l.Metric = metricRecords
		// Fewer and more are both wrong, unlike with bytes.
		if more != 0 && l.Verdict != Shown {
			l.Verdict, l.Why = Regressed, "an image must hold every record"
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// bytes compares the size of an image.
func (c *comparison) bytes(ps []pair) ([]Line, error) {
	var lines []Line
	for _, p := range ps {
		// Nil too where base has one image only.
		want := p.base.exact.bytes
		if want == nil || len(p.head.bytes) == 0 { // without an image, records says so
			continue
		}
		l, more := c.image(p, *want, p.head.bytes)
		l.Metric, l.Unit = metricBytes, "B"
		switch {
		case l.Verdict == Shown:
		case more > 0:
			l.Verdict = Regressed
		case more < 0:
			l.Verdict = Better
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// image compares one exact figure with that of every image of head: more is 1 if
// any is larger (or there is none), else -1 if any is smaller.
func (c *comparison) image(p pair, want int64, got []int64) (l Line, more int) {
	l = Line{Algorithm: p.base.algorithm, Base: number(float64(want)), NBase: len(p.base.records), NHead: len(got),
		Verdict: Same}
	if len(got) == 0 {
		l.Verdict, l.Why = Regressed, "no image was finished"
		return l, 0
	}
	// What is shown is the worst image of head, not its median: a single image of another size
	// is what is looked for.
	odd := want
	switch lo, hi := slices.Min(got), slices.Max(got); {
	case hi > want:
		odd, more = hi, 1
	case lo < want:
		odd, more = lo, -1
	}
	l.Head, l.Delta = number(float64(odd)), delta(float64(want), float64(odd))
	// Then the figures are not of the same thing, and are shown without a verdict.
	if p.base.loaded != p.head.loaded || p.base.data != p.head.data {
		l.Verdict, l.Why = Shown, fmt.Sprintf("other data: %d records, %d bytes", p.head.loaded, p.head.data)
	}
	return l, more
}
