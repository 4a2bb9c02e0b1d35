package claims

import (
	"strings"

	"ckptbench/harness/result"
)

// A Where says which points of the matrix a claim is about; the zero Where is
// all of them. Its conditions are applied in turn.
// The order matters for Least and Most alone.
type Where []Cond

// A Cond is a condition on one coordinate.
type Cond struct {
	// A point without the key meets no condition on it.
	Key string // as the matrix has it
	Is  string // Least, Most, MoreThanZero, or a value as a config writes it
}

// What a coordinate may be, beside a value. Least and Most are among the points
// that the conditions before leave.
const (
	Least        = "the least"
	Most         = "the most"
	MoreThanZero = "more than 0"
)

// String writes the conditions: where records is the most.
func (w Where) String() string {
	if len(w) == 0 {
		return ""
	}
	words := make([]string, len(w))
	for i, c := range w {
		words[i] = c.Key + " is " + c.Is
	}
	return "where " + strings.Join(words, " and ")
}

// behind is String with a blank before it, for the end of a sentence.
func (w Where) behind() string {
	if len(w) == 0 {
		return ""
	}
	return " " + w.String()
}

// of returns the points that meet every condition.
func (w Where) of(points [][]result.Param) [][]result.Param {
	for _, c := range w {
		points = c.of(points)
	}
	return points
}

// of returns the points that meet the condition.
func (c Cond) of(points [][]result.Param) (kept [][]result.Param) {
	// Once for all: Least and Most need to see all points.
	meets := c.test(points)
	for _, p := range points {
		if x, ok := value(p, c.Key); ok && meets(x) {
			kept = append(kept, p)
		}
	}
	return kept
}

// test returns what tells whether a coordinate meets the condition.
func (c Cond) test(points [][]result.Param) func(x float64) bool {
	if c.Is == MoreThanZero {
		return func(x float64) bool { return x > 0 }
	}
	// Least and Most are words, so not ok; the loop then finds the value. A value that is
	// neither matches nothing.
	want, ok := result.Quantity(c.Is)
	for _, p := range points {
		x, has := value(p, c.Key)
		if has && (c.Is == Least && (!ok || x < want) || c.Is == Most && (!ok || x > want)) {
			want, ok = x, true
		}
	}
	return func(x float64) bool { return ok && x == want }
}

// beside returns the point of ps that w allows and that agrees with p in every
// coordinate that w does not speak of.
func (w Where) beside(ps [][]result.Param, p []result.Param) ([]result.Param, bool) {
	spoken := map[string]bool{}
	for _, c := range w {
		spoken[c.Key] = true
	}
	// Points of one matrix have their keys in one order, so that coordinates can be compared by
	// index.
	for _, q := range w.of(ps) {
		same := len(q) == len(p)
		for i := range q {
			same = same && (spoken[q[i].Key] || q[i] == p[i])
		}
		if same {
			return q, true
		}
	}
	return nil, false
}
