package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// A Job is one trial of an experiment, for a process of its own.
// It is passed as JSON, but for the locks, which the process inherits.
type Job struct {
	Cell      int          // index into the experiment's cells
	Algorithm string       // as in the table of algorithms
	Round     int          // 1-based
	Rate      float64      // of an open loop, 0: closed
	Dir       string       // of the experiment's results
	Scratch   string       // folder for images and log
	Shard     result.Shard // that the trial belongs to
	Machine   string       // id of the machine

	// RepeatNoisy is how often the trial may be run again where something else
	// disturbed it.
	RepeatNoisy int

	// Locks are of the folders. The process inherits them, so that nobody else
	// gets the folders as long as it lives, should this one be killed.
	Locks []*os.File `json:"-"`

	// For Progress.
	Number, Total int
	Began         time.Time
}

// RunJob runs one trial of e and leaves it in the job's folder. It is the other
// end of Options.Isolate. The error says why the trial could not be saved; what
// was wrong with it is in the trial.
// The trial is saved by this process and read by the other.
func RunJob(ctx context.Context, e *config.Experiment, o Options, j Job) error {
	o.Shard, o.RepeatNoisy = j.Shard, j.RepeatNoisy
	r, err := newRunner(e, o)
	if err != nil {
		return err
	}
	r.dir, r.scratch, r.machine = j.Dir, j.Scratch, j.Machine
	r.done, r.total, r.began = j.Number-1, j.Total, j.Began
	if j.Cell < 0 || j.Cell >= len(r.cells) {
		return fmt.Errorf("job for point %d of %d", j.Cell, len(r.cells))
	}
	// The cells are made from the same configuration, so the index means the same.
	c := &r.cells[j.Cell]
	entry, ok := r.o.find(j.Algorithm)
	if !ok {
		return fmt.Errorf("no algorithm %q", j.Algorithm)
	}
	// The maximum was measured by the parent: it is not measured again.
	r.rates[c.ratedFor(entry)] = j.Rate
	// The same seed gives the same transactions as in the parent.
	decks, err := c.decks(e.Seed.Value, j.Round, "measure", c.traceOps(c.Warmup+c.Duration))
	if err != nil {
		return err
	}
	_, err = r.one(ctx, c, entry, j.Round, decks)
	return err
}

// isolated runs one trial in a process of its own and reads back what that left.
func (r *runner) isolated(ctx context.Context, c *cell, e algorithms.Entry, round int) (*result.Trial, error) {
	r.done++
	out := r.blank(c, e, round)
	if old, ok := r.resumed(out); ok {
		return old, nil
	}
	rate, err := r.rateOf(ctx, c, e)
	if err != nil {
		return nil, err
	}
	err = r.o.Isolate(ctx, Job{
		Rate: rate,
		Cell: c.index, Algorithm: e.Name, Round: round, Dir: r.dir, Scratch: r.scratch, Shard: r.o.Shard, Machine: r.machine,
		Locks: r.lockFiles(), RepeatNoisy: min(r.o.RepeatNoisy, r.repeats),
		Number: r.done, Total: r.total, Began: r.began,
	})
	// An interrupted process may have ended with any error.
	if err != nil && ctx.Err() == nil {
		return r.lost(out, fmt.Errorf("trial %d of %s in a process of its own: %w", round, e.Name, err))
	}
	got, loadErr := result.LoadTrial(filepath.Join(r.dir, "trials", result.TrialDir(*out)))
	switch {
	case ctx.Err() != nil && loadErr != nil:
		return nil, ctx.Err()
	case loadErr != nil:
		return nil, loadErr
	case got.Status == result.Failed:
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", e.Name, errors.New(got.Error)))
	}
	// Repeats are counted over the whole experiment.
	r.repeats -= got.Repeats
	return got, ctx.Err()
}

// lost saves a trial whose process ended without one, killed for instance, as failed: the other
// trials are run all the same. Only a disk that refuses the result is returned.
func (r *runner) lost(out *result.Trial, why error) (*result.Trial, error) {
	out.Status, out.Error = result.Failed, why.Error()
	conclude(out)
	r.wrong = append(r.wrong, why)
	if err := result.Save(r.dir, *out); err != nil {
		return nil, errors.Join(why, err)
	}
	return out, nil
}
