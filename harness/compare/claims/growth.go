package claims

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Growth holds where the pause of an algorithm's checkpoints, or their
// duration, grows with the number of records as one of some words says. It is
// the fit that the reports show.
type Growth struct {
	Algorithm string   // whose pause or duration
	Duration  bool     // of the duration; otherwise of the pause
	Words     []string // of result.Fit
}

// String is the rule.
func (d Growth) String() string {
	return fmt.Sprintf("the growth of the %s of %s with the number of records is: %s", d.what(), d.Algorithm,
		strings.Join(d.Words, ", "))
}

// what names what grows.
func (d Growth) what() string {
	if d.Duration {
		return "duration"
	}
	return "pause"
}

// needs implements Decision: a matrix over records.
func (d Growth) needs() (n needs) {
	n.add([]string{d.Algorithm}, Figure{})
	n.swept("records")
	return n
}

// decide implements Decision by the fit over all sizes.
func (d Growth) decide(v *view) (ruling, error) {
	// The trials are counted over all sizes first, since a fit is over all of them.
	t := tally{}
	for _, p := range v.exp.Points() {
		ts := v.exp.At(d.Algorithm, p)
		for _, x := range ts {
			// One that does not count would bend the fit, which was made by the report from all
			// trials.
			if err := measures(x); err != nil {
				return ruling{}, fmt.Errorf("%s%s %w", d.Algorithm, at(p), err)
			}
		}
		t.of(len(ts))
	}
	gs := slices.DeleteFunc(v.exp.Growth(nil), func(g result.Growth) bool { return g.Algorithm != d.Algorithm })
	if len(gs) == 0 {
		return ruling{}, fmt.Errorf("%s was not run at several numbers of records", d.Algorithm)
	}
	// All points before the first ruling: add names a point only where there are several.
	for _, g := range gs {
		t.points = append(t.points, g.Params)
	}
	for _, g := range gs {
		if err := d.add(&t, g); err != nil {
			return ruling{}, err
		}
	}
	return t.ruling(), nil
}

// add adds the ruling on one combination of what else the matrix varies.
func (d Growth) add(t *tally, g result.Growth) error {
	fit, of := g.Pause, func(s result.Size) result.Stat { return s.Pause }
	if d.Duration {
		fit, of = g.Duration, func(s result.Size) result.Stat { return s.Duration }
	}
	// Neither for nor against: not measurable, with the advice what to run.
	if fit.Word == result.Unclear || fit.Word == result.TooFew {
		return fmt.Errorf("how the %s of %s grows is %s: more trials, or more sizes", d.what(), d.Algorithm, fit.Word)
	}
	ours, last := fit.Word, g.Sizes[len(g.Sizes)-1]
	// A slope is shown where one was fitted; Words alone
	// decide.
	if fit.Fitted() && fit.Word != result.Never {
		ours += fmt.Sprintf(", slope %.2f, %s at %s records", fit.Slope, pause.text(of(last).Median),
			units.Large(last.Records))
	}
	t.add(g.Params, slices.Contains(d.Words, fit.Word), ours)
	return nil
}
