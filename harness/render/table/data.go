package table

import (
	"encoding/csv"
	"slices"
	"strings"
)

// CSV is the table for programs: the names of the columns, and a line for each row. Nothing is escaped but what CSV
// asks for.
func (g Grid) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.Write(g.names()); err != nil {
		return "", err
	}
	for _, r := range g.Rows {
		// A failed row has its name, FAILED and dashes; why is for the caller's own columns.
		if err := w.Write(r.cells(len(g.Columns))); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

// Objects are the rows for JSON: an object each, by the names of the columns.
func (g Grid) Objects() []map[string]string {
	var objects []map[string]string
	for _, r := range g.Rows {
		o := map[string]string{}
		for i, cell := range r.cells(len(g.Columns)) {
			o[g.Columns[i].Name] = cell
		}
		objects = append(objects, o)
	}
	return objects
}

func (g Grid) names() []string {
	names := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		names[i] = c.Name
	}
	return names
}

// Join returns g's rows with t's below them. A column that g lacks goes behind the one that is before it in t, and
// cells of a column that a row's table lacks are "".
func (g Grid) Join(t Grid) Grid {
	out := Grid{Columns: slices.Clone(g.Columns)}
	// Where the next column that g lacks goes.
	at := 0
	for _, c := range t.Columns {
		if i := slices.Index(out.names(), c.Name); i >= 0 {
			at = i + 1
			continue
		}
		out.Columns = slices.Insert(out.Columns, at, c)
		at++
	}
	names := out.names()
	for _, from := range []Grid{g, t} {
		for _, row := range from.Rows {
			cells := make([]string, len(names))
			// By name, not by place: what stands in one table in third place may be fifth in
			// both together.
			for i, name := range from.names() {
				cells[slices.Index(names, name)] = row.Cells[i]
			}
			out.Add(cells...)
		}
	}
	return out
}
