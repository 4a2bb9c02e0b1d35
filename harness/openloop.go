package harness

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// openLoop gives every client its arrivals, of which those from zero to end count.
func (t *trial) openLoop(zero, end time.Time) {
	if t.rate == 0 {
		return
	}
	clock := t.run.clock
	now := clock.Now()
	for i, d := range t.drivers[:t.cell.workers()] { // not the one that runs long transactions alone
		d.exact, d.timer.every, d.timer.open = true, 1, true
		d.arrivals = newArrivals(t.rate, t.cell.Arrivals, t.decks[i].seed, i, t.cell.workers(), clock, now)
		d.arrivals.from, d.arrivals.end = clock.At(zero), clock.At(end)
		d.timer.from = d.arrivals.from
	}
}

// overloadedAbove is the part of what was due that may not have started when the
// trial ends, for the latencies to mean something: above it the queue grows for as
// long as the trial lasts.
const overloadedAbove = 0.02

// warnOverload compares what was due in the measured part with what of it was
// given up. Where nothing was due nothing was too much.
func (t *trial) warnOverload() {
	due, missed := uint64(0), uint64(0)
	for _, d := range t.drivers {
		if d.arrivals != nil {
			due += d.arrivals.due
			missed += d.arrivals.missed
		}
	}
	if t.out.Overloaded = float64(missed) > overloadedAbove*float64(due); !t.out.Overloaded {
		return
	}
	t.out.Warnings = append(t.out.Warnings, fmt.Sprintf(
		"overloaded: at a rate of %.0f/s %d transactions were due and %d of them (%.1f %%) had not started at the end; the longer the trial, the larger its latencies",
		t.rate, due, missed, 100*float64(missed)/float64(due)))
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
	decks, err := cc.decks(r.exp.Seed.Value, 0, "maximum", config.TraceOps(cc.Warmup+cc.Duration, cc.workers()))
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
