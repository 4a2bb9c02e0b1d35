package page

import (
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A grid is a table ready to be written in any format.
type grid struct {
	title string
	head  []heading // the first of them the algorithm's
	rows  []gridRow
	notes []string
}

type heading struct {
	name, unit string
	words      bool // at the left; figures are at the right
}

// A gridRow is an algorithm's cells, or why it has none.
type gridRow struct {
	name  string
	cells []string // behind the name
	why   string
}

// text is the heading on one line, sep between its name and its unit.
func (h heading) text(sep string) string {
	if h.unit == "" {
		return h.name
	}
	return h.name + sep + "(" + h.unit + ")"
}

// grids are the tables of each matrix point, then that of messages of rows, and
// then how the pauses grow over the points.
func (s summary) grids() []grid {
	var gs []grid
	for _, t := range s.tables {
		g := grid{title: s.title(t.point), head: []heading{{name: "algorithm", words: true}}, notes: s.notes(t)}
		for _, c := range t.columns() {
			g.head = append(g.head, heading{name: c.name, unit: c.unit})
		}
		for i := range t.rows {
			r := &t.rows[i]
			row := gridRow{name: name(r), why: failure(r)}
			for _, c := range t.columns() {
				if row.why == "" {
					row.cells = append(row.cells, c.cell(r))
				}
			}
			g.rows = append(g.rows, row)
		}
		gs = append(gs, g)
		if parts, ok := s.partsGrid(t); ok {
			gs = append(gs, parts)
		}
	}
	if len(s.bulk) > 0 {
		gs = append(gs, s.bulkGrid())
	}
	return append(gs, s.growthGrids()...)
}

// title names a table: "default, zipf 0.99".
func (s summary) title(point []result.Param) string {
	parts := []string{units.OneLine(s.exp.Name)}
	for _, p := range point {
		parts = append(parts, units.OneLine(p.Key+" "+p.Value))
	}
	return strings.Join(parts, ", ")
}
