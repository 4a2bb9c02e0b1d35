package page

import (
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A grid is a table with what stands around it. Its first column is the algorithm's.
type grid struct {
	table.Grid
	title string
	notes []string
	rows  []result.Row // what a table of one matrix point is of; nil for every other grid
}

// grids are the tables of each matrix point, then that of messages of rows, and
// then how the pauses grow over the points.
func (s summary) grids() []grid {
	var gs []grid
	for _, t := range s.tables {
		g := grid{title: s.title(t.point), notes: s.notes(t), rows: t.rows}
		g.Columns = table.Words("algorithm")
		for _, c := range t.columns() {
			g.Columns = append(g.Columns, table.Column{Name: c.name, Unit: c.unit})
		}
		for i := range t.rows {
			r := &t.rows[i]
			row := table.Row{Cells: []string{name(r)}, Why: failure(r)}
			for _, c := range t.columns() {
				// A failed row has its name alone; package table fills the rest.
				if row.Why == "" {
					row.Cells = append(row.Cells, c.cell(r, false))
				}
			}
			g.Rows = append(g.Rows, row)
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
