package page

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"ckptbench/harness/units"
)

const (
	red   = "\x1b[31m"
	reset = "\x1b[0m"
)

// plain writes the tables for a terminal or a log: no lines, no colour unless
// asked for.
func (s summary) plain(colour bool) (string, error) {
	if len(s.tables)+len(s.bulk) == 0 {
		return units.OneLine(s.exp.Name) + ": no trials\n", nil
	}
	var b strings.Builder
	for i, g := range s.grids() {
		if i > 0 {
			b.WriteString("\n")
		}
		body, err := g.render("\n", tablewriter.WithRendition(tw.Rendition{
			Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleASCII),
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off}},
		}), tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}))
		if err != nil {
			return "", err
		}
		lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
		g.sayFailures(lines[len(lines)-len(g.rows):], colour)
		b.WriteString(g.title + "\n\n")
		for _, l := range lines {
			b.WriteString(strings.TrimRight(l, " ") + "\n")
		}
		b.WriteString("\n" + strings.Join(g.notes, "\n") + "\n")
	}
	return b.String(), nil
}

// sayFailures writes why an algorithm failed over its line of dashes. A cell of
// its own would be as wide as the message.
func (g grid) sayFailures(lines []string, colour bool) {
	widest := 0
	for _, r := range g.rows {
		widest = max(widest, len([]rune(r.name)))
	}
	for i, r := range g.rows {
		if r.why == "" {
			continue
		}
		lines[i] = r.name + strings.Repeat(" ", max(widest, len("algorithm"))-len([]rune(r.name))+2) + r.why
		if colour {
			lines[i] = red + lines[i] + reset
		}
	}
}

// markdown writes the tables as GitHub reads them.
func (s summary) markdown() (string, error) {
	if len(s.tables)+len(s.bulk) == 0 {
		return units.Markdown(units.OneLine(s.exp.Name)) + ": no trials\n", nil
	}
	var b strings.Builder
	for _, g := range s.grids() {
		body, err := g.render(" ", tablewriter.WithRenderer(renderer.NewMarkdown()))
		if err != nil {
			return "", err
		}
		b.WriteString("### " + units.Markdown(g.title) + "\n\n" + body + "\n")
		for _, r := range g.rows {
			if r.why != "" {
				b.WriteString("- **" + units.Markdown(r.name) + "** " + units.Markdown(r.why) + "\n")
			}
		}
		for _, n := range g.notes {
			b.WriteString("- " + units.Markdown(n) + "\n")
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// render makes a table with tablewriter. Its own formatting of headings would
// break units apart, and East Asian locales would give µ two cells. unitSep
// stands before a heading's unit.
func (g grid) render(unitSep string, how ...tablewriter.Option) (string, error) {
	var b strings.Builder
	var align tw.Alignment
	var head []string
	for _, h := range g.head {
		side := tw.AlignRight
		if h.words {
			side = tw.AlignLeft
		}
		align, head = append(align, side), append(head, h.text(unitSep))
	}
	opts := append([]tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithEastAsian(tw.Off), tablewriter.WithAlignment(align),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
	}, how...)
	w := tablewriter.NewTable(&b, opts...)
	plain := func(s string) string { return s }
	if _, ok := w.Renderer().(*renderer.Markdown); ok {
		plain = units.Markdown
	}
	w.Header(head)
	for _, r := range g.rows {
		cells := []string{plain(r.name)}
		for k := range len(g.head) - 1 {
			switch {
			case r.why != "" && k == 0:
				cells = append(cells, "FAILED")
			case r.why != "":
				cells = append(cells, none)
			case g.head[k+1].words:
				cells = append(cells, plain(r.cells[k]))
			default:
				cells = append(cells, r.cells[k])
			}
		}
		if err := w.Append(cells); err != nil {
			return "", err
		}
	}
	if err := w.Render(); err != nil {
		return "", err
	}
	return b.String(), nil
}
