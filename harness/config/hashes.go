package config

import (
	"fmt"
	"slices"
)

// A PointHash is the Hash of one point of a stored experiment's matrix.
type PointHash struct {
	Params []Param // in the file's order; none without a matrix
	// As result files have it.
	Hash string // of what is measured at the point
}

// PointHashes reads what Resolved wrote and returns the hash of every point of
// its matrix. The name is for messages. Any name of an algorithm will do: a stored
// result may have algorithms that this program lacks, and no hash depends on them.
func PointHashes(name string, resolved []byte) ([]PointHash, error) {
	// By this program's rules and defaults: an old file is completed with them.
	e, err := parseStored(name, resolved)
	if err != nil {
		return nil, err
	}
	var out []PointHash
	for _, c := range e.Cells() {
		out = append(out, PointHash{Params: c.Params, Hash: c.Experiment.Hash()})
	}
	return out, nil
}

// parseStored reads a stored experiment, in which every algorithm counts as known
// and as one that may do everything.
func parseStored(name string, resolved []byte) (*Experiment, error) {
	root, problems := decodeYAML(name, resolved)
	if err := problems.err(); err != nil {
		return nil, err
	}
	var known Known
	for _, entry := range root.entries {
		for _, item := range entry.value.items {
			if entry.key == algorithmsKey {
				// Allowed everything, so that no rule about an algorithm refuses a result that
				// was once measured.
				known.Algorithms = append(known.Algorithms, Algorithm{Name: item.text,
					All: true, Default: true, Budget: true, Own: true, Restore: true, Prefix: true})
			}
		}
	}
	if len(known.Algorithms) == 0 {
		return nil, fmt.Errorf("%s: it names no algorithms", name)
	}
	e, err := Parse(name, resolved, known)
	if err != nil {
		return nil, err
	}
	if _, given := e.settings.keys[restoreKey]; given || e.settings.sweeping(restoreKey) {
		return e, nil
	}
	// Resolved leaves the key out where it means nothing to some algorithm.
	// The first Parse may have kept the slice.
	known.Algorithms = slices.Clone(known.Algorithms)
	for i := range known.Algorithms {
		known.Algorithms[i].Restore = false
	}
	return Parse(name, resolved, known)
}

// A Difference is a key that two experiments have different values of, as text.
type Difference struct{ Key, Old, New string }

// Differences compares a stored experiment, as Resolved wrote it, with e: every
// key that e's Hash depends on, and the sweeps of the matrix. Keys that only
// describe, and algorithms and trials, are not compared.
func (e *Experiment) Differences(name string, resolved []byte) ([]Difference, error) {
	old, err := parseStored(name, resolved)
	if err != nil {
		return nil, err
	}
	var out []Difference
	a, b := old.view(), e.view()
	for i := range rows {
		r := &rows[i]
		// In a closed loop nothing arrives, whatever arrivals says.
		if r.descriptive || r.at == nil || r.name == arrivalsKey && old.Rate.Closed() && e.Rate.Closed() {
			continue
		}
		if x, y := a.text(r), b.text(r); x != y {
			out = append(out, Difference{r.name, orSwept(x), orSwept(y)})
		}
	}
	// A key that both sweep comes twice in the loop.
	swept := map[string]bool{}
	for _, sw := range append(append([]Sweep(nil), old.Matrix...), e.Matrix...) {
		if x, y := old.sweepText(sw.Key), e.sweepText(sw.Key); x != y && !swept[sw.Key] {
			swept[sw.Key] = true
			out = append(out, Difference{matrixKey + "." + sw.Key, x, y})
		}
	}
	return out, nil
}

// orSwept is a value for a message; an empty one was not set.
func orSwept(text string) string {
	if text == "" {
		return "not set"
	}
	return text
}

// sweepText writes the values of a swept key.
func (e *Experiment) sweepText(key string) string {
	for _, sw := range e.Matrix {
		if sw.Key == key {
			return fmt.Sprint(sw.Values)
		}
	}
	return "not swept"
}

// Extent returns how much a stored experiment measures, as Resolved wrote it: its
// algorithms, and trials of each.
func Extent(name string, resolved []byte) (algorithms []string, trials int, err error) {
	e, err := parseStored(name, resolved)
	if err != nil {
		return nil, 0, err
	}
	return e.Algorithms, int(e.Trials), nil
}
