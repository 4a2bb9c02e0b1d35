// Package figure reads how a figure is asked for, in flags or in a config, and says what is
// wrong with it: which option, and what was probably meant.
package figure

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/page"
	"ckptbench/harness/result"
)

// An Error is an option that cannot be done.
type Error struct {
	At     string // where it was given, "paper.yaml:12"; empty for a flag
	Option string // by its key, "y_range"
	Text   string // what is wrong with it, and what to do
}

// Error names the flag, or the place and the key.
func (e *Error) Error() string {
	if e.At == "" {
		return "--" + strings.ReplaceAll(e.Option, "_", "-") + ": " + e.Text
	}
	return e.At + ": figures: " + e.Option + ": " + e.Text
}

// Style returns how f is drawn of exps, the algorithms in order. Names in f have to be those
// of at least one of exps. The error is an *Error.
func Style(f config.Figure, order []string, exps ...*result.Experiment) (chart.Style, error) {
	r := reader{f: f, names: namesOf(exps), style: chart.NewStyle(order)}
	r.style.As, r.style.LogY, r.style.NoFooter = f.Name, f.LogY, f.NoFooter
	r.all()
	if r.err != nil {
		return chart.Style{}, r.err
	}
	return r.style, nil
}

// Check says what is wrong with f whatever its result will have, but for the algorithms,
// which have to be among those given. The error is an *Error.
func Check(f config.Figure, algorithms []string) error {
	r := reader{f: f, names: names{algorithms: algorithms}, any: true}
	r.all()
	if r.err != nil {
		return r.err
	}
	return nil
}

// names are what a result calls its things.
type names struct {
	algorithms, keys, values []string
	valuesOf                 map[string][]string // by key
}

func namesOf(exps []*result.Experiment) names {
	n := names{valuesOf: map[string][]string{}}
	for _, e := range exps {
		n.algorithms = add(n.algorithms, e.Algorithms(nil)...)
		for _, p := range e.Points() {
			for _, kv := range p {
				n.keys, n.values = add(n.keys, kv.Key), add(n.values, kv.Value)
				n.valuesOf[kv.Key] = add(n.valuesOf[kv.Key], kv.Value)
			}
		}
	}
	return n
}

// add appends what a list has not yet.
func add(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// key is the key that is meant by its name or its last part; empty if none is.
func (n names) key(name string) string {
	if slices.Contains(n.keys, name) {
		return name
	}
	for _, k := range n.keys {
		if lastPart(k) == name {
			return k
		}
	}
	return ""
}

// shortKeys are the last parts of the keys.
func (n names) shortKeys() []string {
	var short []string
	for _, k := range n.keys {
		short = append(short, lastPart(k))
	}
	return short
}

// lastPart is theta of workload.theta.
func lastPart(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// reader reads one figure. It keeps the first error.
type reader struct {
	f     config.Figure
	names names
	any   bool // there is no result: every key and value may be right
	style chart.Style
	err   *Error
}

// all reads every option.
func (r *reader) all() {
	r.columns()
	r.kinds()
	r.algorithms()
	r.points()
	r.labels()
	r.looks()
	r.sizes()
	r.ranges()
}

// columns checks those of a table.
func (r *reader) columns() {
	r.known("columns", "column", r.f.Columns, page.PaperColumns())
	switch table := len(r.f.Columns) > 0; {
	case table && len(r.f.Chart) > 0:
		r.bad("columns", "a table has no chart: ask for a figure with columns and for one with chart")
	case !table && r.f.Intervals:
		r.bad("intervals", "a chart has its intervals: name the columns of a table, as in of none,pause")
	}
}

// bad notes what is wrong with an option.
func (r *reader) bad(option, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{At: r.f.At, Option: option, Text: fmt.Sprintf(format, args...)}
	}
}

// unknown notes a name that is none of the right ones.
func (r *reader) unknown(option, what, name string, right []string) {
	hint := "known are " + strings.Join(right, ", ")
	if near := nearest.Of(name, right); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(right) == 0 {
		hint = "the result has none"
	}
	r.bad(option, "%q is no %s: %s", name, what, hint)
}

// pair cuts key=value.
func (r *reader) pair(option, text, example string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		r.bad(option, "%q is no pair: write %s", text, example)
		return "", "", false
	}
	return key, value, true
}

// kinds reads which charts, and which panels of a sweep.
func (r *reader) kinds() {
	var kinds []string
	for _, k := range chart.Kinds() {
		kinds = append(kinds, k.Name)
	}
	r.style.Kinds = r.known("chart", "chart", r.f.Chart, kinds)
	r.style.Panels = r.known("panels", "panel of a sweep", r.f.Panels, chart.PanelNames())
	if r.style.Panels != nil && r.style.Kinds != nil && !slices.Contains(r.style.Kinds, "sweep") {
		r.bad("panels", "no sweep is drawn, which alone has them: add sweep to the charts")
	}
}

// known reads names of a list; nil stays nil.
func (r *reader) known(option, what string, given, right []string) (out []string) {
	for _, g := range given {
		g = strings.TrimSpace(g)
		if !slices.Contains(right, g) {
			r.unknown(option, what, g, right)
		}
		if slices.Contains(out, g) {
			r.bad(option, "%s is there twice", g)
		}
		out = append(out, g)
	}
	return out
}

// algorithms reads which algorithms.
func (r *reader) algorithms() {
	r.style.Only = r.known("only", "algorithm here", r.f.Only, r.names.algorithms)
}

// points reads which points of the matrix: of a key that is named the values given.
func (r *reader) points() {
	wanted := map[string][]string{}
	for _, text := range r.f.Points {
		name, values, ok := r.pair("points", text, "a key and its values, as in theta=0.6,0.99")
		if !ok || r.any {
			continue
		}
		key := r.names.key(name)
		if key == "" {
			r.unknown("points", "key of the matrix", name, append(r.names.shortKeys(), r.names.keys...))
			continue
		}
		for v := range strings.SplitSeq(values, ",") {
			v = strings.TrimSpace(v)
			i := slices.IndexFunc(r.names.valuesOf[key], func(o string) bool { return sameValue(o, v) })
			if i < 0 {
				r.unknown("points", "value of "+key, v, r.names.valuesOf[key])
				continue
			}
			wanted[key] = append(wanted[key], r.names.valuesOf[key][i])
		}
	}
	if len(wanted) == 0 {
		return
	}
	r.style.Points = func(point []result.Param) bool {
		for _, kv := range point {
			if values, asked := wanted[kv.Key]; asked && !slices.Contains(values, kv.Value) {
				return false
			}
		}
		return true
	}
}

// sameValue reports whether two texts are the same value: 1M is 1000000.
func sameValue(a, b string) bool {
	x, okX := result.Quantity(a)
	y, okY := result.Quantity(b)
	return a == b || okX && okY && x == y
}

// labels reads what is written for names.
func (r *reader) labels() {
	r.style.Labels = map[string]string{}
	for _, text := range r.f.Label {
		name, label, ok := r.pair("label", text, `a name and its text, as in theta="Zipf skew"`)
		if !ok {
			continue
		}
		n := r.names
		known := slices.Contains(n.algorithms, name) || n.key(name) != "" || slices.Contains(n.values, name)
		if !known && !r.any {
			r.unknown("label", "algorithm, key or value of the result", name,
				slices.Concat(n.algorithms, n.shortKeys(), n.keys, n.values))
			continue
		}
		if strings.TrimSpace(label) == "" {
			r.bad("label", "%s has an empty text: give it one or leave it out", name)
		}
		r.style.Labels[name] = label
	}
}
