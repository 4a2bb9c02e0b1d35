// Package table writes a grid of cells as a table: for a terminal, for Markdown, for LaTeX, as CSV and as JSON.
//
// It knows nothing of what the cells are. Whoever makes a grid writes its figures (package units) and makes
// texts that came out of a file harmless (units.OneLine); what a format gives a meaning is escaped here.
// A Grid is a value: its methods do not change it and may be called concurrently.
package table

import "ckptbench/harness/units"

// A Grid is a table: its columns and its rows.
type Grid struct {
	Columns []Column
	Rows    []Row
}

// A Column is the heading over some cells.
type Column struct {
	Name string
	// As it is shown, such as "ms": the cells are formatted in it by whoever makes the grid.
	Unit  string // behind or below the name, in brackets; may be ""
	Words bool   // its cells are at the left; figures are at the right
}

// Words are columns of words without units, by their names.
func Words(names ...string) []Column {
	columns := make([]Column, len(names))
	for i, n := range names {
		columns[i] = Column{Name: n, Words: true}
	}
	return columns
}

// A Row is a cell for each column, or the first cell and why there are no others.
type Row struct {
	// As many as there are columns, or the first alone where Why is set.
	Cells []string
	Why   string // what failed; "" where nothing did
}

// Add puts a row with these cells below the others.
func (g *Grid) Add(cells ...string) { g.Rows = append(g.Rows, Row{Cells: cells}) }

// Heading is the column's name and its unit, sep between them.
func (c Column) Heading(sep string) string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + sep + "(" + c.Unit + ")"
}

// failed is the cell behind the name of a row that has none, in formats where the
// reason is said elsewhere.
const failed = "FAILED"

// cells are r's, n of them; a row that failed has dashes.
func (r Row) cells(n int) []string {
	if r.Why == "" {
		return r.Cells
	}
	cells := []string{r.Cells[0], failed}
	for len(cells) < n {
		cells = append(cells, units.Missing)
	}
	// A table of one column has no room for the word.
	return cells[:n]
}
