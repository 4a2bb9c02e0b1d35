package result

import "ckptbench/harness/paired"

// intervalLevel is the coverage of a paired.Interval.
const intervalLevel = 0.95

// pair fills in what the rows of one point have from their pairs: of none, lost and
// the parts. The figures of whole trials, which lie minutes apart, are replaced.
func (e *Experiment) pair(rows []Row) {
	var base *Row
	for i := range rows {
		if rows[i].Algorithm == baseName {
			base = &rows[i]
		}
	}
	for i := range rows {
		r := &rows[i]
		p := e.PairOf(r.Algorithm, r.Params)
		if p == nil || !r.Measured() {
			continue
		}
		r.pairWith(p, e.At(r.Algorithm, r.Params), base)
	}
}

// baseName is the algorithm that all are compared with.
const baseName = "none"

func (r *Row) pairWith(p *Pair, trials []*Trial, base *Row) {
	r.Pair = p
	if p.Status == Failed { // its figure is withheld, and that of whole trials is no substitute
		r.Relative, r.Lost = Stat{}, Stat{}
		r.Errors = appendNew(r.Errors, "beside none: "+p.Error)
		return
	}
	parts, ok := Compose(p, trials)
	if !ok {
		return
	}
	r.Parts = &parts
	r.Relative = NewInterval(parts.OfNone, parts.Openings)
	r.Lost = Stat{}
	if base != nil && base.Throughput.N > 0 {
		all := base.Throughput.Median * meanElapsed(trials)
		i := parts.OfNone
		lost := paired.Interval{Mid: all * (1 - i.Mid), Lo: all * (1 - i.Hi), Hi: all * (1 - i.Lo)}
		r.Lost = NewInterval(lost, parts.Openings)
	}
}

// NewInterval returns an interval over n openings as a Stat.
func NewInterval(i paired.Interval, n int) Stat {
	return Stat{N: n, Median: i.Mid, Lo: i.Lo, Hi: i.Hi, Level: intervalLevel}
}

func meanElapsed(trials []*Trial) float64 {
	counted, sum := Counted(trials), 0.0
	for _, t := range counted {
		sum += t.Elapsed
	}
	return sum / float64(max(len(counted), 1))
}
