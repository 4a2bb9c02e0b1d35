package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// one runs one trial, or finds it done already.
// A trial that failed is saved too, with what is wrong; only an interrupt or a disk that refuses
// the result is returned.
func (r *runner) one(ctx context.Context, c *cell, e algorithms.Entry, round int, decks []deck) (*result.Trial, error) {
	r.done++
	out := r.blank(c, e, round)
	if old, ok := r.resumed(out); ok {
		return old, nil
	}
	out, err := r.runUndisturbed(ctx, c, e, round, decks, out)
	err = r.explainDiskFull(c, err)
	var wrong *wrongImage
	switch {
	case ctx.Err() != nil:
		// Whatever else went wrong when it was interrupted is a consequence.
		out.Status = result.Partial
		out.Error = "interrupted"
	case errors.As(err, &wrong):
		out.Status, out.Error, out.Throughput, out.Bulk = result.Failed, err.Error(), nil, nil
		out.Verdict.Detail = err.Error()
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", e.Name, err))
	case err != nil:
		out.Status, out.Error, out.Throughput, out.Bulk = result.Failed, err.Error(), nil, nil
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", e.Name, err))
	}
	conclude(out)
	// Nothing was measured: there is nothing to save.
	if ctx.Err() != nil && len(out.Buckets) == 0 && out.Bulk == nil {
		return nil, ctx.Err()
	}
	if err := result.Save(r.dir, *out); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// trialsPerRepeat is how many trials of an experiment there are to each repeat of
// a noisy one, beyond those that a single trial may have.
// An experiment on a busy machine would otherwise never end.
const trialsPerRepeat = 8

// mostRepeats is how many repeats of noisy trials an experiment may run in all.
func mostRepeats(repeatNoisy, trials int) int { return repeatNoisy + trials/trialsPerRepeat }

// runUndisturbed runs a trial, and again where something else disturbed it: as
// often as asked, and as often as the experiment may. What is run again is kept
// in the folder noisy. The last is returned, disturbed or not.
func (r *runner) runUndisturbed(
	ctx context.Context, c *cell, e algorithms.Entry, round int, decks []deck, out *result.Trial,
) (*result.Trial, error) {
	// Recorded runs come first: a wrong algorithm is not measured.
	if err := r.verifyFirst(ctx, c, e, round, out); err != nil {
		return out, err
	}
	verdict, warnings := out.Verdict, slices.Clip(out.Warnings)
	for n := 0; ; n++ {
		err := r.run(ctx, c, e, round, decks, out)
		if r.o.disturb != nil {
			r.o.disturb(&out.Disturbed)
		}
		if err != nil || ctx.Err() != nil || n == r.o.RepeatNoisy || r.repeats == 0 || !out.Disturbed.Hit() {
			return out, err
		}
		r.repeats--
		conclude(out)
		if err := result.Save(filepath.Join(r.dir, "noisy", strconv.Itoa(n+1)), *out); err != nil {
			return out, err
		}
		why := append(out.RepeatedFor, out.Disturbed.String())
		out = r.blank(c, e, round)
		out.Repeats, out.RepeatedFor = n+1, why
		out.Verdict, out.Warnings = verdict, warnings // what was recorded is judged once
	}
}

// conclude says whether a trial's images count as right: what was not looked at does
// not.
func conclude(out *result.Trial) {
	v := &out.Verdict
	v.OK = out.Status == result.OK && v.Mode != result.ModeOff && v.NotJudged == ""
}

// blank returns a trial that has what is known before it runs.
func (r *runner) blank(c *cell, e algorithms.Entry, round int) *result.Trial {
	out := &result.Trial{
		Schema: result.Schema, Experiment: r.exp.Info.Name, Algorithm: e.Name, Trial: round, Round: round,
		Seed: r.exp.Seed.Value, Status: result.OK, Workers: c.workers(), Records: c.size(),
		ConfigHash: c.Hash(), Verdict: result.Verdict{Mode: string(c.Verify)},
		Machine: r.machine, Profiled: r.o.Profile != nil, StartedAt: time.Now().UTC().Format(time.RFC3339),
	}
	out.Params = c.point()
	return out
}

// point returns c's coordinates as a result has them.
func (c *cell) point() (ps []result.Param) {
	for _, p := range c.params {
		ps = append(ps, result.Param{Key: p.Key, Value: p.Value})
	}
	return ps
}

// resumed returns the trial that out would repeat.
// Only a trial that ended well, of the same configuration, stands for the new one.
func (r *runner) resumed(out *result.Trial) (*result.Trial, bool) {
	if !r.o.Resume {
		return nil, false
	}
	old, err := result.LoadTrial(filepath.Join(r.dir, "trials", result.TrialDir(*out)))
	if err != nil || old.Status != result.OK || old.ConfigHash != out.ConfigHash {
		return nil, false
	}
	return old, true
}

// verifyFirst judges recorded runs, before the first trial of an algorithm at a point or
// before every one.
// Bulk has a model in place of recorded runs.
func (r *runner) verifyFirst(ctx context.Context, c *cell, e algorithms.Entry, round int, out *result.Trial) error {
	if c.bulk() || c.Verify == config.VerifyOff || round != r.first(c) && c.Verify != config.VerifyFull {
		return nil
	}
	r.reportProgress(c, e, "verifying", result.Bucket{})
	return r.verify(ctx, c, e, round, out)
}

// run measures.
func (r *runner) run(
	ctx context.Context, c *cell, e algorithms.Entry, round int, decks []deck, out *result.Trial,
) error {
	if c.bulk() {
		return r.load(ctx, c, e, round, out)
	}
	r.reportProgress(c, e, "loading", result.Bucket{})
	if err := emptied(r.scratch); err != nil {
		return err
	}
	// Memory of the trial before would count as this one's.
	debug.FreeOSMemory()
	// Of an open loop; 0 for a closed one.
	rate, err := r.rateOf(ctx, c, e)
	if err != nil {
		return err
	}
	t := &trial{cell: *c, entry: e, decks: decks, dir: r.scratch, out: out, rate: rate, lookout: r.lookout}
	t.progress = func(b result.Bucket, doing string) { r.reportProgress(c, e, doing, b) }
	if r.o.Profile != nil {
		t.profile = func() func() { return r.o.Profile(filepath.Join(r.dir, "profiles", result.TrialDir(*out))) }
	}
	err = t.measure(ctx)
	keep := ""
	if c.KeepImages {
		keep = filepath.Join(r.dir, "images", result.TrialDir(*out))
	}
	return errors.Join(err, t.clean(keep))
}

// verify has the oracle judge recorded runs of an algorithm: one of the experiment's own
// size, and one that provokes faults, with faults planted beside it.
// A run in which too little happened is no error: the images are not judged.
func (r *runner) verify(ctx context.Context, c *cell, e algorithms.Entry, round int, out *result.Trial) error {
	err := r.record(ctx, c, e, round, out)
	if err == nil && !r.o.calm {
		err = r.provoke(ctx, c, e, round, out)
	}
	var idle *notJudged
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.As(err, &idle):
		out.Verdict.NotJudged = idle.why
		return nil
	}
	return fmt.Errorf("verification run: %w", err)
}

// record runs the recorded run of the experiment's own size.
// Where the experiment is larger than what the oracle can take, the recorded run is smaller, and
// a warning says so.
func (r *runner) record(ctx context.Context, c *cell, e algorithms.Entry, round int, out *result.Trial) error {
	if n := c.VerifiedRecords(); n < c.Records {
		out.Warnings = append(out.Warnings,
			fmt.Sprintf("the recorded trial that the oracle judged had %s of the %s records", n, c.Records))
	}
	c, err := c.verified()
	if err != nil {
		return err
	}
	decks, err := c.decks(r.exp.Seed.Value, round, "verify", c.traceOps(c.VerifyDuration/8))
	if err != nil {
		return err
	}
	if err := emptied(r.scratch); err != nil {
		return err
	}
	// Half of the time for the transactions; the oracle needs the rest.
	v := &verification{cell: *c, entry: e, decks: decks, dir: r.scratch, plan: recording{
		span: time.Duration(c.VerifyDuration) / 2, images: recordedImages,
	}}
	v.plan.pacer = v.pacer
	if err := v.verify(ctx); err != nil {
		return err
	}
	var sum recorded
	sum.add(v)
	sum.into(&out.Verdict)
	return nil
}

// provoke runs the recorded run that provokes faults, and those in which faults are
// planted: they have as many rounds to be found in.
// The number of rounds in which the sound algorithm was judged is also what each planted fault
// gets.
func (r *runner) provoke(ctx context.Context, c *cell, e algorithms.Entry, round int, out *result.Trial) error {
	// It takes no images.
	if e.Baseline {
		return nil
	}
	p, err := provocationOf(*c, e, r.scratch, round)
	if err != nil {
		return err
	}
	if err := emptied(r.scratch); err != nil {
		return err
	}
	n, sum, err := p.run(ctx, provokedRounds)
	if err != nil {
		return err
	}
	sum.into(&out.Verdict)
	for _, planted := range controls(e, r.o.find) {
		found, err := planted.try(ctx, p, n)
		if err != nil {
			return fmt.Errorf("with a planted fault (%s): %w", planted.name, err)
		}
		out.Verdict.Controls = append(out.Verdict.Controls, found)
	}
	return nil
}
