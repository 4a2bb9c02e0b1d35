package regress

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// dash is the cell of a figure that there is none of.
const dash = units.Missing

// Write writes r to w in one of table.Formats.
func (r *Report) Write(w io.Writer, format string) error {
	return table.Write(w, "comparison", format, r.plain, r.markdown, r.json)
}

// plain writes the tables for a terminal or a log.
func (r *Report) plain() (string, error) {
	var b strings.Builder
	b.WriteString("base: " + r.Base.words() + "\nhead: " + r.Head.words() + "\n")
	for _, t := range r.tables() {
		// A table is never empty: tables makes one for a first line.
		if len(t[0].Params) > 0 {
			b.WriteString("\n" + units.OneLine(result.PointName(t[0].Params)) + "\n")
		}
		body, err := grid(t).Text(false)
		if err != nil {
			return "", err
		}
		b.WriteString("\n" + body)
	}
	b.WriteString("\n")
	// The sentence is last, where a log ends. The clone keeps appending out of the report's own
	// slice.
	for _, n := range append(slices.Clone(r.Notes), legend, r.Sentence()) {
		b.WriteString(units.OneLine(n) + "\n")
	}
	return b.String(), nil
}

// legend explains the columns.
const legend = "Medians; delta beside the spread of base's own trials; p of a Mann-Whitney test, Holm-corrected " +
	"over the algorithms. \"shown\" is not judged."

// markdown writes the tables as GitHub reads them, the outcome first.
func (r *Report) markdown() (string, error) {
	var b strings.Builder
	// The outcome first: a comment on a pull request is read from its top.
	b.WriteString("**" + units.Markdown(units.OneLine(r.Sentence())) + "**\n\n")
	b.WriteString("- base: " + units.Markdown(r.Base.words()) + "\n- head: " + units.Markdown(r.Head.words()) + "\n")
	for _, n := range append(slices.Clone(r.Notes), legend) {
		b.WriteString("- " + units.Markdown(units.OneLine(n)) + "\n")
	}
	for _, t := range r.tables() {
		if len(t[0].Params) > 0 {
			b.WriteString("\n### " + units.Markdown(units.OneLine(result.PointName(t[0].Params))) + "\n")
		}
		body, err := grid(t).Markdown()
		if err != nil {
			return "", err
		}
		b.WriteString("\n" + body)
	}
	return b.String(), nil
}

// json writes r for programs.
func (r *Report) json() (string, error) {
	// Only what gates and what is better count here; Unclear and TooFew are in the lines.
	verdict := Same
	if r.Regressed() {
		verdict = Regressed
	} else if slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Verdict == Better }) {
		verdict = Better
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	// Notes have < and > in them.
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Schema         int      `json:"schema"`
		Verdict        Verdict  `json:"verdict"`
		Sentence       string   `json:"sentence"`
		Threshold      float64  `json:"threshold"`
		AcrossMachines bool     `json:"across_machines"`
		Base           About    `json:"base"`
		Head           About    `json:"head"`
		Notes          []string `json:"notes,omitempty"`
		Lines          []Line   `json:"lines"`
	}{1, verdict, r.Sentence(), r.Threshold, r.AcrossMachines, r.Base, r.Head, r.Notes, r.Lines})
	return b.String(), err
}

// words says where a side is from.
func (a About) words() string {
	s := units.OneLine(a.Name)
	var more []string
	// Several results of one side may be of several commits; NewSide joined them with commas.
	for _, c := range strings.Split(a.Commit, ",") {
		if c = units.OneLine(c); len(c) > 12 {
			c = c[:12]
		}
		if c != "" {
			more = appendNew(more, "commit "+c)
		}
	}
	if a.Dirty {
		more = append(more, "built from changed sources")
	}
	if a.Date != "" {
		more = append(more, units.OneLine(a.Date))
	}
	if len(more) > 0 {
		s += " (" + strings.Join(more, ", ") + ")"
	}
	return s
}

// tables splits the lines by matrix point.
func (r *Report) tables() [][]Line {
	var out [][]Line
	for _, l := range r.Lines {
		n := len(out)
		// Lines of a point follow each other, as Compare goes point by point.
		if n == 0 || !slices.Equal(out[n-1][0].Params, l.Params) {
			out = append(out, nil)
			n++
		}
		out[n-1] = append(out[n-1], l)
	}
	return out
}

// grid is the table of the lines of a matrix point.
func grid(lines []Line) table.Grid {
	g := table.Grid{Columns: []table.Column{
		{Name: "metric", Words: true}, {Name: "algorithm", Words: true}, {Name: "base"}, {Name: "head"},
		// Delta beside the spread: what a change is to be seen against.
		{Name: "delta"}, {Name: "base's spread"}, {Name: "p"}, {Name: "verdict", Words: true},
	}}
	for _, l := range lines {
		g.Add(l.row()...)
	}
	return g
}

func (l Line) row() []string {
	metric := l.Metric
	if l.Unit != "" {
		metric += " (" + l.Unit + ")"
	}
	p, d := dash, l.delta()
	if l.P != nil {
		p = formatP(*l.P)
	}
	if d == "" {
		d = dash
	}
	verdict := string(l.Verdict)
	if l.Verdict == Regressed {
		// In capitals, so that it is found in a long log.
		verdict = "REGRESSED"
	}
	if l.Why != "" {
		verdict += ": " + l.Why
	}
	cells := []string{metric, l.Algorithm, l.value(l.Base), l.value(l.Head), d, l.spread(), p, verdict}
	for i := range cells {
		// A name or a reason from a damaged result must not break the table.
		cells[i] = units.OneLine(cells[i])
	}
	return cells
}
