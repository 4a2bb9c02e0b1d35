package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	red   = "\x1b[31m"
	reset = "\x1b[0m"
)

// plain writes the tables for a terminal or a log: no lines, no colour unless
// asked for.
func (s summary) plain(colour bool) (string, error) {
	if len(s.tables) == 0 {
		return oneLine(s.exp.Name) + ": no trials\n", nil
	}
	var b strings.Builder
	for i, t := range s.tables {
		if i > 0 {
			b.WriteString("\n")
		}
		body, err := t.render("\n", tablewriter.WithRendition(tw.Rendition{
			Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleASCII),
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off}},
		}), tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}))
		if err != nil {
			return "", err
		}
		lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
		t.sayFailures(lines[len(lines)-len(t.rows):], colour)
		b.WriteString(s.title(t) + "\n\n")
		for _, l := range lines {
			b.WriteString(strings.TrimRight(l, " ") + "\n")
		}
		b.WriteString("\n" + strings.Join(s.notes(t), "\n") + "\n")
	}
	return b.String(), nil
}

// sayFailures writes why an algorithm failed over its line of dashes. A cell of
// its own would be as wide as the message.
func (t table) sayFailures(lines []string, colour bool) {
	widest := 0
	for i := range t.rows {
		widest = max(widest, len([]rune(name(&t.rows[i]))))
	}
	for i := range t.rows {
		why := failure(&t.rows[i])
		if why == "" {
			continue
		}
		n := name(&t.rows[i])
		lines[i] = n + strings.Repeat(" ", max(widest, len("algorithm"))-len([]rune(n))+2) + why
		if colour {
			lines[i] = red + lines[i] + reset
		}
	}
}

// markdown writes the tables as GitHub reads them.
func (s summary) markdown() (string, error) {
	if len(s.tables) == 0 {
		return markdownEscape.Replace(oneLine(s.exp.Name)) + ": no trials\n", nil
	}
	var b strings.Builder
	for _, t := range s.tables {
		body, err := t.render(" ", tablewriter.WithRenderer(renderer.NewMarkdown()))
		if err != nil {
			return "", err
		}
		b.WriteString("### " + markdownEscape.Replace(s.title(t)) + "\n\n" + body + "\n")
		for i := range t.rows {
			if why := failure(&t.rows[i]); why != "" {
				b.WriteString("- **" + markdownEscape.Replace(name(&t.rows[i])) + "** " + markdownEscape.Replace(why) + "\n")
			}
		}
		for _, n := range s.notes(t) {
			b.WriteString("- " + markdownEscape.Replace(n) + "\n")
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// The Markdown renderer escapes nothing.
var markdownEscape = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `<`, `&lt;`, `>`, `&gt;`, `*`, `\*`, `_`, `\_`, "`", "\\`", `[`, `\[`, `#`, `\#`)

// render makes a table with tablewriter. Its own formatting of headings would
// break units apart, and East Asian locales would give µ two cells. unitSep
// stands before a heading's unit.
func (t table) render(unitSep string, how ...tablewriter.Option) (string, error) {
	var b strings.Builder
	align := tw.Alignment{tw.AlignLeft}
	head := []string{"algorithm"}
	for _, c := range t.columns() {
		align, head = append(align, tw.AlignRight), append(head, c.head(unitSep))
	}
	opts := append([]tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithEastAsian(tw.Off), tablewriter.WithAlignment(align),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
	}, how...)
	w := tablewriter.NewTable(&b, opts...)
	escape := func(s string) string { return s }
	if _, ok := w.Renderer().(*renderer.Markdown); ok {
		escape = markdownEscape.Replace
	}
	w.Header(head)
	for i := range t.rows {
		cells := []string{escape(name(&t.rows[i]))}
		failed := failure(&t.rows[i]) != ""
		for k, c := range t.columns() {
			switch {
			case failed && k == 0:
				cells = append(cells, "FAILED")
			case failed:
				cells = append(cells, none)
			default:
				cells = append(cells, c.cell(&t.rows[i]))
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
