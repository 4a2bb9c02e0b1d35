// Package page puts the figures of an experiment into tables: for a terminal,
// for Markdown, for LaTeX and, with all their digits, for CSV.
//
// A table has a row per algorithm and stands for one matrix point. A row with a
// failed trial says so and has no figures. Where the matrix varies the number of
// records, one more table says how the pauses grow with it, beside what the
// papers say.
package page

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/workload"
)

// Formats are the names Write takes.
var Formats = []string{"table", "markdown", "csv", "latex"}

// Options say how to write a report. The zero Options work.
type Options struct {
	Order  []string // algorithms in the table's order; others follow by name
	Colour bool     // failed rows of the format "table" in red, for a terminal
}

// Write writes e's tables to w in one of Formats.
func Write(w io.Writer, e *result.Experiment, format string, o Options) error {
	var text string
	var err error
	switch s := newSummary(e, o.Order); format {
	case "table":
		text, err = s.plain(o.Colour)
	case "markdown":
		text, err = s.markdown()
	case "csv":
		text, err = s.csv()
	case "latex":
		text = s.latex()
	default:
		return fmt.Errorf("report format %q: want one of %s", format, strings.Join(Formats, ", "))
	}
	if err != nil {
		return fmt.Errorf("write report as %s: %w", format, err)
	}
	_, err = io.WriteString(w, text)
	return err
}

// A summary is an experiment's rows by matrix point.
type summary struct {
	// Only read, as are the rows.
	exp *result.Experiment
	// In the order of the matrix.
	tables []pointRows
	// Empty where the matrix does not vary records.
	growth []result.Growth
	bulk   []result.BulkPoint // of messages of rows, which are in no table
}

// pointRows are the rows of a matrix point.
type pointRows struct {
	point []result.Param
	rows  []result.Row
}

// newSummary sorts a result's rows into tables, a point each.
func newSummary(e *result.Experiment, order []string) summary {
	s := summary{exp: e, growth: e.Growth(order), bulk: e.BulkPoints(workload.Puts(), workload.PutBase)}
	for _, r := range e.Aggregate(order) {
		// Messages of rows are in bulk.
		if r.Mode == result.ModelVerdict {
			continue
		}
		n := len(s.tables)
		// Rows of a point follow each other.
		if n == 0 || !slices.Equal(s.tables[n-1].point, r.Params) {
			s.tables = append(s.tables, pointRows{point: r.Params})
			n++
		}
		s.tables[n-1].rows = append(s.tables[n-1].rows, r)
	}
	return s
}
