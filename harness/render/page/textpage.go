package page

import (
	_ "embed"
	"fmt"
	"io"

	"ckptbench/harness/render/table"
)

// A TextPage is a page of tables and explanations, in the style of the reports. Its texts
// are plain: what is special in HTML is escaped as the page is written.
type TextPage struct {
	Title, About, Verdict string
	Sections              []Section
}

// A Section is a table, explanations and notes, each of which may be left out.
type Section struct {
	Title string
	// No columns: the section has none.
	Table table.Grid
	Items []Item
	Notes []string
}

// An Item is a figure of ours beside a published one, with an explanation.
type Item struct{ Title, Says, Theirs, Ours, Why string }

//go:embed text.html
var textPageText string

// WriteHTML writes the page as a document that stands alone.
func (p TextPage) WriteHTML(w io.Writer) error {
	t, err := parse("text", textPageText)
	if err != nil {
		return err
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write the page %q: %w", p.Title, err)
	}
	return nil
}
