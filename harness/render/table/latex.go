package table

import (
	"fmt"
	"strings"

	"ckptbench/harness/units"
)

// Packages is the comment that says what LaTeX's tables need.
const Packages = "% Needs \\usepackage{booktabs} and \\usepackage{xcolor}.\n"

// LaTeX is the table as a tabular, units below the names, to be put into a table environment of the paper's.
func (g Grid) LaTeX() string {
	var b strings.Builder
	align := ""
	var names, below []string
	for _, c := range g.Columns {
		// The unit has a row of its own below the names, which keeps the columns narrow.
		name, unit, _ := strings.Cut(c.Heading("\n"), "\n")
		names, below = append(names, units.LaTeX(name)), append(below, units.LaTeX(unit))
		if c.Words {
			align += "l"
		} else {
			align += "r"
		}
	}
	fmt.Fprintf(&b, "\\begin{tabular}{%s}\n\\toprule\n", align)
	b.WriteString(latexRow(names) + latexRow(below) + "\\midrule\n")
	for _, r := range g.Rows {
		cells := []string{units.LaTeX(r.Cells[0])}
		if r.Why != "" {
			// The reason goes over all other columns, so that it does not widen one of them.
			cells = append(cells, fmt.Sprintf("\\multicolumn{%d}{l}{\\textcolor{red}{%s}}", len(g.Columns)-1,
				units.LaTeX(r.Why)))
		} else {
			cells = append(cells, escaped(r.Cells[1:], latexCell)...)
		}
		b.WriteString(latexRow(cells))
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
	return b.String()
}

func latexRow(cells []string) string { return strings.Join(cells, " & ") + ` \\` + "\n" }

// latexCell escapes a figure; a hyphen before it is a minus.
func latexCell(s string) string {
	if number, ok := strings.CutPrefix(s, "-"); ok {
		return `\ensuremath{-}` + units.LaTeX(number)
	}
	return units.LaTeX(s)
}
