package gate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result/paired"
	"ckptbench/harness/units"
)

// legend explains the columns.
const legend = "head/base: throughput with its 95 % interval, openings with fresh memory as blocks; " +
	"sees: the least difference that would have shown; quads: base head head base, in turns, and how many the host " +
	"hit (left out)."

// Write writes r to w in one of table.Formats.
func (r *Report) Write(w io.Writer, format string) error {
	return table.Write(w, "comparison", format, r.plain, r.markdown, r.json)
}

// plain writes the table for a terminal or a log.
func (r *Report) plain() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "base: %s\nhead: %s\n\n", units.OneLine(r.Base), units.OneLine(r.Head))
	body, err := r.grid().Text(false)
	if err != nil {
		return "", err
	}
	b.WriteString(body)
	b.WriteString("\n")
	// The sentence is last, where a log ends.
	for _, n := range r.remarks() {
		b.WriteString(units.OneLine(n) + "\n")
	}
	b.WriteString(units.OneLine(r.Sentence()) + "\n")
	return b.String(), nil
}

// markdown writes the outcome first, as GitHub shows it.
func (r *Report) markdown() (string, error) {
	body, err := r.grid().Markdown()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	say := func(before, text, after string) {
		b.WriteString(before + units.Markdown(units.OneLine(text)) + after)
	}
	say("**", r.Sentence(), "**\n\n")
	say("- base: ", r.Base, "\n")
	say("- head: ", r.Head, "\n")
	for _, n := range r.remarks() {
		say("- ", n, "\n")
	}
	return b.String() + "\n" + body, nil
}

// json writes r for programs. An interval without bounds, of a single opening, has
// no number in JSON and becomes the whole line.
func (r *Report) json() (string, error) {
	// Lines are copied before they are changed: r is the caller's.
	out := *r
	out.Control = bounded(r.Control)
	out.Lines = append([]Line(nil), r.Lines...)
	for i := range out.Lines {
		l := &out.Lines[i]
		l.First = bounded(l.First)
		if l.Second != nil {
			s := bounded(*l.Second)
			l.Second = &s
		}
		if l.OfNone != nil {
			s := bounded(*l.OfNone)
			l.OfNone = &s
		}
		l.Sees = min(l.Sees, math.MaxFloat64)
	}
	// The report's own fields stand beside the two that are added.
	data, err := json.MarshalIndent(struct {
		Schema   int    `json:"schema"`
		Sentence string `json:"sentence"`
		*Report
	}{1, r.Sentence(), &out}, "", "  ")
	return string(data) + "\n", err
}

// bounded is the interval with numbers that JSON has.
func bounded(i paired.Interval) paired.Interval {
	if math.IsNaN(i.Mid) {
		i.Mid = 0
	}
	i.Lo, i.Hi = max(i.Lo, -math.MaxFloat64), min(i.Hi, math.MaxFloat64)
	return i
}

// remarks are what a reader should know beside the table.
func (r *Report) remarks() []string {
	// A copy, so that writing twice does not say things twice.
	notes := append([]string(nil), r.Notes...)
	// Figures that are the same are only counted. Regressed ones are in the sentence.
	same := 0
	for _, l := range r.Exact {
		switch l.Verdict {
		case Same:
			same++
		case Faster:
			notes = append(notes, "Less than in base: "+l.words()+".")
		case Shown:
			notes = append(notes, fmt.Sprintf("Not compared: %s (%s).", l.words(), l.Why))
		}
	}
	if len(r.Exact) > 0 {
		notes = append(notes, fmt.Sprintf("Exact figures: %d of %d the same.", same, len(r.Exact)))
	}
	for _, l := range r.Lines {
		if l.Impossible {
			notes = append(notes,
				fmt.Sprintf("%s is %s of none: above 1 by more than the noise, which is an error of the measurement.",
					l.Algorithm, interval(*l.OfNone)))
		}
	}
	return append(notes, legend)
}

// grid is the table. The control comes first.
func (r *Report) grid() table.Grid {
	g := table.Grid{Columns: []table.Column{
		{Name: "algorithm", Words: true}, {Name: "phase", Words: true}, {Name: "head/base"}, {Name: "95 % interval"},
		{Name: "sees"},
		{Name: "quads"}, {Name: "hit"}, {Name: "of none"}, {Name: "then"}, {Name: "verdict", Words: true},
	}}
	// In a line like others, without a verdict of its own.
	control := Line{Algorithm: Control, Phase: Rest, First: r.Control, Seen: r.ControlSeen, Verdict: "the noise"}
	g.Add(control.row()...)
	for _, l := range r.Lines {
		g.Add(l.row()...)
	}
	return g
}

// row is the line's cells; a figure that was not measured is a dash.
func (l Line) row() []string {
	ratio, ends := dash, dash
	// No block counted: there is no estimate.
	if !math.IsNaN(l.First.Mid) {
		ratio = fmt.Sprintf("%.3f", l.First.Mid)
	}
	// One opening has no interval.
	if !math.IsInf(l.First.Lo, 0) {
		ends = fmt.Sprintf("%.3f..%.3f", l.First.Lo, l.First.Hi)
	}
	sees, none, then := dash, dash, dash
	if l.Sees > 0 {
		sees = units.Percent(l.Sees, 1)
	}
	if l.OfNone != nil && !math.IsNaN(l.OfNone.Mid) {
		none = fmt.Sprintf("%.2f", l.OfNone.Mid)
	}
	if l.OtherDay != nil {
		then = fmt.Sprintf("%.2f", *l.OtherDay)
	}
	verdict := string(l.Verdict)
	if l.Verdict == Regressed {
		verdict = "REGRESSED"
	}
	if l.Why != "" {
		verdict += ": " + l.Why
	}
	if l.Second != nil {
		verdict += ", again " + interval(*l.Second)
	}
	cells := []string{l.Algorithm, string(l.Phase), ratio, ends, sees,
		fmt.Sprint(l.Seen.Quads), fmt.Sprint(l.Seen.Dropped), none, then, verdict}
	for i := range cells {
		// Names come from other builds, and must not break the table.
		cells[i] = units.OneLine(cells[i])
	}
	return cells
}
