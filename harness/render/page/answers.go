package page

import (
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// An answer says which algorithm did best at what somebody may need.
type answer struct{ Need, Best, Figure string }

// A need is a figure that somebody may choose by.
type need struct {
	text string
	// An N of 0: the row has no such figure and is not considered.
	of   func(*result.Row) result.Stat
	most bool // more is better
	// As the table shows it, so that the answer can be found there.
	format func(*result.Row) string
}

// needs are what a user may choose an algorithm for, with the figure that decides.
var needs = []need{
	{"throughput over the whole run", func(r *result.Row) result.Stat { return r.Relative }, true, cellOf("of none")},
	{"the shortest pause", func(r *result.Row) result.Stat { return r.Pause }, false, cellOf("pause")},
	{"the shortest tail of latency (p99.9)", func(r *result.Row) result.Stat { return r.P999 }, false, cellOf("p99.9")},
	{"the least memory beside the data", func(r *result.Row) result.Stat { return r.Peak }, false, cellOf("extra memory")},
	{"the quickest checkpoint", func(r *result.Row) result.Stat { return r.Total }, false, cellOf("checkpoint")},
	{"the quickest recovery", func(r *result.Row) result.Stat { return r.Recovery }, false, cellOf("recovery")},
}

// cellOf formats as the column of that name does, with its unit.
func cellOf(name string) func(*result.Row) string {
	return func(r *result.Row) string {
		// Only the columns that every table has: an answer is about one of them.
		for _, c := range columns {
			if c.name == name {
				return c.cell(r, false) + " " + c.unit
			}
		}
		return none
	}
}

// answers works out the answers among the rows that took checkpoints and were
// found right. Whoever's range reaches the best one's median is named beside it:
// the figures do not tell them apart.
func answers(rows []result.Row, variable []string) []answer {
	// None takes no checkpoints and would be best in nearly all; what is wrong or was not
	// checked is no advice.
	var able []*result.Row
	for i := range rows {
		if r := &rows[i]; r.Measured() && r.Verified && r.Checkpoints > 0 {
			able = append(able, r)
		}
	}
	var out []answer
	for _, n := range needs {
		if a, ok := n.answer(able); ok {
			out = append(out, a)
		}
	}
	// Only the algorithms of Page.Variable: the figure that decides is throughput again.
	fits := slices.DeleteFunc(slices.Clone(able),
		func(r *result.Row) bool { return !slices.Contains(variable, r.Algorithm) })
	if len(fits) > 0 {
		a, ok := needs[0].answer(fits)
		if ok {
			a.Need = "values of varying length, stored in the room they take: throughput"
			out = append(out, a)
		}
	}
	return out
}

// answer names the best algorithm for a need; ok is false where none has the figure.
func (n need) answer(rows []*result.Row) (answer, bool) {
	var best *result.Row
	for _, r := range rows {
		// Of equals the first, so by the order of the table.
		if s := n.of(r); s.N > 0 && (best == nil || n.better(s.Median, n.of(best).Median)) {
			best = r
		}
	}
	if best == nil {
		return answer{}, false
	}
	// The best by median is first, whatever the order of the table.
	names := []string{units.OneLine(best.Algorithm)}
	for _, r := range rows {
		if r != best && n.reaches(n.of(r), n.of(best).Median) {
			names = append(names, units.OneLine(r.Algorithm))
		}
	}
	return answer{n.text, strings.Join(names, ", "), n.format(best)}, true
}

// better reports whether a is better than b.
func (n need) better(a, b float64) bool { return a != b && (a > b) == n.most }

// reaches reports whether a range includes, or goes beyond, a value.
func (n need) reaches(s result.Stat, best float64) bool {
	switch {
	case s.N == 0:
		return false
	case n.most:
		return s.Hi >= best
	}
	return s.Lo <= best
}
