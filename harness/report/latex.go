package report

import (
	"fmt"
	"strings"
)

var latexEscape = strings.NewReplacer(`\`, `\textbackslash{}`, `%`, `\%`, `_`, `\_`, `#`, `\#`, `&`, `\&`, `$`, `\$`, `{`, `\{`, `}`, `\}`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `\textless{}`, `>`, `\textgreater{}`, `|`, `\textbar{}`, `"`, `''`,
	`µ`, `\ensuremath{\mu}`, `μ`, `\ensuremath{\mu}`, `×`, `\ensuremath{\times}`, `±`, `\ensuremath{\pm}`, `–`, `--`, `…`, `\ldots{}`)

// latex writes each table as a tabular with its notes below, to be put into a
// table environment of the paper's.
func (s summary) latex() string {
	var b strings.Builder
	b.WriteString("% Needs \\usepackage{booktabs} and \\usepackage{xcolor}.\n")
	for _, t := range s.tables {
		fmt.Fprintf(&b, "%% %s\n\\begin{tabular}{l%s}\n\\toprule\n", s.title(t), strings.Repeat("r", len(t.columns())))
		names, units := []string{"algorithm"}, []string{""}
		for _, c := range t.columns() {
			name, unit, _ := strings.Cut(c.head("\n"), "\n")
			names, units = append(names, latexEscape.Replace(name)), append(units, latexEscape.Replace(unit))
		}
		b.WriteString(latexRow(names) + latexRow(units) + "\\midrule\n")
		for i := range t.rows {
			r := &t.rows[i]
			cells := []string{latexEscape.Replace(name(r))}
			if why := failure(r); why != "" {
				cells = append(cells, fmt.Sprintf("\\multicolumn{%d}{l}{\\textcolor{red}{%s}}", len(t.columns()), latexEscape.Replace(why)))
			} else {
				for _, c := range t.columns() {
					cells = append(cells, latexCell(c.cell(r)))
				}
			}
			b.WriteString(latexRow(cells))
		}
		b.WriteString("\\bottomrule\n\\end{tabular}\n\n\\par{\\footnotesize\n")
		for _, n := range s.notes(t) {
			b.WriteString(latexEscape.Replace(n) + "\n")
		}
		b.WriteString("\\par}\n")
	}
	return b.String()
}

func latexRow(cells []string) string { return strings.Join(cells, " & ") + ` \\` + "\n" }

// latexCell escapes a figure; a hyphen before it is a minus.
func latexCell(s string) string {
	if number, ok := strings.CutPrefix(s, "-"); ok {
		return `\ensuremath{-}` + latexEscape.Replace(number)
	}
	return latexEscape.Replace(s)
}
