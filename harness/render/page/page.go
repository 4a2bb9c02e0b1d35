package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Page is what an HTML report is made of.
type Page struct {
	Exp      *result.Experiment // the result
	Order    []string           // algorithms in the tables' order; others follow by name
	Pictures []Picture          // in the order in which they are shown
	// Variable names the algorithms whose versions take the room of their
	// values.
	Variable []string
}

// A Picture is a chart as an SVG document.
type Picture struct {
	Title string // the caption
	SVG   []byte // as a chart encodes it
}

// Only read.
//
//go:embed page.html
var pageText string

//go:embed style.html
var styleText string

// parse returns the template of a page, which may use the style of all.
func parse(name, text string) (*template.Template, error) {
	// html/template escapes by context whatever a result's texts have in them.
	t, err := template.New(name).Parse(styleText)
	if err == nil {
		t, err = t.New(name).Parse(text)
	}
	if err != nil {
		return nil, fmt.Errorf("read the template of the HTML report: %w", err)
	}
	return t, nil
}

// WriteHTML writes one document of a page or several that stands alone: its charts are in it, it asks for
// nothing from a network and needs no script, and it follows the reader's choice
// of light or dark.
func WriteHTML(w io.Writer, pages ...Page) error {
	t, err := parse("page", pageText)
	if err != nil {
		return err
	}
	var d document
	var names []string
	for i, p := range pages {
		v := newPage(p)
		if i > 0 {
			// Ids have to be unique in a document; the first page's stay as they are when it
			// stands alone.
			v.Nth = fmt.Sprintf("-%d", i+1)
		}
		d.Results, names = append(d.Results, v), append(names, v.Name)
	}
	d.Title = strings.Join(names, ", ")
	if err := t.Execute(w, d); err != nil {
		return fmt.Errorf("write report as html: %w", err)
	}
	return nil
}

// A document is what the template makes a file of.
type document struct {
	Title   string
	Results []pageView
}

// A pageView is a page as its template wants it.
type pageView struct {
	Nth                  string // behind the ids of a document's second page, and so on
	Name, About, Verdict string
	// What the verdict's colour follows.
	Good     bool
	Machines []result.Machine
	// As text; what repeat's command takes.
	Config   string
	Repeat   []string
	Tables   []tableView
	Pictures []pictureView
	Verdicts []verdictView
}

// The views are what the page's template shows: everything is text by then.
type tableView struct {
	Title string
	// Empty for grids that are not of a matrix point.
	Answers []answer
	Heads   []string
	Figures int // columns behind the name
	Rows    []rowView
	Notes   []string
}

type rowView struct {
	// Empty where the row has its cells.
	Name, Failure string
	Cells         []string
}

type pictureView struct {
	Title string
	// Not escaped any more: see inline.
	SVG    template.HTML
	Narrow bool // drawn for a column: two of them fit beside each other
}

type verdictView struct {
	Algorithm, Mode, Text string
	Images                int
	Transactions          uint64
	// True as well where an algorithm has no images to be wrong.
	OK bool
}

// newPage makes the view of one result.
func newPage(p Page) pageView {
	s := newSummary(p.Exp, p.Order)
	v := pageView{
		Name: units.OneLine(p.Exp.Name), About: units.OneLine(p.Exp.About), Machines: p.Exp.AllMachines(),
		Config: repeated(p.Exp), Repeat: repeat(p.Exp),
	}
	for _, g := range s.grids() {
		v.Tables = append(v.Tables, view(g, p.Variable))
	}
	for _, pic := range p.Pictures {
		v.Pictures = append(v.Pictures, pictureView{units.OneLine(pic.Title), inline(pic.SVG), narrow(pic.SVG)})
	}
	v.Verdicts = s.verdicts(p.Order)
	v.Verdict, v.Good = s.verdict()
	return v
}

// view makes a grid what the template wants. Only the table of a matrix point has answers.
func view(g grid, variable []string) tableView {
	v := tableView{Title: g.title, Notes: g.notes, Answers: answers(g.rows, variable), Figures: len(g.Columns) - 1}
	for _, c := range g.Columns {
		v.Heads = append(v.Heads, c.Heading(" "))
	}
	for _, r := range g.Rows {
		v.Rows = append(v.Rows, rowView{Name: r.Cells[0], Failure: r.Why, Cells: r.Cells[1:]})
	}
	return v
}

// verdict says in one line whether the page's figures can be believed.
func (s summary) verdict() (string, bool) {
	// Over all points of the matrix.
	images, failed := 0, 0
	var names []string // of the algorithms that were not checked
	unchecked := 0
	for i := range s.exp.Trials {
		t := &s.exp.Trials[i]
		images += t.Verdict.Images
		switch {
		case t.Status == result.Failed:
			// A failed trial is not counted as unchecked too.
			failed++
		case t.Judged() == result.NotChecked:
			unchecked++
			if name := units.OneLine(t.Algorithm); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	n := len(s.exp.Trials)
	switch {
	case failed > 0:
		return fmt.Sprintf("%d of %d trials FAILED: an image or a recovered state was wrong, or they could not run.",
			failed, n), false
	case unchecked > 0:
		return fmt.Sprintf("The images of %d of %d trials were not checked: %s.", unchecked, n, strings.Join(names, ", ")),
			false
	}
	// Messages of rows have no images: a model is what they are checked by.
	if len(s.tables) == 0 && len(s.bulk) > 0 {
		return fmt.Sprintf("All of %d trials passed: after each, every row was compared with a model.", n), true
	}
	return fmt.Sprintf("All of %d trials passed: %d images were read back and found right.", n, images), true
}

// verdicts say of each algorithm what is known of its images over all points:
// right only where every trial's were looked at.
func (s summary) verdicts(order []string) []verdictView {
	var out []verdictView
	for _, name := range s.exp.Algorithms(order) {
		v := verdictView{Algorithm: units.OneLine(name)}
		var judged, why, mode []string
		for i := range s.exp.Trials {
			t := &s.exp.Trials[i]
			if t.Algorithm != name {
				continue
			}
			// Trials of one algorithm may have been checked in different ways at different
			// points.
			mode, judged = addNew(mode, units.OneLine(t.Verdict.Mode)), addNew(judged, t.Judged())
			v.Images, v.Transactions = v.Images+t.Verdict.Images, v.Transactions+t.Verdict.Transactions
			switch {
			case t.Status == result.Failed:
				// The last failed trial's, where several failed.
				v.Text = units.OneLine(t.Error)
			case t.Judged() == result.NotChecked:
				why = addNew(why, t.WhyNotChecked())
			}
		}
		v.Mode = strings.Join(mode, ", ")
		switch {
		case v.Text != "": // a failed trial says why
		case len(why) > 0:
			v.Text = result.NotChecked + ": " + strings.Join(why, ", ")
		case slices.Contains(judged, result.Right):
			v.Text, v.OK = result.Right, true
		default:
			v.Text, v.OK = result.NoImages, true
		}
		out = append(out, v)
	}
	return out
}

// addNew appends s unless the list has it.
func addNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// repeat is the commands that make the result again. Of a result that does not say
// how it was run, the configuration is shown as it was resolved: with every default
// and whatever flags changed.
func repeat(e *result.Experiment) []string {
	var out []string
	if c := e.Machine.Commit; c != "" {
		line := "git checkout " + units.OneLine(c)
		if e.Machine.Dirty {
			// The commit is then not all of what ran.
			line += "   # the sources had been changed since"
		}
		out = append(out, line)
	}
	command := e.Command
	if command == nil {
		// Results of earlier versions do not say how they were run.
		command = &result.Command{}
	}
	return append(out, command.Line(e.Name)+"   # the configuration below",
		"ckptbench report --format html results/"+units.OneLine(e.Name))
}

// repeated is the configuration that repeat's command takes.
func repeated(e *result.Experiment) string {
	if e.Command == nil && len(e.Resolved) > 0 {
		return string(e.Resolved)
	}
	return string(e.Config)
}

// preamble is what stands before the root element of an SVG document.
// A document inside HTML may have neither an XML declaration nor a doctype.
var preamble = regexp.MustCompile(`(?s)^.*?(<svg)`)

// width finds the width of a picture, in points.
var width = regexp.MustCompile(`<svg[^>]*\swidth="([0-9]+)`)

// narrow reports whether a picture is drawn for a column.
func narrow(svg []byte) bool {
	m := width.FindSubmatch(svg)
	if m == nil {
		return false
	}
	points, err := strconv.Atoi(string(m[1]))
	return err == nil && points < 360 // between a column's 240 and a page's 504
}

// inline makes an SVG document a part of a page that scales with it.
//
// The documents are the program's own, drawn from a result; package chart
// escapes the texts in them.
func inline(svg []byte) template.HTML {
	text := preamble.ReplaceAllString(string(svg), "$1")
	return template.HTML(strings.TrimSpace(text))
}
