package table

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// between is how many blanks Text has between columns.
	between = 2
	// leastColumn is the narrowest column that sentences can be read in, letters.
	leastColumn = 16
)

// Fit is Text for a terminal that is so many letters wide; 0 is one without an end. Where the
// table is wider its texts are wrapped, and where that would leave columns too narrow each row is
// written as lines below its first cell.
func (g Grid) Fit(width int) (string, error) {
	natural := g.widths()
	total := between * (len(natural) - 1)
	for _, w := range natural {
		total += w
	}
	if width <= 0 || total <= width {
		return g.Text(false)
	}
	widths := shared(natural, width)
	if widths == nil {
		return g.stacked(width), nil
	}
	out := Grid{Columns: slices.Clone(g.Columns)}
	for i, w := range widths {
		out.Columns[i].Name = strings.Join(broken(out.Columns[i].Name, w), "\n")
	}
	for _, r := range g.Rows {
		cells := slices.Clone(r.Cells)
		for i := range cells {
			cells[i] = strings.Join(broken(cells[i], widths[i]), "\n")
		}
		out.Rows = append(out.Rows, Row{Cells: cells, Why: r.Why})
	}
	return out.Text(false)
}

// widths are the columns', in letters, unwrapped.
func (g Grid) widths() []int {
	widths := make([]int, len(g.Columns))
	widen := func(i int, text string) {
		for line := range strings.Lines(text) {
			widths[i] = max(widths[i], utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
		}
	}
	for i, c := range g.Columns {
		widen(i, c.Heading("\n"))
	}
	for _, r := range g.Rows {
		for i, cell := range r.Cells {
			widen(i, cell)
		}
	}
	return widths
}

// shared gives each column what it needs, or an equal part of what the narrower ones leave. The
// first, which names the row, keeps its width. It is nil where the parts would be too narrow.
func shared(natural []int, width int) []int {
	room := width - between*(len(natural)-1) - natural[0]
	out := slices.Clone(natural)
	var open []int
	for i := 1; i < len(natural); i++ {
		open = append(open, i)
	}
	for len(open) > 0 {
		part := room / len(open)
		rest := slices.DeleteFunc(slices.Clone(open), func(i int) bool { return natural[i] <= part })
		if len(rest) < len(open) {
			for _, i := range open {
				if natural[i] <= part {
					room -= natural[i]
				}
			}
			open = rest
			continue
		}
		if part < leastColumn {
			return nil
		}
		for _, i := range open {
			out[i] = part
		}
		return out
	}
	if room < 0 {
		return nil // the first column alone is too wide
	}
	return out
}

// stacked writes each row as its first cell, with the others below it by their columns' names.
func (g Grid) stacked(width int) string {
	var b strings.Builder
	for n, r := range g.Rows {
		if n > 0 {
			b.WriteString("\n")
		}
		b.WriteString(r.Cells[0] + "\n")
		for i, cell := range r.cells(len(g.Columns))[1:] {
			if cell == "" {
				continue
			}
			for k, line := range broken(g.Columns[i+1].Heading(" ")+": "+cell, max(width-4, leastColumn)) {
				b.WriteString(strings.Repeat(" ", 2+2*min(k, 1)) + line + "\n")
			}
		}
	}
	return b.String()
}

// broken cuts a text into lines of whole words, at most so many letters each. A longer word is
// cut behind one of |/,-_. or where it has to be.
func broken(text string, width int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		at := ""
		for _, word := range strings.Fields(line) {
			for _, piece := range pieces(word, width) {
				switch {
				case at == "":
					at = piece
				case utf8.RuneCountInString(at)+1+utf8.RuneCountInString(piece) <= width && piece == word:
					at += " " + piece
				default:
					lines = append(lines, at)
					at = piece
				}
			}
		}
		lines = append(lines, at)
	}
	return lines
}

// pieces cuts a word into parts of at most so many letters.
func pieces(word string, width int) (parts []string) {
	letters := []rune(word)
	for len(letters) > width {
		end := strings.LastIndexAny(string(letters[:width]), "|/,-_.")
		cut := utf8.RuneCountInString(string(letters[:width])[:max(end, 0)]) + 1
		if end < 0 {
			cut = width
		}
		parts = append(parts, string(letters[:cut]))
		letters = letters[cut:]
	}
	return append(parts, string(letters))
}
