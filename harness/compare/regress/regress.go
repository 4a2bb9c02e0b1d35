// Package regress compares two results of one experiment and says whether the
// second is worse.
//
// # What gates
//
// Exactly, without statistics: a trial that was right and is now failed; an
// algorithm that is no longer there; the records and the bytes of an image,
// where base shows them to be exact (every image of base holds the records that
// were loaded, so nothing was inserted or deleted, and all are of one size).
//
// By statistics: throughput, as its ratio to none's of the same round, which
// cancels most of what a machine does over a day; raw where a side has no such
// ratio, and for none itself, whose ratio is always 1. And the algorithm's own
// peak memory, over the data's size. One of these regressed if a Mann-Whitney
// test says that the trials differ (p < 0.05, Holm-corrected over the algorithms
// of a matrix point) and the medians differ by more than the threshold (10 % for
// memory), in the bad direction.
//
// # Too few trials
//
// No test can tell three trials from three. With fewer than four trials on
// either side, or so few that even trials wholly apart would not pass the
// correction (2/C(n+m, n) times the number of algorithms is 0.05 or more: five
// trials do for 6 algorithms, six for 23), a comparison says so, and only a gross
// difference counts: more than three times the threshold, and more than three
// times the spread of base's and of head's own trials, where there are two or
// more to show one. With a single trial on either side even that may be noise.
//
// # What is refused
//
// Different machines, unless asked for: then only ratios and exact figures are
// compared, and peak memory where all of base's trials agree on it, so that it
// does not depend on speed. Profiled and interrupted trials, different
// configurations or numbers of workers, a result without what is compared. Such
// errors are ErrCannot: a damaged result must not look like a regression.
package regress

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// ErrCannot is in every error that means that two results cannot be compared.
// Wrapped, so that errors.Is finds it; the reason is in the same error.
var ErrCannot = errors.New("cannot compare")

// baselineAlgorithm is the one that takes no checkpoints.
// The algorithm of that name, not a stored baseline.
const baselineAlgorithm = "none"

// Options say how to compare. The zero Options work.
type Options struct {
	// The threshold of memory is fixed.
	Threshold float64 // of throughput, as a share; 0 is 5 %, at most 30 %
	// Without it, a comparison across machines is refused.
	AcrossMachines bool // compare results of different machines, by what holds on both
	// It permits different hashes, numbers of workers and matrices that overlap in part.
	IgnoreConfig bool     // configurations differ on purpose
	Order        []string // algorithms in the table's order; others follow by name
}

// A Verdict is what a comparison says of one figure.
type Verdict string

// The verdicts. Only Regressed makes a comparison fail.
const (
	Same      Verdict = "same"
	Better    Verdict = "better"
	Regressed Verdict = "regressed"
	Unclear   Verdict = "unclear"                   // over the threshold, but the trials overlap
	TooFew    Verdict = "not enough trials to tell" // and no gross difference
	Shown     Verdict = "shown"                     // not judged
)

// A Line is one figure of one algorithm at one matrix point, in base and head. A
// pointer is nil where there is nothing to say.
type Line struct {
	Params    []result.Param `json:"params,omitempty"` // the point
	Metric    string         `json:"metric"`           // its name
	Unit      string         `json:"unit,omitempty"`   // of Base and Head
	Algorithm string         `json:"algorithm"`        // as in the table of algorithms
	// In the metric's unit, over the trials that have the figure.
	Base *float64 `json:"base,omitempty"` // median
	Head *float64 `json:"head,omitempty"` // median
	// Nil with one trial, or where the median is not above 0.
	Spread *float64 `json:"base_spread,omitempty"` // of base's trials, a part of 1
	// Nil where base is 0 and head is not, since JSON has no infinity.
	Delta *float64 `json:"delta,omitempty"` // of the medians, as a share of base
	// Nil where too few trials are there to test, and for exact figures.
	P       *float64 `json:"p,omitempty"`   // Holm-corrected
	NBase   int      `json:"n_base"`        // trials
	NHead   int      `json:"n_head"`        // trials
	Verdict Verdict  `json:"verdict"`       // what it comes to
	Why     string   `json:"why,omitempty"` // for a person
}

// A Report is the outcome of a comparison.
type Report struct {
	Base, Head     About
	Threshold      float64  // how much worse a throughput may be, a part of 1
	AcrossMachines bool     // compared by what holds on both
	Algorithms     int      // of base
	Lines          []Line   // by point, metric and algorithm
	Notes          []string // for a person
}

// Regressed reports whether anything did.
func (r *Report) Regressed() bool {
	return slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Verdict == Regressed })
}

// Compare compares head with base. An error is ErrCannot, and says why.
func Compare(base, head *Side, o Options) (*Report, error) {
	// The zero Options mean the default.
	if o.Threshold == 0 {
		o.Threshold = 0.05
	}
	// Three times the threshold must be a drop that can happen.
	if !(o.Threshold > 0 && o.Threshold <= 0.3) {
		return nil, fmt.Errorf("%w: the threshold is %s, want more than 0 and at most 30%%", ErrCannot,
			units.ShortPercent(o.Threshold))
	}
	// Whether it is across machines follows from the results, not from the option, which only
	// permits it.
	c := comparison{base: base, head: head, o: o, across: !sameMachine(base, head)}
	if err := c.refuse(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCannot, err)
	}
	r := &Report{Base: base.About, Head: head.About, Threshold: o.Threshold, AcrossMachines: c.across, Notes: c.notes()}
	// Base says what is compared: what only head has is a note.
	algorithms := base.algorithms(o.Order)
	r.Algorithms = len(algorithms)
	for _, point := range base.points() {
		if !slices.ContainsFunc(head.cells, func(h *cell) bool { return slices.Equal(h.point, point) }) {
			continue // IgnoreConfig, or it was refused; notes say so
		}
		lines, err := c.at(point, algorithms)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCannot, err)
		}
		r.Lines = append(r.Lines, lines...)
	}
	r.noteNoise()
	r.noteFloor(base, head)
	return r, nil
}

// noteNoise warns of throughput that base's own trials scatter by more than the
// threshold: that nothing regressed says little there.
func (r *Report) noteNoise() {
	var noisy []string
	for _, l := range r.Lines {
		if strings.HasPrefix(l.Metric, metricThroughput) && l.Verdict != Shown && l.Spread != nil && *l.Spread > r.Threshold {
			noisy = appendNew(noisy, l.Algorithm+" "+l.spread())
		}
	}
	if len(noisy) > 0 {
		r.Notes = append(r.Notes,
			"Base's own trials scatter by more than the threshold, so that a small regression would not show: "+
				strings.Join(noisy, ", ")+".")
	}
}

// noteFloor says what two runs of the same differed by, in base and in head.
func (r *Report) noteFloor(base, head *Side) {
	say := func(s *Side) string {
		if floor, ok := s.noiseFloor(); ok {
			return fmt.Sprintf("±%.1f %%", 100*floor)
		}
		return "not measured"
	}
	// Both, since the quieter of the two says nothing of the other.
	b, h := say(base), say(head)
	if b == "not measured" && h == b {
		r.Notes = append(r.Notes, "Noise floor: not measured; add "+result.Again+" to the algorithms.")
		return
	}
	r.Notes = append(r.Notes, "Noise floor (none against itself in the same rounds): base "+b+", head "+h+".")
}

// A comparison is one under way.
type comparison struct {
	base, head *Side
	o          Options
	across     bool // on different machines
}

// pair is one algorithm at one point.
type pair struct{ base, head *cell }

// at compares every algorithm at one matrix point: what is wrong outright, then
// figure by figure.
func (c *comparison) at(point []result.Param, algorithms []string) ([]Line, error) {
	var lines []Line
	var sound []pair
	for _, a := range algorithms {
		p := pair{c.base.cell(a, point), c.head.cell(a, point)}
		if p.base == nil {
			continue
		}
		// An algorithm with failed trials has no line of figures: those of the trials left would
		// be a choice.
		if l, ok := judgeTrials(p); ok {
			lines = append(lines, l)
			continue
		}
		sound = append(sound, p)
	}
	for _, m := range c.metrics() {
		ls, err := m(sound)
		if err != nil {
			return nil, err
		}
		lines = append(lines, ls...)
	}
	// Set here once, so that no metric can forget it.
	for i := range lines {
		lines[i].Params = point
	}
	return lines, nil
}

// metrics are the figures in the table's order, those that gate first.
func (c *comparison) metrics() []func([]pair) ([]Line, error) {
	ms := []func([]pair) ([]Line, error){c.throughput, c.peak, c.records, c.bytes}
	// Times are those of a machine, and a baseline has none.
	if !c.across && !c.base.stored() {
		for _, s := range shown {
			ms = append(ms, s.compare)
		}
	}
	return ms
}
