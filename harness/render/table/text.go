package table

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"ckptbench/harness/units"
)

const (
	red   = "\x1b[31m"
	reset = "\x1b[0m"
)

// Text is the table for a terminal or a log: no lines, columns two blanks apart, units below the names. A cell
// may have several lines. Why a row failed stands over its dashes, in red with colour, which is for terminals: a
// cell of its own would be as wide as the message.
func (g Grid) Text(colour bool) (string, error) {
	// Nothing is escaped: a terminal gives no meaning to what units.OneLine has left.
	body, err := g.render("\n", nil, tablewriter.WithRendition(tw.Rendition{
		Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleASCII),
		Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off}},
	}), tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}))
	if err != nil {
		return "", err
	}
	// The reasons are written over finished lines, when all the widths are settled.
	lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
	g.sayWhy(lines, colour)
	for i, l := range lines {
		// The last column is filled up with blanks like the others.
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// sayWhy writes the reasons over the last of the lines, of which each row has one
// where a row failed.
func (g Grid) sayWhy(lines []string, colour bool) {
	// From the end: how many lines the heading has depends on the units.
	lines = lines[max(0, len(lines)-len(g.Rows)):]
	widest := 0
	for _, r := range g.Rows {
		// Letters, not bytes: names may have × or µ.
		widest = max(widest, utf8.RuneCountInString(r.Cells[0]))
	}
	for i, r := range g.Rows {
		if r.Why == "" {
			continue
		}
		name := r.Cells[0]
		gap := max(widest, utf8.RuneCountInString(g.Columns[0].Name)) - utf8.RuneCountInString(name) + 2
		lines[i] = name + strings.Repeat(" ", gap) + r.Why
		if colour {
			lines[i] = red + lines[i] + reset
		}
	}
}

// Markdown is the table as GitHub reads it, with cells of one width for whoever reads its source. Why a row failed
// is for the caller to say below it.
func (g Grid) Markdown() (string, error) {
	return g.render(" ", units.Markdown, tablewriter.WithRenderer(renderer.NewMarkdown()))
}

// NarrowMarkdown is Markdown without blanks that fill the cells up, for those with long texts.
func (g Grid) NarrowMarkdown() string {
	var b strings.Builder
	heads := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		heads[i] = c.Heading(" ")
	}
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, r := range g.Rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(escaped(r.cells(len(g.Columns)), units.Markdown), " | "))
	}
	return b.String()
}

// render makes a table with tablewriter. Its own formatting of headings would
// break units apart, and East Asian locales would give µ two cells. sep stands
// before a heading's unit.
func (g Grid) render(sep string, escape func(string) string, how ...tablewriter.Option) (string, error) {
	var b strings.Builder
	var align tw.Alignment
	var head []string
	for _, c := range g.Columns {
		side := tw.AlignRight
		if c.Words {
			side = tw.AlignLeft
		}
		align, head = append(align, side), append(head, c.Heading(sep))
	}
	w := tablewriter.NewTable(&b, append([]tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithEastAsian(tw.Off), tablewriter.WithAlignment(align),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
	}, how...)...)
	w.Header(head)
	for _, r := range g.Rows {
		if err := w.Append(escaped(r.cells(len(g.Columns)), escape)); err != nil {
			return "", err
		}
	}
	if err := w.Render(); err != nil {
		return "", err
	}
	return b.String(), nil
}

// escaped returns the cells as escape makes them, or as they are without one.
func escaped(cells []string, escape func(string) string) []string {
	if escape == nil {
		return cells
	}
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = escape(c)
	}
	return out
}
