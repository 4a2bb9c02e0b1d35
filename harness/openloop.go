package harness

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// openLoop gives every client its arrivals.
func (t *trial) openLoop(end time.Time) {
	if t.rate == 0 {
		return
	}
	now := time.Now()
	for i, d := range t.drivers {
		d.timer.opened()
		d.arrivals = newArrivals(t.rate, t.cell.Arrivals, t.decks[i].seed, i, len(t.drivers), now)
		d.arrivals.end = end
	}
}

// overloadedBelow is the part of the rate that has to be reached for the
// latencies to mean something: below it the queue grows for as long as the trial
// lasts.
const overloadedBelow = 0.98

func (t *trial) warnOverload() {
	out := t.out
	if t.rate == 0 || out.Throughput == nil {
		return
	}
	share := *out.Throughput / t.rate
	if out.Overloaded = share < overloadedBelow; out.Overloaded {
		out.Warnings = append(out.Warnings, fmt.Sprintf("overloaded: %.1f %% of the rate of %.0f/s was reached; the longer the trial, the larger its latencies", 100*share, t.rate))
	}
}

// rateOf returns the rate of a cell's open loop, 0 for a closed one. A rate that
// is a part of none's maximum asks for that to be measured, once for the cell.
func (r *runner) rateOf(ctx context.Context, c *cell) (float64, error) {
	if c.Rate.Closed() || c.Rate.Percent == 0 {
		return c.Rate.Of(0), nil
	}
	if rate, ok := r.rates[c.index]; ok {
		return rate, nil
	}
	rate, ok := r.ratedBefore(c)
	if !ok {
		most, err := r.maximum(ctx, c)
		if err != nil {
			return 0, fmt.Errorf("measure none's maximum, of which the rate is %s: %w", c.Rate, err)
		}
		rate = c.Rate.Of(most)
	}
	r.rates[c.index] = rate
	return rate, nil
}

// ratedBefore returns the rate of a resumed run's trials at the same point.
func (r *runner) ratedBefore(c *cell) (float64, bool) {
	if !r.o.Resume {
		return 0, false
	}
	for _, name := range r.exp.Algorithms {
		out := r.blank(c, algorithms.Entry{Name: name}, 1)
		if old, ok := r.resumed(out); ok && old.Rate > 0 {
			return old.Rate, true
		}
	}
	return 0, false
}

// maximum measures the throughput of none in a closed loop.
func (r *runner) maximum(ctx context.Context, c *cell) (float64, error) {
	none, ok := r.o.find("none")
	if !ok {
		return 0, fmt.Errorf("there is no algorithm none")
	}
	closed := *c.Experiment
	closed.Rate, closed.Verify, closed.Recover = config.Rate{}, config.VerifyOff, false
	cc := cell{Experiment: &closed, params: c.params, bench: c.bench, index: c.index}
	decks, err := cc.decks(r.exp.Seed.Value, 0, "maximum", opsFor(cc.Warmup+cc.Duration))
	if err != nil {
		return 0, err
	}
	if err := emptied(r.scratch); err != nil {
		return 0, err
	}
	out := r.blank(&cc, none, 1)
	t := &trial{cell: cc, entry: none, decks: decks, dir: r.scratch, out: out}
	t.progress = func(b result.Bucket, _ string) { r.tell(c, none, "its maximum, for the rate", b) }
	if err := t.measure(ctx); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return *out.Throughput, t.clean("")
}
