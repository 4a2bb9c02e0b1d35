package config

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/internal/nearest"
)

// A Figure is a picture for a paper as it was asked for, by a config, a file of figures or
// flags. Its texts are not checked here but for their keys: that takes the result.
//
// A pair is "key=value", cut at the first =.
type Figure struct {
	At string // "paper.yaml:12", for messages; empty for one that flags ask for

	Name   string   // of the files
	Chart  []string // kinds of charts
	Panels []string // of a sweep
	Only   []string // algorithms
	Points []string // pairs of a key and its values, divided by commas
	Label  []string // pairs of a name and its text
	Color  []string // pairs of an algorithm and a colour
	Marker []string // pairs of an algorithm and a marker

	Columns []string // of a table, which it is in place of a picture where there are any

	Width, YRange, TimeRange, FontSize string
	LogY, NoFooter, Intervals          bool
}

// A figureRow is a key of a figure.
type figureRow struct {
	name, typ, doc string

	text  func(*Figure) *string   // one of these three
	list  func(*Figure) *[]string // of pairs where typ is a mapping
	truth func(*Figure) *bool
}

// mappingType is the type of a key whose list is one of pairs.
const mappingType = "mapping"

// figureRows has every key of a figure. The flags of plot have their names, with - for _, and their docs.
func figureRows() []figureRow {
	return []figureRow{
		{name: "name", typ: "name", doc: "What its files are called: EXPERIMENT-NAME.pdf.",
			text: func(f *Figure) *string { return &f.Name }},
		{name: "chart", typ: "list", doc: "The kinds of charts, as list charts names them.",
			list: func(f *Figure) *[]string { return &f.Chart }},
		{name: "panels", typ: "list", doc: "The panels of a sweep, in this order.",
			list: func(f *Figure) *[]string { return &f.Panels }},
		{name: "only", typ: "list", doc: "The algorithms, in this order.",
			list: func(f *Figure) *[]string { return &f.Only }},
		{name: "points", typ: mappingType, doc: "The points of the matrix: of a key the values that are shown.",
			list: func(f *Figure) *[]string { return &f.Points }},
		{name: "label", typ: mappingType, doc: "What is written for an algorithm, a key or a value.",
			list: func(f *Figure) *[]string { return &f.Label }},
		{name: "width", typ: "column|page|length", doc: "How wide it is: column (3.33 in), page (7 in) or a length, 84mm.",
			text: func(f *Figure) *string { return &f.Width }},
		{name: "y_range", typ: "low:high", doc: "The ends of the axis of throughput over time; of memory, or of a sweep's " +
			"only panel, where that is the only chart: 0:5M.",
			text: func(f *Figure) *string { return &f.YRange }},
		{name: "time_range", typ: "from:to", doc: "The part of a trial that axes of time show: 2s:8s.",
			text: func(f *Figure) *string { return &f.TimeRange }},
		{name: "log_y", typ: "true|false", doc: "These axes of values are logarithmic.",
			truth: func(f *Figure) *bool { return &f.LogY }},
		{name: "font_size", typ: "number", doc: "The size of the axes' names, in points, by default 8; ticks have 7/8 of it.",
			text: func(f *Figure) *string { return &f.FontSize }},
		{name: "color", typ: mappingType, doc: "The colour of an algorithm: #c00 or #cc0000.",
			list: func(f *Figure) *[]string { return &f.Color }},
		{name: "marker", typ: mappingType, doc: "The marker of an algorithm: square, open-circle and so on.",
			list: func(f *Figure) *[]string { return &f.Marker }},
		{name: "no_footer", typ: "true|false", doc: "What stands below a chart goes to NAME.caption.txt in its place.",
			truth: func(f *Figure) *bool { return &f.NoFooter }},
		{name: "columns", typ: "list", doc: "A table for LaTeX in place of a chart: these columns, as list columns names " +
			"them, at each point of the matrix, in one tabular.",
			list: func(f *Figure) *[]string { return &f.Columns }},
		{name: "intervals", typ: "true|false", doc: "The table has intervals behind its medians, ranges below 6 trials.",
			truth: func(f *Figure) *bool { return &f.Intervals }},
	}
}

// FigureKeys documents the keys of a figure, in the order in which they are best read.
func FigureKeys() []KeyDoc {
	var docs []KeyDoc
	for _, r := range figureRows() {
		docs = append(docs, KeyDoc{Name: r.name, Type: r.typ, Doc: r.doc})
	}
	return docs
}

// figureNames are the keys' names.
func figureNames() []string {
	var names []string
	for _, r := range figureRows() {
		names = append(names, r.name)
	}
	return names
}

// Figures reads a file of figures, which has the key figures and no other, or the figures
// of a configuration, which may have others. The name is for messages. The error is Problems.
func Figures(name string, data []byte, isConfig bool) ([]Figure, error) {
	root, problems := decodeYAML(name, data)
	r := reader{file: name, problems: problems}
	if len(problems) == 0 && root.kind != mapping {
		r.report(place{file: name, line: root.line}, "is %s: write figures: and a list of them", root.kind)
	}
	var figures []Figure
	for _, e := range root.entries {
		at := place{file: name, line: e.line}
		switch {
		case e.key == figuresKey:
			figures = r.figures(at, e.value)
		case !isConfig:
			r.report(at, "unknown key %q: a file of figures has the key figures alone", shorten(e.key))
		}
	}
	if err := r.problems.err(); err != nil {
		return nil, err
	}
	return figures, nil
}

// figures reads the list of figures.
func (r *reader) figures(at place, v value) []Figure {
	if v.kind != list {
		r.report(at, "figures is %s: it takes a list of figures, each with a name", v.kind)
		return nil
	}
	var out []Figure
	for _, item := range v.items {
		at := place{file: r.file, line: item.line, set: r.override}
		if item.kind != mapping {
			r.report(at, "figures: this is %s: a figure is a mapping of keys, as in {name: skew, chart: sweep}", item.kind)
			continue
		}
		f := r.figure(item)
		switch same := slices.IndexFunc(out, func(o Figure) bool { return o.Name == f.Name }); {
		case f.Name == "":
			r.report(at, "figures: a figure has no name, which its files are called by: add one, as in name: skew")
		case same >= 0:
			r.report(at, "figures: two figures are called %s: give each a name of its own", f.Name)
		}
		out = append(out, f)
	}
	return out
}

// figure reads one figure.
func (r *reader) figure(v value) Figure {
	f := Figure{At: fmt.Sprintf("%s:%d", r.file, v.line)}
	rows := figureRows()
	for _, e := range v.entries {
		at := place{file: r.file, line: e.line, set: r.override}
		i := slices.IndexFunc(rows, func(row figureRow) bool { return row.name == e.key })
		if i < 0 {
			r.report(at, "unknown key %q in figures%s", shorten(e.key), nearest.DidYouMean(e.key, figureNames()))
			continue
		}
		if err := rows[i].put(&f, e.value); err != nil {
			r.report(at, "figures: %s %v", e.key, err)
		}
	}
	return f
}

// put reads the value of a key.
func (row figureRow) put(f *Figure, v value) error {
	switch {
	case v.kind == null:
		return fmt.Errorf("has no value: give one or remove the line")
	case row.list != nil && row.typ == mappingType:
		return putPairs(row.list(f), v)
	case row.list != nil:
		texts, err := v.texts()
		*row.list(f) = texts
		return err
	case v.kind != scalar:
		return fmt.Errorf("is %s: it takes a single value", v.kind)
	case row.truth != nil:
		return (*boolean)(row.truth(f)).UnmarshalText([]byte(v.text))
	case row.name == "name":
		return (*stem)(&f.Name).UnmarshalText([]byte(v.text))
	}
	*row.text(f) = v.text
	return nil
}

// putPairs reads a mapping to values, or to lists of them.
func putPairs(pairs *[]string, v value) error {
	if v.kind != mapping {
		return fmt.Errorf("is %s: it takes names, each with what it has, as in {calc: ...}", v.kind)
	}
	for _, e := range v.entries {
		texts, err := e.value.texts()
		if err != nil {
			return fmt.Errorf("%s %w", shorten(e.key), err)
		}
		*pairs = append(*pairs, e.key+"="+strings.Join(texts, ","))
	}
	return nil
}

// texts are those of a list of single values, or of one.
func (v value) texts() ([]string, error) {
	items := v.items
	switch {
	case v.kind == scalar:
		items = []value{v}
	case v.kind != list || len(items) == 0:
		return nil, fmt.Errorf("is %s: it takes a value or a list of some", v.kind)
	}
	var out []string
	for _, item := range items {
		if item.kind != scalar {
			return nil, fmt.Errorf("has %s in its list: it takes single values", item.kind)
		}
		out = append(out, item.text)
	}
	return out, nil
}
