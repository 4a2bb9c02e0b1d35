package claims

import (
	"slices"

	"ckptbench/harness/result"
)

// pairedOverhead is the time added to a transaction: the ends of the interval
// change places.
func pairedOverhead(r *result.Row) (result.Stat, bool) {
	s := r.Relative
	// An interval that reaches 0 has no inverse.
	if s.N == 0 || s.Lo <= 0 {
		return result.Stat{}, false
	}
	// All three from the old values at once.
	s.Median, s.Lo, s.Hi = 1/s.Median-1, 1/s.Hi-1, 1/s.Lo-1
	return s, true
}

func pairedRest(r *result.Row) (result.Stat, bool) {
	return result.NewInterval(r.Parts.Rest, r.Parts.Openings), true
}

func pairedDuring(r *result.Row) (result.Stat, bool) {
	return result.NewInterval(r.Parts.During, r.Parts.Openings), r.Parts.HasDuring
}

// pairedCapture is without what the checkpointer takes of the machine, as that slows
// none down in the same slices.
func pairedCapture(r *result.Row) (result.Stat, bool) {
	return result.NewInterval(r.Parts.Capture, r.Parts.Openings), r.Parts.HasCapture
}

// pairStat returns a figure of an algorithm's pair with none at a point; ok is false
// where there is no pair, or it has no figures, or it is with none under a log.
func (v *view) pairStat(algorithm string, point []result.Param, f Figure) (result.Stat, bool) {
	if f.paired == nil {
		return result.Stat{}, false
	}
	// Aggregated once for a decision; it goes over all trials.
	if v.rows == nil {
		v.rows = v.exp.Aggregate(nil)
	}
	for i := range v.rows {
		r := &v.rows[i]
		// A pair with a base of its own name is with none under a log, which is another
		// comparison.
		if r.Algorithm == algorithm && slices.Equal(r.Params, point) && r.Parts != nil && r.Pair.Base == "" {
			return f.paired(r)
		}
	}
	return result.Stat{}, false
}
