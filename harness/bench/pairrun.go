package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// pairAll measures every algorithm of a point beside none, or none under its log,
// after all its trials: the parts are weighted by how long these were under a
// checkpoint. The openings go round, one of each algorithm after another, in a
// balanced order. So those of one algorithm lie minutes apart, and what a neighbour
// does for some seconds is in one of them and makes the interval wider: with all of
// an algorithm in one stretch, Zig-Zag was at 0.57 of none for 14 s on end, and at
// 0.76 before and after.
func (r *runner) pairAll(ctx context.Context, c *cell) error {
	ps, err := r.pairings(c)
	if err != nil {
		return err
	}
	for n := 1; slices.ContainsFunc(ps, func(p *pairing) bool { return !p.done }); n++ {
		for _, i := range paired.Order(len(ps), n) {
			if err := r.opening(ctx, ps[i], n); err != nil {
				return errors.Join(err, r.interrupted(ctx, ps))
			}
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
// Then the log's cost is not the algorithm's.
func (c cell) beside(e algorithms.Entry) string {
	if c.WAL == config.WALOff && e.NeedsLog && !c.unlogged(e) && e.Name != logBase {
		return logBase
	}
	return baseName
}

// pairings returns what is to be measured beside something at a point, without what a
// resumed run finds done.
func (r *runner) pairings(c *cell) (ps []*pairing, err error) {
	for _, name := range r.exp.Algorithms {
		e, ok := r.o.find(name)
		if !ok {
			return nil, fmt.Errorf("no algorithm %q", name)
		}
		if name == baseName {
			continue
		}
		out := r.newPair(c, e)
		if r.o.Resume {
			// A pair that cannot be read is measured again.
			old, ok, err := result.LoadPair(r.dir, *out)
			if err == nil && ok && old.Same(out) {
				continue
			}
		}
		base, ok := r.o.find(c.beside(e))
		if !ok {
			return nil, fmt.Errorf("no algorithm %q to measure %s beside", c.beside(e), e.Name)
		}
		ps = append(ps, &pairing{
			cell: *c, entry: e, base: base, dir: r.scratch, trials: r.trialsOf(c, e.Name), out: out, look: r.lookout,
			capture: !e.Baseline,
			decks: func(opening int) ([]deck, error) {
				r.reportProgress(c, e, fmt.Sprintf("beside %s, opening %d of %d at most", base.Name, opening, c.Pair.Most),
					result.Bucket{})
				return c.decks(r.exp.Seed.Value, opening, "pair", c.traceOps(openingTrace))
			},
		})
	}
	return ps, nil
}

// opening measures an opening of a pair that is not done, and saves a pair that is
// done with it. The error is an interruption, or that it cannot be saved; what fails in
// a pair is in its result.
func (r *runner) opening(ctx context.Context, p *pairing, n int) error {
	if p.done {
		return nil
	}
	last, err := p.next(ctx, n)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		p.out.Status, p.out.Error = result.Failed, err.Error()
		r.wrong = append(r.wrong, fmt.Errorf("%s beside %s: %w", p.entry.Name, p.out.Beside(), err))
	}
	// A pair is saved once, when it is narrow enough, has failed, or may have no more.
	if p.done = last; !last {
		return nil
	}
	return result.SavePair(r.dir, *p.out)
}

// interrupted saves what was measured of the pairs that are not done.
// Their figures are marked partial, and a resumed run measures them anew.
func (r *runner) interrupted(ctx context.Context, ps []*pairing) error {
	if ctx.Err() == nil {
		return nil
	}
	var errs []error
	for _, p := range ps {
		if !p.done {
			p.out.Status, p.out.Error = result.Partial, "interrupted"
			errs = append(errs, result.SavePair(r.dir, *p.out))
		}
	}
	return errors.Join(errs...)
}

// trialsOf returns the trials of an algorithm at a point that are saved already.
func (r *runner) trialsOf(c *cell, algorithm string) []*result.Trial {
	var ts []*result.Trial
	for round := 1; round <= int(r.exp.Trials); round++ {
		t := r.blank(c, algorithms.Entry{Name: algorithm}, round)
		// A trial that is missing or of another configuration is left out.
		old, err := result.LoadTrial(filepath.Join(r.dir, "trials", result.TrialDir(*t)))
		if err == nil && old.ConfigHash == t.ConfigHash {
			ts = append(ts, old)
		}
	}
	return ts
}

// newPair returns the pair of an algorithm, without figures yet.
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
