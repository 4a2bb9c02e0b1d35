package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
	"ckptbench/workload/bulk"
)

// A bulkColumn is one figure of a way to put messages, for people and, in base
// units, for programs.
type bulkColumn struct {
	name, unit string
	// The columns _lo and _hi have the same name before them.
	csv string
	// In base units: seconds, parts of 1.
	get    func(result.Way) result.Stat
	factor float64 // for people
	format func(float64) string
}

// bulkColumns are the columns of the table of bulk, with their factors from base units.
var bulkColumns = []bulkColumn{
	{"rows/s", "", "rows_s", func(w result.Way) result.Stat { return w.Rate }, 1, units.Grouped},
	{"message", "µs", "message_s", func(w result.Way) result.Stat { return w.Message }, 1e6, units.Digits},
	{"p99", "µs", "message_p99_s", func(w result.Way) result.Stat { return w.Tail }, 1e6, units.Digits},
	{"pages", "", "pages", func(w result.Way) result.Stat { return w.Pages }, 1, units.Grouped},
	{"full", "%", "full", func(w result.Way) result.Stat { return w.Full }, 100, units.Fixed(1)},
	{"index", "pages", "index_pages", func(w result.Way) result.Stat { return w.Index }, 1, units.Grouped},
	{"gain", "×", "gain", func(w result.Way) result.Stat { return w.Gain }, 1, units.Fixed(2)},
	{"saved", "% of time", "saved", result.Way.Saved, 100, units.Fixed(1)},
	{"more pages", "%", "pages_of_base", func(w result.Way) result.Stat { return w.MorePages }, 100, morePercent},
}

// morePercent formats 104 % of something as the 4 % that it is more.
func morePercent(v float64) string { return strconv.FormatFloat(v-100, 'f', 1, 64) }

// bulkGrid is the table of messages: a row for each way at each point.
func (s summary) bulkGrid() grid {
	g := grid{title: s.title(nil), notes: s.bulkNotes()}
	g.Columns = table.Words("rows", "put")
	for _, c := range bulkColumns {
		g.Columns = append(g.Columns, table.Column{Name: c.name, Unit: c.unit})
	}
	// With rows of other sizes there is nothing to compare with, and no column.
	published := s.published()
	if published {
		g.Columns = append(g.Columns, table.Column{Name: "published", Unit: "% saved"})
	}
	// In the order of the points and, within one, of the ways in the configuration.
	for _, p := range s.bulk {
		for _, w := range p.Ways {
			g.Rows = append(g.Rows, bulkRow(p, w, published))
		}
	}
	return g
}

func bulkRow(p result.BulkPoint, w result.Way, published bool) table.Row {
	point, put := bulkPoint(p.Params), units.OneLine(w.Put)
	switch {
	case w.Failed > 0 && len(w.Errors) > 0:
		// The name has both words columns in it: a failed row has one cell.
		return table.Row{Cells: []string{point + ", " + put}, Why: "FAILED: " + units.OneLine(w.Errors[0])}
	case w.Trials == 0:
		return table.Row{Cells: []string{point + ", " + put}, Why: "FAILED: no trial ran to its end"}
	}
	r := table.Row{Cells: []string{point, put}}
	for _, c := range bulkColumns {
		st := c.get(w)
		if st.N == 0 {
			r.Cells = append(r.Cells, none)
			continue
		}
		r.Cells = append(r.Cells, c.format(c.factor*st.Median))
	}
	if published {
		r.Cells = append(r.Cells, publishedCell(p, w))
	}
	return r
}

// bulkPoint names a point by its values, where the keys say what goes without
// saying: "44-104", "resize ordered 100".
func bulkPoint(params []result.Param) string {
	var words []string
	for _, p := range params {
		words = append(words, units.OneLine(p.Value))
	}
	if len(words) == 0 {
		return "all"
	}
	return strings.Join(words, " ")
}

// published reports whether some point is one of IEP-32's table.
func (s summary) published() bool {
	return slices.ContainsFunc(s.bulk, func(p result.BulkPoint) bool { return bulk.ClassOf(p.RowSize()) != nil })
}

// publishedCell is the gain that the prototype's benchmark published for rows like these.
func publishedCell(p result.BulkPoint, w result.Way) string {
	c := bulk.ClassOf(p.RowSize())
	switch {
	case c == nil || w.Gain.N == 0:
		return none
	case !c.Certain:
		return "?"
	}
	return units.Fixed(1)(c.Saved)
}

// bulkNotes say what the figures are of and how they were got.
func (s summary) bulkNotes() []string {
	// The numbers of trials differ where some failed or were interrupted.
	lo, hi, noisy := 0, 0, 0
	for _, p := range s.bulk {
		for _, w := range p.Ways {
			if lo == 0 || w.Trials < lo {
				lo = w.Trials
			}
			hi = max(hi, w.Trials)
		}
	}
	for i := range s.exp.Trials {
		if s.exp.Trials[i].Disturbed.Noisy() {
			noisy++
		}
	}
	var keys []string
	if len(s.bulk) > 0 {
		// All points of a matrix have the same keys.
		for _, p := range s.bulk[0].Params {
			keys = append(keys, units.OneLine(strings.TrimPrefix(p.Key, "workload.")))
		}
	}
	out := []string{}
	if len(keys) > 0 {
		out = append(out, "Rows are by "+strings.Join(keys, ", ")+".")
	}
	trials := fmt.Sprintf("Medians over %d trials", hi)
	if lo != hi {
		trials = fmt.Sprintf("Medians over %d to %d trials", lo, hi)
	}
	out = append(out,
		trials+"; message is the median time of one, gain that of insert (or single) over this way's in the same round, "+
			"saved the share of it that is saved.",
		"Pages are those that the rows are in, at the end, and full is what part of them is rows; more pages is against "+
			"insert (or single).", "After each trial every row was compared with a model.")
	if s.published() {
		out = append(out, "Published: IEP-32's table; ? is a cell that cannot be read with certainty. Another machine, "+
			"language and code: only the course over the sizes can be compared.")
	}
	if noisy > 0 {
		out = append(out, fmt.Sprintf("Noisy trials, kept and counted: %d of %d.", noisy, len(s.exp.Trials)))
	}
	// Without rows they are the machine's alone.
	for _, w := range s.warnings(pointRows{}) {
		out = append(out, "Warning: "+w)
	}
	return out
}

// bulkSheet is the table of messages with all digits and ranges.
func (s summary) bulkSheet() table.Grid {
	head := []string{"experiment"}
	for _, p := range s.bulk[0].Params {
		head = append(head, p.Key)
	}
	head = append(head, "workload.put", "trials", "failed")
	for _, c := range bulkColumns {
		head = append(head, c.csv, c.csv+"_lo", c.csv+"_hi")
	}
	out := table.Grid{Columns: table.Words(append(head, "error")...)}
	for _, p := range s.bulk {
		for _, way := range p.Ways {
			out.Add(s.bulkCSVRow(p, way)...)
		}
	}
	return out
}

// bulkCSVRow is bulkRow for CSV: every figure with its range, in base units.
func (s summary) bulkCSVRow(p result.BulkPoint, w result.Way) []string {
	cells := []string{s.exp.Name}
	for _, q := range p.Params {
		cells = append(cells, q.Value)
	}
	cells = append(cells, w.Put, strconv.Itoa(w.Trials), strconv.Itoa(w.Failed))
	for _, c := range bulkColumns {
		st := c.get(w)
		for _, v := range []float64{st.Median, st.Lo, st.Hi} {
			if st.N == 0 {
				cells = append(cells, "")
			} else {
				cells = append(cells, strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
	}
	return append(cells, strings.Join(w.Errors, "; "))
}
