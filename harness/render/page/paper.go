package page

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Paper says what a table for a paper has: algorithms in rows, and in columns the figures of
// each point of the matrix.
type Paper struct {
	Order   []string                  // algorithms in the table's order; others follow by name
	Columns []string                  // the figures, by the names of Columns
	Only    []string                  // the algorithms, in this order; nil: all, in that of Order
	Points  func([]result.Param) bool // which points; nil: all
	Label   func(string) string       // what is written for an algorithm, a key or a value; nil: itself
	Ranges  bool                      // behind a median its interval, or its range below 6 trials
}

// PaperColumns are the names that Paper.Columns may have.
func PaperColumns() (names []string) {
	for _, c := range paperColumns() {
		if !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// paperColumns are the columns of both tables of a point.
func paperColumns() []column {
	return slices.Concat(columns, []column{logColumn}, durableColumns, logCostColumns, heapColumns, partColumns[1:])
}

// WritePaper writes e as one tabular of LaTeX, for booktabs. The names of columns have to be
// some of PaperColumns. It fails where no point or algorithm is left, or as w does.
func WritePaper(w io.Writer, e *result.Experiment, p Paper) error {
	var cols []column
	for _, name := range p.Columns {
		all := paperColumns()
		cols = append(cols, all[slices.IndexFunc(all, func(c column) bool { return c.name == name })])
	}
	var points []pointRows
	var names []string
	for _, t := range newSummary(e, p.Order).tables {
		if p.Points != nil && !p.Points(t.point) {
			continue
		}
		points = append(points, t)
		for _, r := range t.rows {
			if !slices.Contains(names, r.Algorithm) {
				names = append(names, r.Algorithm)
			}
		}
	}
	if p.Only != nil {
		names = slices.DeleteFunc(slices.Clone(p.Only), func(a string) bool { return !slices.Contains(names, a) })
	}
	if len(points) == 0 || len(names) == 0 || len(cols) == 0 {
		return fmt.Errorf("table of %s: no point, algorithm or column is left", e.Name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%% %s\n\\begin{tabular}{l%s}\n\\toprule\n", table.Packages, units.OneLine(e.Name),
		strings.Repeat("r", len(points)*len(cols)))
	p.head(&b, points, cols)
	b.WriteString("\\midrule\n")
	for _, name := range names {
		cells := []string{units.LaTeX(units.OneLine(p.label(name)))}
		for _, t := range points {
			cells = append(cells, p.cells(t, name, cols)...)
		}
		b.WriteString(strings.Join(cells, " & ") + " \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// head writes the names of points over those of the figures; an only figure is named once, over
// the points, and an only point is not named.
func (p Paper) head(b *strings.Builder, points []pointRows, cols []column) {
	heading := func(c column) string {
		return units.LaTeX(table.Column{Name: c.name, Unit: c.unit}.Heading(" "))
	}
	var over, names []string
	for i, t := range points {
		if title := p.title(t.point); len(cols) == 1 && len(points) > 1 {
			names = append(names, title)
		} else {
			over = append(over, fmt.Sprintf("\\multicolumn{%d}{c}{%s}", len(cols), title))
		}
		for _, c := range cols {
			if len(cols) > 1 || len(points) == 1 {
				names = append(names, heading(c))
			} else if i == 0 {
				over = append(over, fmt.Sprintf("\\multicolumn{%d}{c}{%s}", len(points), heading(c)))
			}
		}
	}
	if len(points) > 1 {
		b.WriteString(" & " + strings.Join(over, " & ") + " \\\\\n")
		n := len(points) * len(cols) / len(over)
		for i := range over {
			fmt.Fprintf(b, "\\cmidrule(lr){%d-%d}", 2+i*n, 1+(i+1)*n)
		}
		b.WriteString("\n")
	}
	b.WriteString(" & " + strings.Join(names, " & ") + " \\\\\n")
}

// cells are those of an algorithm at a point.
func (p Paper) cells(t pointRows, algorithm string, cols []column) (cells []string) {
	i := slices.IndexFunc(t.rows, func(r result.Row) bool { return r.Algorithm == algorithm })
	switch {
	case i >= 0 && failure(&t.rows[i]) != "":
		return []string{fmt.Sprintf("\\multicolumn{%d}{c}{\\textcolor{red}{FAILED}}", len(cols))}
	case i < 0:
		return slices.Repeat([]string{units.LaTeX(none)}, len(cols))
	}
	for _, c := range cols {
		text := units.LaTeX(c.cell(&t.rows[i], p.Ranges))
		if number, ok := strings.CutPrefix(text, "-"); ok {
			text = `\ensuremath{-}` + number
		}
		cells = append(cells, text)
	}
	return cells
}

// title names a point: "Zipf skew 0.99".
func (p Paper) title(point []result.Param) string {
	parts := make([]string, len(point))
	for i, kv := range point {
		key := p.label(kv.Key)
		if key == kv.Key { // not labelled as a whole
			key = p.label(kv.Key[strings.LastIndexByte(kv.Key, '.')+1:])
		}
		parts[i] = units.LaTeX(units.OneLine(key + " " + p.label(kv.Value)))
	}
	return strings.Join(parts, ", ")
}

func (p Paper) label(name string) string {
	if p.Label == nil {
		return name
	}
	return p.Label(name)
}
