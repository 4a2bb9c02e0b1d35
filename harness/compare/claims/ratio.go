package claims

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Ratio holds where the median of each algorithm's figure, over the median of
// another's, lies within bounds at every point.
type Ratio struct {
	Of         []string // each of them has to meet the bounds
	Figure     Figure   // of Of
	At         Where    // the points it is about
	Over       string   // the algorithm they are compared with; empty: each with itself
	OverFigure Figure   // its figure, if it is another one
	// For ratios along the matrix, such as of 8 partial images over 4.
	OverAt Where  // its points, which agree with the others' in all else; nil: the same
	Bounds Bounds // that the ratio must be within
	// Of each bound, so that a bound of twice is as lax downwards as upwards in proportion.
	Tolerance float64 // by which the bounds may be missed, as a share of each
}

// String is the rule.
func (d Ratio) String() string {
	below := "that"
	if d.OverFigure.of != nil {
		below = "the " + d.OverFigure.Name
	}
	text := fmt.Sprintf("the %s of %s%s is %s %s of %s%s", d.Figure.Name, strings.Join(d.Of, ", "), d.At.behind(),
		d.Bounds.text(func(x float64) string { return units.Large(x) + " times" }), below, cmp.Or(d.Over, "the same"),
		d.OverAt.behind())
	if d.Tolerance > 0 {
		text += fmt.Sprintf(", within %g %%", math.Round(100*d.Tolerance))
	}
	return text
}

// needs implements Decision: both sides' algorithms and figures.
func (d Ratio) needs() (n needs) {
	n.add(d.Of, d.Figure, d.At)
	// Over may be empty, which add leaves out: the algorithms are then those of Of.
	n.add([]string{d.Over}, d.below(), d.OverAt)
	return n
}

// below is the figure that is divided by.
func (d Ratio) below() Figure {
	// of, as a Figure cannot be compared with another: it has functions.
	if d.OverFigure.of != nil {
		return d.OverFigure
	}
	return d.Figure
}

// decide implements Decision: at every point, each of Of must be within the bounds.
func (d Ratio) decide(v *view) (ruling, error) {
	points, err := v.points(d.At)
	if err != nil {
		return ruling{}, err
	}
	t := tally{points: points}
	for _, p := range points {
		for _, a := range d.Of {
			if err := d.add(&t, v, a, p); err != nil {
				return ruling{}, err
			}
		}
	}
	return t.ruling(), nil
}

// add adds the ruling on one algorithm at one point.
func (d Ratio) add(t *tally, v *view, algorithm string, p []result.Param) error {
	// The point that is divided by.
	q := p
	if d.OverAt != nil {
		var ok bool
		if q, ok = d.OverAt.beside(v.exp.Points(), p); !ok {
			return fmt.Errorf("%w, %s beside %s", errNoPoint, d.OverAt, label(p))
		}
	}
	x, err := v.stat(algorithm, p, d.Figure)
	if err != nil {
		return err
	}
	over := cmp.Or(d.Over, algorithm)
	// Medians are divided, not trials of one round with each other: the points may have
	// different rounds.
	y, err := v.stat(over, q, d.below())
	if err != nil {
		return err
	}
	r, err := quotient(x.Median, y.Median)
	if err != nil {
		return fmt.Errorf("neither %s nor %s has any %s%s", algorithm, over, d.Figure.Name, at(p))
	}
	ours := fmt.Sprintf("%s (%s, %s of %s)", units.Large(r), d.Figure.text(x.Median), d.below().text(y.Median), over)
	if len(d.Of) > 1 {
		// With one algorithm the claim itself names it.
		ours = algorithm + " " + ours
	}
	t.add(p, d.Bounds.times(d.Tolerance).hold(r), ours, x, y)
	return nil
}

// quotient divides. What is not more than 0 is none at all: a share of it says
// nothing, and anything is infinitely many times that.
func quotient(x, y float64) (float64, error) {
	switch {
	case y > 0:
		return x / y, nil
	case x > 0:
		return math.Inf(1), nil
	}
	return 0, fmt.Errorf("nothing to divide")
}
