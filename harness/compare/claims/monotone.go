package claims

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
)

// leastSteps are the points that a sweep needs before it rises or falls.
const leastSteps = 3

// A Monotone holds where a figure of one algorithm rises along a sweep, or
// falls: no step goes back by more than the tolerance, and the whole way is
// longer than that.
type Monotone struct {
	Algorithm string // whose figure
	Figure    Figure // that rises or falls
	Along     string // the key that is swept
	At        Where  // the points it is about
	Falling   bool   // it falls; otherwise it rises
	// Of the largest median of the sweep, for every step as well as for the whole way.
	Tolerance float64 // of the largest
}

// String is the rule.
func (d Monotone) String() string {
	verb := "rises"
	if d.Falling {
		verb = "falls"
	}
	return fmt.Sprintf("the %s of %s %s with %s%s", d.Figure.Name, d.Algorithm, verb, d.Along, d.At.behind()) +
		within(d.Tolerance)
}

// needs implements Decision: a matrix over Along.
func (d Monotone) needs() (n needs) {
	n.add([]string{d.Algorithm}, d.Figure, d.At)
	n.swept(d.Along)
	return n
}

// decide implements Decision: every sweep must hold.
func (d Monotone) decide(v *view) (ruling, error) {
	// Every combination of the other keys is a sweep of its own, and each must hold.
	points, err := v.points(d.At)
	if err != nil {
		return ruling{}, err
	}
	t, sweeps := tally{}, d.sweeps(points)
	if len(sweeps) == 0 {
		return ruling{}, fmt.Errorf("it has no points that differ in %s", d.Along)
	}
	for _, sweep := range sweeps {
		t.points = append(t.points, sweep[0])
	}
	for _, sweep := range sweeps {
		if err := d.add(&t, v, sweep); err != nil {
			return ruling{}, err
		}
	}
	return t.ruling(), nil
}

// add adds the ruling on one sweep.
func (d Monotone) add(t *tally, v *view, sweep [][]result.Param) error {
	// Two values always rise or fall.
	if len(sweep) < leastSteps {
		return fmt.Errorf("%s has %d values, which say nothing of a slope: it takes %d", d.Along, len(sweep), leastSteps)
	}
	var ss []result.Stat
	var words []string
	for _, p := range sweep {
		s, err := v.stat(d.Algorithm, p, d.Figure)
		if err != nil {
			return err
		}
		ss, words = append(ss, s), append(words, coordinate(p, d.Along)+": "+d.Figure.text(s.Median))
	}
	if d.Falling {
		// So that one test does for both. The words stay in the order of the sweep.
		slices.Reverse(ss)
	}
	// Without it a flat curve would rise, step by step within the tolerance.
	far := ss[len(ss)-1].Median-ss[0].Median > d.Tolerance*largest(ss)
	t.add(without(sweep[0], d.Along), far && rises(ss, d.Tolerance), strings.Join(words, ", "), ss...)
	return nil
}

// sweeps puts the points that differ in the swept key alone together, its
// values rising.
func (d Monotone) sweeps(points [][]result.Param) [][][]result.Param {
	var out [][][]result.Param
	for _, p := range points {
		// Points whose coordinate is no number have no place on a line.
		if _, ok := value(p, d.Along); !ok {
			continue
		}
		i := slices.IndexFunc(out, func(s [][]result.Param) bool {
			return slices.Equal(without(s[0], d.Along), without(p, d.Along))
		})
		if i < 0 {
			out = append(out, nil)
			i = len(out) - 1
		}
		out[i] = append(out[i], p)
	}
	for _, s := range out {
		slices.SortStableFunc(s, func(a, b []result.Param) int {
			x, _ := value(a, d.Along)
			y, _ := value(b, d.Along)
			return cmp.Compare(x, y)
		})
	}
	return out
}

// without returns a point without one of its keys.
func without(point []result.Param, key string) []result.Param {
	return slices.DeleteFunc(slices.Clone(point), func(p result.Param) bool { return p.Key == key })
}

// coordinate returns a coordinate as it was written.
func coordinate(point []result.Param, key string) string {
	for _, p := range point {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}
