package config

import (
	"bytes"
	"fmt"
	"slices"

	"ckptbench/harness/internal/nearest"
)

// defaultPreset is the workload of an experiment that says nothing about it.
const defaultPreset = "ycsb-a"

// A builder makes an Experiment of settings.
type builder struct {
	e        Experiment
	problems Problems
}

// build returns the experiment, or all that is wrong with it: what the reading
// found, what single values say, and what they come to together.
func build(file string, s settings, known Known, read Problems) (*Experiment, error) {
	b := builder{e: defaults(stemOf(file), known), problems: read}
	b.e.file, b.e.settings = file, s
	for _, r := range rows {
		if given, ok := s.keys[r.name]; ok && r.at != nil {
			b.single(&r, given)
		}
	}
	b.name()
	b.algorithms()
	if !s.giving("workload.") {
		b.e.asked.Name = defaultPreset
	}
	b.workload() // whose name says which keys mean anything
	b.scale()
	for _, sw := range s.sweeps {
		b.sweep(sw)
	}
	if points := b.points(); points > maxPoints {
		b.report(s.sweeps[0].at, "matrix: has more than %d points (the limit)", maxPoints)
		b.e.Matrix = nil // and the rest is judged without it
	}
	b.scaled()
	b.figures()
	b.validate()
	if err := b.problems.err(); err != nil {
		return nil, err
	}
	return &b.e, nil
}

// figures reads the figures, if any are asked for.
func (b *builder) figures() {
	given, ok := b.e.settings.keys[figuresKey]
	if !ok {
		return
	}
	r := reader{file: b.e.file, override: given.at.set}
	b.e.Figures = r.figures(given.at, given.value)
	b.problems = append(b.problems, r.problems...)
}

// workload resolves what is known of the workload: all, or what the matrix has
// yet to complete.
func (b *builder) workload() {
	if resolved, err := b.e.resolved(); err == nil {
		b.e.Workload = resolved
	} else {
		b.e.Workload = b.e.asked
	}
}

// report notes a problem. All problems of a file are reported at once.
func (b *builder) report(at place, format string, args ...any) {
	b.problems = append(b.problems, at.problem(format, args...))
}

// single gives a key its one value.
func (b *builder) single(r *row, given setting) {
	switch given.value.kind {
	case scalar:
		if err := r.at(&b.e).UnmarshalText([]byte(given.value.text)); err != nil {
			b.report(given.at, "%s: %q %v", r.name, shorten(given.value.text), err)
		}
	case list:
		hint := ""
		if r.sweepable() {
			hint = fmt.Sprintf(`: to sweep it, put "%s: [...]" under matrix`, r.name)
		}
		b.report(given.at, "%s takes a single value, not a list%s", r.name, hint)
	default:
		b.report(given.at, "%s takes a single value, not %s", r.name, given.value.kind)
	}
}

// name checks the name that a file's stem gave.
func (b *builder) name() {
	if _, given := b.e.settings.keys["experiment.name"]; given {
		return
	}
	var s stem
	if err := s.UnmarshalText([]byte(b.e.Info.Name)); err != nil {
		b.report(place{file: b.e.file}, "the file's name gives the experiment's, but %q %v, or give experiment.name",
			shorten(b.e.Info.Name), err)
	}
}

// algorithms checks the list of names, or takes the one that a word stands for.
func (b *builder) algorithms() {
	given, ok := b.e.settings.keys[algorithmsKey]
	switch {
	case ok && given.value.kind == scalar:
		b.algorithmsOf(given)
		return
	case !ok && len(b.e.Algorithms) == 0:
		b.report(place{file: b.e.file}, "algorithms: none is known to run by default: name at least one")
		return
	case !ok:
		return
	case given.value.kind != list:
		b.report(given.at, "algorithms is %s: it takes all, default, or a list, as in [none, calc]", given.value.kind)
		return
	case len(given.value.items) == 0:
		b.report(given.at, "algorithms is an empty list: name at least one, or remove the line to run the default ones")
		return
	}
	b.e.Algorithms = nil
	for _, item := range given.value.items {
		at := itemPlace(given.at, item)
		switch {
		case item.kind != scalar:
			b.report(at, "algorithms: an item is %s: it takes names, as in [none, calc]", item.kind)
		case item.text == allAlgorithms || item.text == defaultAlgorithms:
			b.report(at, "algorithms: %s stands for a list and is not in one: write algorithms: %s", item.text, item.text)
		case !slices.Contains(b.e.known.Names(), item.text):
			b.report(at, "unknown algorithm %q%s", shorten(item.text), nearest.DidYouMean(item.text, b.e.known.Names()))
		case slices.Contains(b.e.Algorithms, item.text):
			b.report(at, "algorithms: %s is named twice", item.text)
		default:
			b.e.Algorithms = append(b.e.Algorithms, item.text)
		}
	}
}

// algorithmsOf takes the list that a word stands for.
func (b *builder) algorithmsOf(given setting) {
	names := b.e.known.names(Algorithm.byDefault)
	switch word := given.value.text; {
	case word == allAlgorithms:
		names = b.e.known.names(Algorithm.byAll)
	case word == defaultAlgorithms:
	case slices.Contains(b.e.known.Names(), word):
		b.report(given.at, "algorithms is a single value: write [%s]", word)
		return
	default:
		hint := nearest.DidYouMean(word, append([]string{allAlgorithms, defaultAlgorithms}, b.e.known.Names()...))
		b.report(given.at, "algorithms: %q is neither all nor default, nor a list of names%s", shorten(word), hint)
		return
	}
	if len(names) == 0 {
		b.report(given.at, "algorithms: none is known to be in %s: name at least one", given.value.text)
		return
	}
	b.e.Algorithms = names
}

// itemPlace is the place of a list's item, which may be on a line of its own.
func itemPlace(at place, item value) place {
	if item.line > 0 && at.set == "" {
		at.line = item.line
	}
	return at
}

// sweep checks each value of a sweep by giving it to a copy, and keeps it as
// its type writes it, so that 1M and 1e6 are seen to be the same.
func (b *builder) sweep(sw sweep) {
	if sw.value.kind != list || len(sw.value.items) == 0 {
		what := sw.value.kind.String()
		if sw.value.kind == list {
			what = "an empty list"
		}
		b.report(sw.at, "matrix: %s is %s: it takes a list of at least one value, as in [1, 2]", sw.key, what)
		return
	}
	if len(sw.value.items) > maxPoints {
		b.report(sw.at, "matrix: %s has more than %d values (the limit)", sw.key, maxPoints)
		return
	}
	kept, seen := Sweep{Key: sw.key}, map[string]bool{}
	r, scratch := rowOf(sw.key), b.e
	for _, item := range sw.value.items {
		at := itemPlace(sw.at, item)
		if item.kind != scalar {
			b.report(at, "matrix: %s: an item is %s, not a single value", sw.key, item.kind)
			continue
		}
		err := r.at(&scratch).UnmarshalText([]byte(item.text))
		if err != nil {
			b.report(at, "matrix: %s: %q %v", sw.key, shorten(item.text), err)
			continue
		}
		written, _ := r.at(&scratch).MarshalText()
		scratch.scaleKey(sw.key)
		text, _ := r.at(&scratch).MarshalText()
		if seen[string(text)] && !bytes.Equal(written, text) {
			b.report(at, "matrix: %s: %s", sw.key, b.sameScaled(string(text)))
			continue
		}
		if seen[string(text)] {
			b.report(at, "matrix: %s: %s is there twice", sw.key, text)
			continue
		}
		seen[string(text)] = true
		kept.Values = append(kept.Values, string(text))
	}
	b.e.Matrix = append(b.e.Matrix, kept)
}

// points counts the matrix, up to more than maxPoints.
func (b *builder) points() int {
	n := 1
	for _, sw := range b.e.Matrix {
		if n *= max(1, len(sw.Values)); n > maxPoints {
			break
		}
	}
	return n
}

// validate judges every point of the matrix. What is wrong everywhere is said
// once, and what is wrong at some points names the first of them. Where keys
// are wrong already, what several of them come to is left for the next time:
// a misspelt one would show twice.
func (b *builder) validate() {
	type where struct {
		first  Cell
		points int
	}
	found, order := map[finding]*where{}, []finding{}
	cells := b.e.Cells()
	for _, c := range cells {
		for _, f := range c.Experiment.validate() {
			if found[f] == nil {
				found[f] = &where{first: c}
				order = append(order, f)
			}
			found[f].points++
		}
	}
	broken := len(b.problems) > 0
	for _, f := range order {
		text, w := f.text, found[f]
		if broken && f.also != "" {
			continue
		}
		if w.points < len(cells) {
			text += " (where " + w.first.String() + others(w.points-1) + ")"
		}
		b.report(b.e.settings.where(b.e.file, f.key, f.also), "%s", text)
	}
}

// others says at how many further points of a matrix a problem comes.
func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and at 1 other point"
	}
	return fmt.Sprintf(", and at %d other points", n)
}
