package claims

import (
	"fmt"
	"math"
	"strings"

	"ckptbench/harness/result"
)

// An Order holds where a figure of some algorithms rises from each to the next
// at every point.
type Order struct {
	Algorithms []string // rising
	Figure     Figure   // by which they are ordered
	At         Where    // the points it is about
	Tolerance  float64  // by which it may fall from one to the next, of the largest
}

// String is the rule.
func (d Order) String() string {
	text := fmt.Sprintf("the %s rises in the order %s%s", d.Figure.Name, strings.Join(d.Algorithms, ", "), d.At.behind())
	return text + within(d.Tolerance)
}

// within writes a tolerance that is a share of the largest value.
func within(tolerance float64) string {
	if tolerance == 0 {
		return ""
	}
	return fmt.Sprintf(", within %g %% of the largest", math.Round(100*tolerance))
}

// needs implements Decision.
func (d Order) needs() (n needs) {
	n.add(d.Algorithms, d.Figure, d.At)
	return n
}

// decide implements Decision: at every point, each algorithm must be ahead of the next.
func (d Order) decide(v *view) (ruling, error) {
	// With an error there are no points, so the loop does nothing and the error is returned at
	// the end.
	points, err := v.points(d.At)
	t := tally{points: points}
	for _, p := range points {
		var ss []result.Stat
		var words []string
		for _, a := range d.Algorithms {
			s, err := v.stat(a, p, d.Figure)
			if err != nil {
				return ruling{}, err
			}
			ss, words = append(ss, s), append(words, a+" "+d.Figure.text(s.Median))
		}
		t.add(p, rises(ss, d.Tolerance), strings.Join(words, ", "), ss...)
	}
	return t.ruling(), err
}

// rises tells whether no median is below the one before it by more than the
// tolerance.
func rises(ss []result.Stat, tolerance float64) bool {
	// Of the largest at this point.
	slack := tolerance * largest(ss)
	for i := 1; i < len(ss); i++ {
		// Neighbours alone: a slow slide of many steps within the tolerance each may pass.
		if ss[i].Median < ss[i-1].Median-slack {
			return false
		}
	}
	return true
}

// largest is the largest median, whatever its sign.
func largest(ss []result.Stat) float64 {
	most := 0.0
	for _, s := range ss {
		most = max(most, math.Abs(s.Median))
	}
	return most
}
