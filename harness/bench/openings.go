package bench

import (
	"fmt"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
)

// Openings opens sides of one point again and again. The transactions are drawn
// once: to draw them takes twenty times as long as to load the records.
type Openings struct {
	cell  cell
	decks []deck
}

// openingTrace is for how long a worker runs before it repeats its transactions: about
// as long as it runs in an opening. To draw them takes longer than to run them.
const openingTrace = config.Duration(150 * time.Millisecond)

// NewOpenings draws the transactions of point i of e's matrix.
func NewOpenings(e *config.Experiment, i int) (*Openings, error) {
	cells := e.Cells()
	if i < 0 || i >= len(cells) {
		return nil, fmt.Errorf("open sides of point %d of %d", i, len(cells))
	}
	o := &Openings{cell: cell{Experiment: cells[i].Experiment, params: cells[i].Params, index: i}}
	var err error
	if o.cell.bench, err = o.cell.newBenchmark(); err != nil {
		return nil, err
	}
	o.decks, err = o.cell.decks(e.Seed.Value, 1, "pair", o.cell.traceOps(openingTrace))
	return o, err
}

// Reserve opens a side under an algorithm, in fresh memory that is not present
// yet. It empties dir.
func (o *Openings) Reserve(algorithm, dir string) (*Side, error) {
	e, ok := algorithms.Find(algorithm)
	if !ok {
		return nil, fmt.Errorf("open a side: no algorithm %q", algorithm)
	}
	s, err := o.cell.reserve(e, dir)
	if err == nil {
		s.alike = true // with the other build's, under the same algorithm
	}
	return s, err
}

// Touch makes a share of a side's memory present, up to 1. Two processes that do
// so in turns get memory that is spread alike over the machine's. Room for inserts
// is only reserved.
func (o *Openings) Touch(s *Side, share float64) {
	if !o.cell.inserts() {
		s.store.Touch(share)
	}
}

// Load fills a side, so that it can run.
func (o *Openings) Load(s *Side) error { return s.load(o.decks) }
