package bench

import (
	"context"
	"errors"
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
		// Every transaction is timed, and its commit counted at once: when it was due is what
		// counts.
		d.exact, d.timer.every, d.timer.open = true, 1, true
		d.arrivals = newArrivals(t.rate, t.cell.Arrivals, t.decks[i].seed, i, t.cell.workers(), clock, now)
		d.arrivals.from, d.arrivals.end = clock.At(zero), clock.At(end)
		d.timer.from = d.arrivals.from
	}
}

// overloadedAbove is the part of what was due that may not have started when the
// trial ends, for the latencies to mean something: above it the queue grows for as
// long as the trial lasts, unless it is what a pause left and grows shorter.
// A part of 1.
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
	behind := float64(missed) > overloadedAbove*float64(due)
	t.out.Overloaded = behind && !draining(t.out, t.rate)
	switch {
	case !behind:
		return
	case !t.out.Overloaded:
		t.out.Warnings = append(t.out.Warnings, fmt.Sprintf(
			"the backlog of the last checkpoint was not worked off at the end: %d of %d transactions due had not started, "+
				"and they count with the time they had waited", missed, due))
		return
	}
	t.out.Warnings = append(t.out.Warnings, fmt.Sprintf(
		"overloaded: at a rate of %.0f/s %d transactions were due and %d of them (%.1f %%) had not started at the end; "+
			"the longer the trial, the larger its latencies", t.rate, due, missed, 100*float64(missed)/float64(due)))
}

// A rated is what a rate in percent is measured for once: a point, and the
// algorithm whose maximum it refers to.
type rated struct {
	cell      int
	algorithm string
}

// ratedFor returns what the rate of e's trials at c is measured for.
func (c *cell) ratedFor(e algorithms.Entry) rated {
	if c.RateOf == config.RateOfOwn {
		return rated{c.index, e.Name}
	}
	return rated{c.index, baseName}
}

// rateOf returns the rate of the open loop of e's trials at c, 0 for a closed one.
// A rate in percent asks for the maximum to be measured, once for the point, or
// for the point and the algorithm.
func (r *runner) rateOf(ctx context.Context, c *cell, e algorithms.Entry) (float64, error) {
	if c.Rate.Closed() || c.Rate.Percent == 0 {
		return c.Rate.Of(0), nil
	}
	of := c.ratedFor(e)
	if rate, ok := r.rates[of]; ok {
		return rate, nil
	}
	// Trials of a resumed run must have the rate of those before.
	rate, ok := r.ratedBefore(c, of)
	if !ok {
		most, err := r.maximum(ctx, c, of.algorithm)
		if err != nil {
			return 0, fmt.Errorf("measure the maximum of %s, of which the rate is %s: %w", of.algorithm, c.Rate, err)
		}
		rate = c.Rate.Of(most)
	}
	r.rates[of] = rate
	return rate, nil
}

// ratedBefore returns the rate of a resumed run's trials that have the same one.
func (r *runner) ratedBefore(c *cell, of rated) (float64, bool) {
	if !r.o.Resume {
		return 0, false
	}
	for _, name := range r.exp.Algorithms {
		if c.ratedFor(algorithms.Entry{Name: name}) != of {
			continue
		}
		out := r.blank(c, algorithms.Entry{Name: name}, 1)
		if old, ok := r.resumed(out); ok && old.Rate > 0 {
			return old.Rate, true
		}
	}
	return 0, false
}

// maximum measures the throughput of an algorithm in a closed loop, without
// checkpoints.
func (r *runner) maximum(ctx context.Context, c *cell, algorithm string) (float64, error) {
	e, ok := r.o.find(algorithm)
	if !ok {
		return 0, fmt.Errorf("there is no algorithm %s", algorithm)
	}
	// A copy without rate, verification and recovery.
	closed := *c.Experiment
	closed.Rate, closed.Verify, closed.Recover = config.Rate{}, config.VerifyOff, false
	cc := cell{Experiment: &closed, params: c.params, bench: c.bench, index: c.index, calm: c.calm}
	decks, err := cc.decks(r.exp.Seed.Value, 0, "maximum", cc.traceOps(cc.Warmup+cc.Duration))
	if err != nil {
		return 0, err
	}
	if err := emptied(r.scratch); err != nil {
		return 0, err
	}
	out := r.blank(&cc, e, 1)
	t := &trial{cell: cc, entry: e, decks: decks, dir: r.scratch, out: out, still: true}
	t.progress = func(b result.Bucket, _ string) { r.reportProgress(c, e, "its maximum, for the rate", b) }
	if err := t.measure(ctx); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if out.Throughput == nil {
		return 0, errors.Join(errors.New("nothing committed"), t.clean(""))
	}
	return *out.Throughput, t.clean("")
}

// draining reports whether a trial that ends with a backlog owes it to its last
// checkpoint alone: there was next to none when that was asked for, and what
// committed since it ended is more than was due.
// Times are seconds of the result.
func draining(t *result.Trial, rate float64) bool {
	if len(t.Checkpoints) == 0 {
		return false
	}
	last := t.Checkpoints[len(t.Checkpoints)-1]
	from, to := last.Trigger, last.Trigger+last.Total
	if last.Error != "" || last.Total <= 0 {
		return false
	}
	var before, end, since, span float64 // commits and time, before the checkpoint and since
	for _, b := range t.Buckets {
		switch {
		case !b.Measured():
		case b.Start+b.Elapsed <= from:
			before, end = before+float64(b.Commits), max(end, b.Start+b.Elapsed)
		case b.Start >= to:
			since, span = since+float64(b.Commits), span+b.Elapsed
		}
	}
	return before >= (1-overloadedAbove)*rate*end && span > 0 && since > rate*span
}
