package harness

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// pairAll measures every algorithm of a point beside none, or none under its log, after all its trials:
// the parts are weighted by how long these were under a checkpoint.
func (r *runner) pairAll(ctx context.Context, c *cell) error {
	for _, name := range r.exp.Algorithms {
		e, ok := r.o.find(name)
		if !ok {
			return fmt.Errorf("no algorithm %q", name)
		}
		if name == baseName {
			continue
		}
		if err := r.pair(ctx, c, e); err != nil {
			return err
		}
	}
	return nil
}

// baseName is the algorithm that all are measured beside, and logBase the one for
// those that log every change where the others do not.
const (
	baseName = "none"
	logBase  = result.LogBase
)

// beside returns what e is measured beside at c.
func (c cell) beside(e algorithms.Entry) string {
	if c.WAL == config.WALOff && e.NeedsLog && !c.unlogged(e) && e.Name != logBase {
		return logBase
	}
	return baseName
}

// pair measures one algorithm beside its baseline, or finds it done already.
func (r *runner) pair(ctx context.Context, c *cell, e algorithms.Entry) error {
	out := r.newPair(c, e)
	if r.o.Resume {
		old, ok, err := result.LoadPair(r.dir, *out)
		if err == nil && ok && old.Same(out) {
			return nil
		}
	}
	base, ok := r.o.find(c.beside(e))
	if !ok {
		return fmt.Errorf("no algorithm %q to measure %s beside", c.beside(e), e.Name)
	}
	trials := r.trialsOf(c, e.Name)
	p := &pairing{
		cell: *c, entry: e, base: base, dir: r.scratch, trials: trials, out: out, look: r.lookout, capture: !e.Baseline,
	}
	p.decks = func(opening int) ([]deck, error) {
		r.tell(c, e, fmt.Sprintf("beside %s, opening %d of %d at most", base.Name, opening, c.Pair.Most), result.Bucket{})
		return c.decks(r.exp.Seed.Value, opening, "pair", config.TraceOps(openingTape, c.workers()))
	}
	err := p.measure(ctx)
	switch {
	case ctx.Err() != nil:
		out.Status, out.Error = result.Partial, "interrupted"
	case err != nil:
		out.Status, out.Error = result.Failed, err.Error()
		r.wrong = append(r.wrong, fmt.Errorf("%s beside %s: %w", e.Name, out.Beside(), err))
	}
	return errors.Join(result.SavePair(r.dir, *out), ctx.Err())
}

// trialsOf returns the trials of an algorithm at a point that are saved already.
func (r *runner) trialsOf(c *cell, algorithm string) []*result.Trial {
	var ts []*result.Trial
	for round := 1; round <= int(r.exp.Trials); round++ {
		t := r.blank(c, algorithms.Entry{Name: algorithm}, round)
		old, err := result.LoadTrial(filepath.Join(r.dir, "trials", result.TrialDir(*t)))
		if err == nil && old.ConfigHash == t.ConfigHash {
			ts = append(ts, old)
		}
	}
	return ts
}

func (r *runner) newPair(c *cell, e algorithms.Entry) *result.Pair {
	t := r.blank(c, e, 1)
	base := c.beside(e)
	if base == baseName {
		base = ""
	}
	return &result.Pair{
		Base:   base,
		Schema: result.Schema, Experiment: t.Experiment, Algorithm: t.Algorithm, Params: t.Params, Machine: t.Machine,
		ConfigHash: t.ConfigHash, Workers: t.Workers, Status: result.OK, StartedAt: t.StartedAt,
		Slice: time.Duration(c.Pair.Slice).Seconds(), Lead: time.Duration(c.Pair.Lead).Seconds(),
		Until: float64(c.Pair.Until),
	}
}
