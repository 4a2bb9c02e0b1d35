package claims

import "fmt"

// A Threshold holds where a figure of one algorithm lies within bounds at every
// point.
type Threshold struct {
	Algorithm string // whose figure
	Figure    Figure // that must be within Bounds
	At        Where  // the points it is about
	// In the figure's unit.
	Bounds Bounds
	Slack  float64 // by which the bounds may be missed, in the figure's unit
}

// String is the rule.
func (d Threshold) String() string {
	text := fmt.Sprintf("the %s of %s is %s%s", d.Figure.Name, d.Algorithm, d.Bounds.text(d.Figure.text), d.At.behind())
	if d.Slack > 0 {
		text += ", give or take " + d.Figure.text(d.Slack)
	}
	return text
}

// needs implements Decision.
func (d Threshold) needs() (n needs) {
	n.add([]string{d.Algorithm}, d.Figure, d.At)
	return n
}

// decide implements Decision: the figure must be within the bounds at every point.
func (d Threshold) decide(v *view) (ruling, error) {
	// With an error there are no points, so the loop does nothing.
	points, err := v.points(d.At)
	t := tally{points: points}
	for _, p := range points {
		s, err := v.stat(d.Algorithm, p, d.Figure)
		if err != nil {
			return ruling{}, err
		}
		// The median decides; how far trials scatter is in the report, not here.
		t.add(p, d.Bounds.by(d.Slack).hold(s.Median), d.Figure.text(s.Median), s)
	}
	return t.ruling(), err
}
