package page

import (
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/units"
)

// plain writes the tables for a terminal or a log: no lines, no colour unless
// asked for.
func (s summary) plain(colour bool) (string, error) {
	if len(s.tables)+len(s.bulk) == 0 {
		return units.OneLine(s.exp.Name) + ": no trials\n", nil
	}
	var b strings.Builder
	// Titles and notes were made harmless when the grid was made.
	for i, g := range s.grids() {
		if i > 0 {
			b.WriteString("\n")
		}
		body, err := g.Text(colour)
		if err != nil {
			return "", err
		}
		b.WriteString(g.title + "\n\n" + body + "\n" + strings.Join(g.notes, "\n") + "\n")
	}
	return b.String(), nil
}

// markdown writes the tables as GitHub reads them.
func (s summary) markdown() (string, error) {
	if len(s.tables)+len(s.bulk) == 0 {
		return units.Markdown(units.OneLine(s.exp.Name)) + ": no trials\n", nil
	}
	var b strings.Builder
	for _, g := range s.grids() {
		body, err := g.Markdown()
		if err != nil {
			return "", err
		}
		b.WriteString("### " + units.Markdown(g.title) + "\n\n" + body + "\n")
		for _, r := range g.Rows {
			// Markdown's table has dashes in a failed row, so the reason stands below it.
			if r.Why != "" {
				b.WriteString("- **" + units.Markdown(r.Cells[0]) + "** " + units.Markdown(r.Why) + "\n")
			}
		}
		for _, n := range g.notes {
			b.WriteString("- " + units.Markdown(n) + "\n")
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// latex writes each table as a tabular with its notes below.
func (s summary) latex() string {
	var b strings.Builder
	// Once for all tables.
	b.WriteString(table.Packages)
	for _, g := range s.grids() {
		b.WriteString("% " + g.title + "\n" + g.LaTeX() + "\n\\par{\\footnotesize\n")
		for _, n := range g.notes {
			b.WriteString(units.LaTeX(n) + "\n")
		}
		b.WriteString("\\par}\n")
	}
	return b.String()
}
