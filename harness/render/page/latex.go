package page

import (
	"fmt"
	"strings"

	"ckptbench/harness/units"
)

// latex writes each table as a tabular with its notes below, to be put into a
// table environment of the paper's.
func (s summary) latex() string {
	var b strings.Builder
	b.WriteString("% Needs \\usepackage{booktabs} and \\usepackage{xcolor}.\n")
	for _, g := range s.grids() {
		g.latex(&b)
	}
	return b.String()
}

func (g grid) latex(b *strings.Builder) {
	align := ""
	var names, below []string
	for _, h := range g.head {
		name, unit, _ := strings.Cut(h.text("\n"), "\n")
		names, below = append(names, units.LaTeX(name)), append(below, units.LaTeX(unit))
		if h.words {
			align += "l"
		} else {
			align += "r"
		}
	}
	fmt.Fprintf(b, "%% %s\n\\begin{tabular}{%s}\n\\toprule\n", g.title, align)
	b.WriteString(latexRow(names) + latexRow(below) + "\\midrule\n")
	for _, r := range g.rows {
		cells := []string{units.LaTeX(r.name)}
		if r.why != "" {
			cells = append(cells, fmt.Sprintf("\\multicolumn{%d}{l}{\\textcolor{red}{%s}}", len(g.head)-1, units.LaTeX(r.why)))
		}
		for _, c := range r.cells {
			cells = append(cells, latexCell(c))
		}
		b.WriteString(latexRow(cells))
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n\n\\par{\\footnotesize\n")
	for _, n := range g.notes {
		b.WriteString(units.LaTeX(n) + "\n")
	}
	b.WriteString("\\par}\n")
}

func latexRow(cells []string) string { return strings.Join(cells, " & ") + ` \\` + "\n" }

// latexCell escapes a figure; a hyphen before it is a minus.
func latexCell(s string) string {
	if number, ok := strings.CutPrefix(s, "-"); ok {
		return `\ensuremath{-}` + units.LaTeX(number)
	}
	return units.LaTeX(s)
}
