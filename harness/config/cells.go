package config

import "strings"

// maxPoints bounds the matrix. At ten seconds a trial it is more than a day for
// every algorithm.
const maxPoints = 10_000

// A Param is one coordinate of a point of the matrix.
type Param struct {
	Key   string // dotted
	Value string // as its type writes it: 20M, 0.99, 64MiB
}

// A Cell is a point of the matrix: an experiment without a matrix, of its own.
type Cell struct {
	Experiment *Experiment // with the point's values, and no matrix
	// The point's name in results.
	Params []Param // in the file's order; none without a matrix
}

// String writes the coordinates: records=20M workload.theta=0.99.
func (c Cell) String() string {
	words := make([]string, len(c.Params))
	for i, p := range c.Params {
		words[i] = p.Key + "=" + p.Value
	}
	return strings.Join(words, " ")
}

// Cells returns the points of the matrix in the file's order, its first key
// varying slowest; without a matrix there is one. Each is a copy, in which
// changes to e's exported fields are seen, but for Workload's: Set those.
func (e *Experiment) Cells() []Cell {
	// One empty point, which every sweep multiplies.
	cells := []Cell{{}}
	for _, sw := range e.Matrix {
		var next []Cell
		for _, c := range cells {
			for _, v := range sw.Values {
				// A copy: points of one sweep share the coordinates before, not the slice.
				params := append(append([]Param(nil), c.Params...), Param{sw.Key, v})
				next = append(next, Cell{Params: params})
			}
		}
		cells = next
	}
	for i := range cells {
		cells[i].Experiment = e.at(cells[i].Params)
	}
	return cells
}

// at returns a copy of e at one point of its matrix.
func (e *Experiment) at(params []Param) *Experiment {
	// A shallow copy; what a point changes is made anew below.
	c := *e
	c.Algorithms = append([]string(nil), e.Algorithms...)
	c.Matrix = nil
	// Without sweeps, as a point has no matrix; with the point's values as if they had been
	// given, so that messages find them.
	c.settings = settings{keys: e.settings.clone().keys}
	for _, p := range params {
		// Every value was read and written by its type before.
		_ = rowOf(p.Key).at(&c).UnmarshalText([]byte(p.Value))
		c.swept = c.swept || p.Key == "workload.name"
		c.acksSwept = c.acksSwept || p.Key == durabilityKey
		c.settings.keys[p.Key] = setting{at: e.settings.where(e.file, p.Key), value: value{text: p.Value}}
	}
	if resolved, err := c.resolved(); err == nil {
		c.Workload = resolved
	} else {
		c.Workload = c.asked // validate says what is wrong
	}
	// Keys that mean nothing at the point have their defaults, whatever the file says.
	c.forgetIdle()
	return &c
}
