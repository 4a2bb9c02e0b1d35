package page

import (
	"fmt"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
	"ckptbench/harness/units"
)

// partColumns take the overhead apart: the ratios that were measured in turns, and
// where none's throughput went.
var partColumns = []column{
	{"of none", "%", plain(interval(func(p *result.Parts) paired.Interval { return p.OfNone }))},
	{"at rest", "% of none", plain(interval(func(p *result.Parts) paired.Interval { return p.Rest }))},
	{"capturing", "% of none", plain(captureInterval(func(p *result.Parts) paired.Interval { return p.Capture }))},
	{"machine left", "%", plain(captureInterval(func(p *result.Parts) paired.Interval { return p.Share }))},
	{"lost at rest", "%", plain(interval(func(p *result.Parts) paired.Interval { return p.RestLoss }))},
	{"lost capturing", "%", plain(interval(func(p *result.Parts) paired.Interval { return p.CaptureLoss }))},
	{"lost to the checkpointer", "%", plain(interval(func(p *result.Parts) paired.Interval { return p.MachineLoss }))},
	{"lost paused", "%", plain(interval(func(p *result.Parts) paired.Interval { return p.PauseLoss }))},
}

// interval formats a part as a percentage with half the width of its interval.
func interval(get func(*result.Parts) paired.Interval) func(*result.Row) string {
	return func(r *result.Row) string {
		if r.Parts == nil {
			return none
		}
		// As a share of 1, Lo to Hi being a 95 % interval.
		i := get(r.Parts)
		return fmt.Sprintf("%s ±%s", units.Fixed(1)(100*i.Mid), units.Fixed(1)(100*i.HalfWidth()))
	}
}

// captureInterval is interval for what is known only where transactions ran while
// an image was captured.
func captureInterval(get func(*result.Parts) paired.Interval) func(*result.Row) string {
	format := interval(get)
	return func(r *result.Row) string {
		if r.Parts == nil || !r.Parts.HasCapture {
			return none
		}
		return format(r)
	}
}

// partsGrid is the table of the overhead taken apart; ok is false where the point
// has no pairs.
func (s summary) partsGrid(t pointRows) (g grid, ok bool) {
	g = grid{title: s.title(t.point) + ": where none's throughput went", notes: pairNotes(t.rows)}
	g.Columns = table.Words("algorithm")
	for _, c := range partColumns {
		g.Columns = append(g.Columns, table.Column{Name: c.name, Unit: c.unit})
	}
	for i := range t.rows {
		r := &t.rows[i]
		// Algorithms without a pair, none among them, have no row.
		if r.Parts == nil {
			continue
		}
		cells := []string{name(r)}
		if r.Pair.Base == result.LogBase {
			cells[0] += loggedMark
		}
		for _, c := range partColumns {
			cells = append(cells, c.cell(r, false))
		}
		g.Add(cells...)
	}
	return g, len(g.Rows) > 0
}

// loggedMark stands behind an algorithm whose parts are shares of none under a log.
const loggedMark = " *"

// pairNotes say how the figures of pairs came about, and which are not settled.
func pairNotes(rows []result.Row) []string {
	least, most, dropped, quads := 0, 0, 0, 0
	var unsettled, disturbed []string
	for _, r := range rows {
		if r.Parts == nil {
			continue
		}
		if n := r.Parts.Openings; least == 0 || n < least {
			least = n
		}
		most = max(most, r.Parts.Openings)
		d, of := r.Pair.Dropped()
		dropped, quads = dropped+d, quads+of
		if r.Parts.Disturbed > 0 {
			disturbed = append(disturbed, fmt.Sprintf("%s %d of %d (%s)", units.OneLine(r.Algorithm),
				r.Parts.Disturbed, len(r.Pair.Openings), units.OneLine(r.Pair.Worst().String())))
		}
		if !r.Pair.Settled {
			unsettled = append(unsettled, units.OneLine(r.Algorithm)+" ("+units.OneLine(r.Pair.Unsettled)+")")
		}
	}
	openings := fmt.Sprintf("%d to %d openings", least, most)
	if least == most {
		openings = fmt.Sprintf("%d openings", most)
	}
	// The least of any row; 0, which says that some had none or that nobody knows, is not noted.
	huge := 1.0
	for _, r := range rows {
		if r.Parts != nil {
			huge = min(huge, r.Pair.LeastHuge())
		}
	}
	var logged []string
	for _, r := range rows {
		if r.Parts != nil && r.Pair.Base == result.LogBase {
			logged = append(logged, units.OneLine(r.Algorithm))
		}
	}
	// Always there; the others only where they have something to say.
	notes := []string{fmt.Sprintf("Measured in turns beside none, in one process; ± is half a 95 %% interval over %s; "+
		"the host hit %d of %d quads, which are left out on both sides. The losses add up to what is missing from 100 %%.",
		openings, dropped, quads)}
	if huge > 0 {
		notes = append(notes, fmt.Sprintf("Huge pages lay under %.0f %% of the records at least.", 100*huge))
	}
	if len(logged) > 0 {
		notes = append(notes, loggedMark[1:]+
			" Logged, unlike none; measured beside none under the same log, in parts of its throughput: "+
			strings.Join(logged, ", ")+".")
	}
	if len(disturbed) > 0 {
		notes = append(notes, "Openings left out because something disturbed the machine: "+strings.Join(disturbed, ", ")+".")
	}
	if above := aboveNone(rows); len(above) > 0 {
		notes = append(notes, "Above none by more than the interval, which is an error of measurement: "+
			strings.Join(above, ", ")+".")
	}
	if carried := carried(rows); len(carried) > 0 {
		notes = append(notes, "The two stores share the caches, and what a switch costs there bends the ratio at rest: a "+
			"slice after one "+
			"of its own has another by "+strings.Join(carried, ", ")+
			". Longer slices or another number of records bend it less.")
	}
	if len(unsettled) > 0 {
		notes = append(notes, "Not settled: "+strings.Join(unsettled, "; ")+".")
	}
	return notes
}

// aboveNone names the algorithms that did more at rest than none, which does less
// work than any.
func aboveNone(rows []result.Row) (names []string) {
	const slack = 0.005 // of a 95 % interval one in forty is too high by chance
	for _, r := range rows {
		if r.Parts != nil && r.Parts.Rest.Lo > 1+slack {
			names = append(names, fmt.Sprintf("%s (%.1f %%)", units.OneLine(r.Algorithm), 100*r.Parts.Rest.Mid))
		}
	}
	return names
}

// carried names the algorithms whose ratio depends on which side ran before, by more
// than the interval and by more than a reader would overlook.
func carried(rows []result.Row) (names []string) {
	const least = 0.02
	for _, r := range rows {
		if r.Parts == nil {
			continue
		}
		// The whole interval lies beyond it.
		if c := r.Parts.Carry; c.Lo > least || c.Hi < -least {
			names = append(names, fmt.Sprintf("%+.1f %% (%s)", 100*c.Mid, units.OneLine(r.Algorithm)))
		}
	}
	return names
}

// ofNone is the cell of the table: with half the interval where it comes from a pair,
// and a mark where that is not settled.
func ofNone(r *result.Row, ranged bool) string {
	if r.Relative.N == 0 {
		return none
	}
	// From whole trials: their range is in CSV, and in the note on noise.
	if !r.RelativePaired {
		return stat(func(r *result.Row) result.Stat { return r.Relative }, 100, units.Fixed(1))(r, ranged)
	}
	return withWidth(r, r.Relative)
}

// ofLogged is ofNone for none under a log.
func ofLogged(r *result.Row) string {
	switch {
	case r.RelativeLog.N == 0:
		return none
	case r.Parts == nil || r.Pair.Base != result.LogBase:
		return units.Fixed(1)(100 * r.RelativeLog.Median)
	}
	return withWidth(r, r.RelativeLog)
}

// withWidth writes a ratio of r's pair with half its interval, and a mark where that
// is not settled.
func withWidth(r *result.Row, s result.Stat) string {
	text := units.Fixed(1)(100*s.Median) + " ±" + units.Fixed(1)(100*(s.Hi-s.Lo)/2)
	if !r.Pair.Settled {
		text += "?"
	}
	return text
}
