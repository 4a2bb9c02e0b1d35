package result

import (
	"math"

	"ckptbench/harness/result/paired"
)

// intervalLevel is the coverage of a paired.Interval.
const intervalLevel = 0.95

// pair fills in what the rows of one point have from their pairs: of none, lost and
// the parts. The figures of whole trials, which lie minutes apart, are replaced.
// rows are all those of one point.
func (e *Experiment) pair(rows []Row) {
	// nil where it was not measured.
	var base, log *Row
	for i := range rows {
		switch rows[i].Algorithm {
		case baseName:
			base = &rows[i]
		case LogBase:
			log = &rows[i]
		}
	}
	for _, logged := range []bool{false, true} { // none under a log comes before those that are measured beside it
		for i := range rows {
			r := &rows[i]
			p := e.PairOf(r.Algorithm, r.Params)
			// A row without figures gets none from its pair.
			if p == nil || !r.Measured() || (p.Base == LogBase) != logged {
				continue
			}
			r.pairWith(p, e.At(r.Algorithm, r.Params), base, log)
		}
	}
}

// The algorithms that others are compared with: all with the first, those that are
// logged where it is not with the second, too.
const (
	baseName = "none"
	LogBase  = "none-log"
)

// pairWith fills in what pair p says of the row, in place of what whole trials say: slices
// beside each other are far less noisy than trials minutes apart.
func (r *Row) pairWith(p *Pair, trials []*Trial, base, log *Row) {
	r.Pair = p
	if p.Status == Failed { // its figure is withheld, and that of whole trials is no substitute
		r.Relative, r.RelativeLog, r.Lost = Stat{}, Stat{}, Stat{}
		r.Errors = appendNew(r.Errors, "beside "+p.Beside()+": "+p.Error)
		return
	}
	parts, ok := Compose(p, trials)
	if !ok {
		return
	}
	r.Parts = &parts
	of, n := parts.OfNone, parts.Openings
	if p.Base == LogBase {
		r.RelativeLog = NewInterval(of, n)
		if log == nil || log.Parts == nil {
			return // of none without a log: as whole trials have it
		}
		// Over none by way of none under a log: two measured ratios.
		of, n = product(of, log.Parts.OfNone), min(n, log.Parts.Openings)
	}
	r.RelativePaired = true
	r.Relative = NewInterval(of, n)
	r.Lost = Stat{}
	if base != nil && base.Throughput.N > 0 {
		all := base.Throughput.Median * meanElapsed(trials)
		// The share that is lost, of what none does in the same time; the ends change places.
		lost := paired.Interval{Mid: all * (1 - of.Mid), Lo: all * (1 - of.Hi), Hi: all * (1 - of.Lo)}
		r.Lost = NewInterval(lost, n)
	}
}

// product returns the interval of the product of two ratios that were measured
// apart: their relative errors are independent.
func product(a, b paired.Interval) paired.Interval {
	if a.Mid <= 0 || b.Mid <= 0 {
		return paired.Interval{}
	}
	mid := a.Mid * b.Mid
	// Relative half-widths add up as squares.
	low := math.Hypot(1-a.Lo/a.Mid, 1-b.Lo/b.Mid)
	high := math.Hypot(a.Hi/a.Mid-1, b.Hi/b.Mid-1)
	return paired.Interval{Mid: mid, Lo: mid * (1 - low), Hi: mid * (1 + high)}
}

// Beside names the other side, for a sentence.
func (p *Pair) Beside() string {
	if p.Base == LogBase {
		return "none under the same log"
	}
	return baseName
}

// NewInterval returns an interval over n openings as a Stat.
func NewInterval(i paired.Interval, n int) Stat {
	return Stat{N: n, Median: i.Mid, Lo: i.Lo, Hi: i.Hi, Level: intervalLevel}
}

// meanElapsed is the mean length of the trials that count, in seconds.
func meanElapsed(trials []*Trial) float64 {
	counted, sum := Counted(trials), 0.0
	for _, t := range counted {
		sum += t.Elapsed
	}
	return sum / float64(max(len(counted), 1))
}
