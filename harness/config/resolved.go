package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Resolved writes the experiment as YAML with every default, for the results.
// Parsed again it is the same experiment. Keys that the matrix sweeps are only
// there; if that is one of the workload's, so that its presets and defaults
// differ from point to point, the workload has only what was given, and each
// point's own Resolved has all of it.
func (e *Experiment) Resolved() ([]byte, error) {
	root, view := value{kind: mapping}, e.view()
	for i := range rows {
		switch r := &rows[i]; r.name {
		case algorithmsKey:
			root.add([]string{algorithmsKey}, listOf(e.Algorithms))
		case matrixKey:
			for _, sw := range e.Matrix {
				root.add([]string{matrixKey, sw.Key}, listOf(sw.Values))
			}
		case figuresKey:
			if given, ok := e.settings.keys[figuresKey]; ok {
				root.add([]string{figuresKey}, given.value)
			}
		default:
			if text := view.text(r); text != "" {
				root.add(strings.Split(r.name, "."), written(r, text))
			}
		}
	}
	return encodeYAML(root)
}

// written is a value of a key as it goes to a file.
func written(r *row, text string) value {
	if r.isText() {
		return value{text: text, words: true}
	}
	return value{text: pointed(text)}
}

// Hash identifies what is measured: SHA-256, in hexadecimal, over every key but
// those that change nothing in what a single trial measures (experiment,
// algorithms, trials, keep_images, verify_records). Trials whose cells' hashes are equal may be put together, so an
// interrupted or extended experiment goes on where it was. A random seed
// must be drawn before.
func (e *Experiment) Hash() string {
	h, view := sha256.New(), e.view()
	standard := defaults("", Known{})
	fmt.Fprintln(h, "ckptbench config 1")
	for i := range rows {
		r := &rows[i]
		if r.descriptive || r.at == nil || r.name == arrivalsKey && e.Rate.Closed() {
			continue
		}
		if text := view.text(r); !r.addedLater || text != standard.text(r) && !view.pageless(r.name) {
			fmt.Fprintf(h, "%s=%q\n", r.name, text)
		}
	}
	for _, sw := range e.Matrix {
		fmt.Fprintf(h, "%s.%s=%q\n", matrixKey, sw.Key, sw.Values)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// view is e with the workload that it writes, in the place where the rows look.
func (e *Experiment) view() *Experiment {
	view := *e
	if !slices.ContainsFunc(e.Matrix, func(sw Sweep) bool { return strings.HasPrefix(sw.Key, "workload.") }) {
		view.asked = e.Workload
	}
	return &view
}

// text is a single value of a view, empty if there is none or it is swept.
func (e *Experiment) text(r *row) string {
	if e.Idle(r.name) || e.pageless(r.name) ||
		slices.ContainsFunc(e.Matrix, func(sw Sweep) bool { return sw.Key == r.name }) {
		return ""
	}
	text, _ := r.at(e).MarshalText() // no field of ours fails to write
	return string(text)
}
