package page

import (
	"fmt"
	"slices"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// growthHead is behind the algorithm's name; the sizes are filled in.
func growthHead(smallest, largest float64) []table.Column {
	head := table.Words("algorithm")
	head = append(head, []table.Column{
		{Name: "pause at " + units.Count(smallest), Unit: "ms"},
		{Name: "at " + units.Count(largest), Unit: "ms"},
		{Name: "fit: at 0", Unit: "ms"},
		{Name: "and each", Unit: "ns/record"},
		{Name: "slope", Unit: "log-log"},
		{Name: "its range"},
	}...)
	return append(head, table.Words("growth", "the paper says", "source")...)
}

// growthGrids are a table for each combination of what else the matrix varies.
func (s summary) growthGrids() []grid {
	var gs []grid
	// Growths of one combination follow each other.
	for rest := s.growth; len(rest) > 0; {
		n := 1
		for n < len(rest) && slices.Equal(rest[n].Params, rest[0].Params) {
			n++
		}
		gs = append(gs, s.growthGrid(rest[:n]))
		rest = rest[n:]
	}
	return gs
}

// growthGrid is the table of how pauses grow with the number of records.
func (s summary) growthGrid(rows []result.Growth) grid {
	var smallest, largest float64
	for _, r := range rows {
		for _, size := range r.Sizes {
			// Over all algorithms: a row that lacks a size has a dash there.
			if smallest == 0 || size.Records < smallest {
				smallest = size.Records
			}
			largest = max(largest, size.Records)
		}
	}
	g := grid{title: s.title(rows[0].Params) + ": growth of the pause", notes: growthNotes()}
	g.Columns = growthHead(smallest, largest)
	for _, r := range rows {
		row := table.Row{Cells: []string{units.OneLine(r.Algorithm)}}
		if r.Failed > 0 {
			row.Why = "FAILED at some size, see above"
		} else {
			row.Cells = append(row.Cells, growthCells(r, smallest, largest)...)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// growthCells are the cells of one algorithm: pause at the smallest and the largest size,
// and the fit.
func growthCells(r result.Growth, smallest, largest float64) []string {
	at := func(n float64) string {
		for _, s := range r.Sizes {
			if s.Records == n {
				return units.Digits(1e3 * s.Pause.Median)
			}
		}
		return none
	}
	f, c := r.Pause, claimOf(r.Algorithm)
	cells := []string{at(smallest), at(largest), none, none, none, none}
	// Without any pause there is nothing to fit, and without enough sizes no slope.
	if f.Fitted() && f.Word != result.Never {
		cells = append(cells[:2], units.Digits(1e3*f.Base), units.Digits(1e9*f.PerRecord), units.Fixed(2)(f.Slope),
			units.Fixed(2)(f.Lo)+"…"+units.Fixed(2)(f.Hi))
	}
	return append(cells, f.Word, c.growth, c.source)
}

// growthNotes say how the figures were got, and the rule for the words.
func growthNotes() []string {
	return []string{
		"Pauses are medians over the checkpoints of all trials, without each trial's cold first one; the fits are Theil " +
			"and Sen's over these medians: pause = at 0 + n × each, and the slope of log pause over log n, where a pause " +
			"below the resolution counts as the resolution.",
		fmt.Sprintf("The range holds the slope with at least 95 %% confidence from five sizes on (Sen's interval; 98.3 %% "+
			"at five); with fewer it is that of all pairs of sizes. The resolution is %s ms.",
			units.Digits(1e3*result.Resolution)),
		fmt.Sprintf("Growth: none if no transaction was ever kept from starting; flat below the resolution at every size, "+
			"or with a slope under %g; linear from %g to %g, in between between these, steeper above; unclear if the range "+
			"reaches from flat to linear.",
			result.SlopeFlat, result.SlopeLinear, result.SlopeSteep),
	}
}
