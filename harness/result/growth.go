package result

import (
	"cmp"
	"slices"
)

// sizeKey is the parameter that says how large the database is.
const sizeKey = "records"

// A Growth is how what an algorithm's checkpoints cost grows with the database.
// It answers whether a pause grows with the database: ms at one size say little.
type Growth struct {
	Algorithm string  // as in the table of algorithms
	Params    []Param // the matrix point, without the number of records
	Sizes     []Size  // rising
	Failed    int     // trials that failed, at any size; then there are no sizes

	Pause    Fit // of Sizes' medians, seconds
	Duration Fit // of a checkpoint, over the number of records
}

// A Size is what checkpoints cost at one number of records, over the checkpoints
// of all trials, without each trial's cold first one where there is another.
type Size struct {
	Records  float64 // loaded
	Pause    Stat    // s
	Duration Stat    // from the trigger to durable, s
}

// Growth returns a row per algorithm, and per combination of what else the
// matrix varies, in the order of Points and Algorithms, if the number of records
// takes at least two values; otherwise nil. The baseline, and whatever else took no
// checkpoint, has none.
func (e *Experiment) Growth(order []string) []Growth {
	var out []Growth
	for _, r := range e.Aggregate(order) {
		rest, ok := withoutSize(r.Params)
		if !ok {
			return nil
		}
		i := slices.IndexFunc(out, func(g Growth) bool {
			return g.Algorithm == r.Algorithm && slices.Equal(g.Params, rest)
		})
		if i < 0 {
			i, out = len(out), append(out, Growth{Algorithm: r.Algorithm, Params: rest})
		}
		out[i].Failed += r.Failed
		out[i].add(Counted(e.At(r.Algorithm, r.Params)))
	}
	return finished(out)
}

// Of reports whether r is one of the points that g is fitted to.
func (g *Growth) Of(r *Row) bool {
	rest, ok := withoutSize(r.Params)
	return ok && g.Algorithm == r.Algorithm && slices.Equal(g.Params, rest)
}

// finished fits what was added, and drops what never took a checkpoint.
func finished(gs []Growth) []Growth {
	var out []Growth
	most := 0
	for _, g := range gs {
		// A figure of a failed algorithm is withheld at every size.
		if g.Failed > 0 {
			g.Sizes = nil
		} else if len(g.Sizes) == 0 {
			continue
		}
		most = max(most, len(g.Sizes))
		slices.SortFunc(g.Sizes, func(a, b Size) int { return cmp.Compare(a.Records, b.Records) })
		g.Pause = g.fit(func(s Size) Stat { return s.Pause }, Resolution)
		g.Duration = g.fit(func(s Size) Stat { return s.Duration }, Resolution)
		out = append(out, g)
	}
	// One size is no growth.
	if most < 2 {
		return nil
	}
	slices.SortStableFunc(out, func(a, b Growth) int { return comparePoints(a.Params, b.Params) })
	return out
}

// add adds a size, if its trials have checkpoints.
// Checkpoints of all trials count alike.
func (g *Growth) add(ts []*Trial) {
	var pauses, totals []float64
	for _, t := range ts {
		for _, c := range warm(complete(t.Checkpoints)) {
			pauses, totals = append(pauses, c.Pause), append(totals, c.Total)
		}
	}
	if len(pauses) == 0 || ts[0].Records <= 0 {
		return
	}
	g.Sizes = append(g.Sizes, Size{Records: float64(ts[0].Records), Pause: NewStat(pauses), Duration: NewStat(totals)})
}

// fit fits one of the figures over the sizes.
// Medians, as one slow checkpoint says nothing about growth.
func (g *Growth) fit(get func(Size) Stat, resolution float64) Fit {
	var ns, ys []float64
	for _, s := range g.Sizes {
		ns, ys = append(ns, s.Records), append(ys, get(s).Median)
	}
	return NewFit(ns, ys, resolution)
}

// withoutSize takes the number of records out of a matrix point, and reports
// whether it was there.
func withoutSize(point []Param) ([]Param, bool) {
	i := slices.IndexFunc(point, func(p Param) bool { return p.Key == sizeKey })
	if i < 0 {
		return nil, false
	}
	return slices.Delete(slices.Clone(point), i, i+1), true
}
