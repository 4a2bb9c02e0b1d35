// Package bench runs an experiment: every algorithm at every point of the
// matrix, trials interleaved, images checked, results written as they come.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/lock"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
	"ckptbench/workload"
)

// Options say how an experiment is run, beside its configuration.
type Options struct {
	Out    string   // folder of all results; the experiment's is below it
	Given  []byte   // the configuration as it was given
	Flags  []string // of the command line, that with Given make the configuration; stored with the result
	Resume bool     // trials that are there already, of the same configuration and build, are not run again
	// Force lets Resume continue a result of another build, or with trials of
	// another configuration, which are set aside.
	Force bool
	// Shard is the part of the experiment to run, into a folder of its own; the
	// zero Shard is all of it.
	Shard result.Shard
	// RepeatNoisy is how often a trial is run again at most that something else on
	// the machine disturbed; 0: never. A whole experiment runs at most one repeat
	// more for every four of its trials, so that on a machine that is never quiet
	// it still ends in time.
	RepeatNoisy int
	// Profile starts a profile of a trial's measured part, written to dir,
	// and returns what stops it; nil: no profile.
	Profile func(dir string) (stop func())
	// Progress is called with every bucket as it is measured, from one goroutine;
	// nil: nobody is.
	Progress func(Progress)

	// Notice is called with what a person should know of the folders, a line
	// each; may be nil.
	Notice func(string)

	// Isolate runs a job in a process of its own, which calls RunJob, so that
	// no trial inherits heap, threads or page tables from the one before; nil:
	// all trials run in this process.
	Isolate func(context.Context, Job) error

	find    func(name string) (algorithms.Entry, bool) // for tests; nil: algorithms.Find
	disturb func(*result.Disturbance)                  // for tests: puts in another disturbance than was measured

	calm bool // the recorded run provokes nothing, no fault is planted, and traces are short: for tests of other things
}

// Progress is what is going on.
type Progress struct {
	Trial, Trials int // counted over all
	Algorithm     string
	Point         string // of the matrix
	Doing         string // loading, verifying, warm-up, a checkpoint, reading back
	Bucket        result.Bucket
	Left          time.Duration // until all is done, roughly
}

// ErrWrong means that some trials cannot count: an image or the recovered state
// was wrong, or the trial could not be run. All others were run all the same.
var ErrWrong = errors.New("some trials cannot count")

// A runner runs one experiment.
type runner struct {
	exp     *config.Experiment
	o       Options
	dir     string // of the experiment's results
	scratch string // of images and logs while a trial runs
	// By index, as shards and jobs name them.
	cells []cell
	// A maximum is measured once.
	rates   map[rated]float64 // of open loops
	machine string            // id of this one
	done    int
	total   int
	began   time.Time
	wrong   []error      // one a trial that cannot count
	locks   []*lock.Lock // of dir and of scratch, while it runs
	command result.Command
	lookout *lookout
	repeats int // of noisy trials that may still be run
}

// Run runs an experiment and returns the folder of its results. When ctx ends
// it stops in the middle, keeps what was measured, marked partial, and returns
// ctx's error. With an error that is ErrWrong all trials were run.
func Run(ctx context.Context, e *config.Experiment, o Options) (dir string, err error) {
	if e.Seed.Random && !o.Shard.Whole() {
		return "", errors.New("seed: random draws another on each machine, and shards need the same: give it a number")
	}
	command := result.Command{Flags: slices.Clone(o.Flags)}
	if e.Seed.Random {
		e.DrawSeed()
		// The seed that was drawn is stored, so that the run can be repeated.
		command.Flags = append(command.Flags, "--set", "seed="+e.Seed.String())
	}
	r, err := newRunner(e, o)
	if err != nil {
		return r.dir, err
	}
	r.command = command
	defer func() { err = errors.Join(err, r.release()) }()
	if err := r.setUp(); err != nil {
		return r.dir, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.scratch)) }()
	// The listing is written also of what an interrupt left.
	if err := errors.Join(r.rounds(ctx), r.saveBench()); err != nil {
		return r.dir, err
	}
	if len(r.wrong) > 0 {
		return r.dir, fmt.Errorf("%w:\n%w", ErrWrong, errors.Join(r.wrong...))
	}
	return r.dir, nil
}

// saveBench writes the listing of all trials; after an interruption there may be
// none.
func (r *runner) saveBench() error {
	e, err := result.Load(r.dir)
	if err != nil {
		return err
	}
	return result.SaveBench(r.dir, e)
}

// newRunner prepares a run: its folders' names, the points of the matrix and how many
// trials there are. It writes nothing.
func newRunner(e *config.Experiment, o Options) (*runner, error) {
	if o.find == nil {
		o.find = algorithms.Find
	}
	r := &runner{exp: e, o: o, dir: ResultDir(o.Out, e, o.Shard), began: time.Now(), rates: map[rated]float64{}}
	r.lookout = newLookout()
	var err error
	if r.dir, err = resolved(r.dir); err != nil {
		return r, err
	}
	if r.scratch, err = scratchOf(r.dir, e.Checkpoint.Dir); err != nil {
		return r, err
	}
	for i, c := range e.Cells() {
		if c.Experiment.Workload.Name == workload.Bulk && !o.Shard.Whole() {
			return r, errors.New("bulk compares points of the matrix with each other, and shards would part them: run it whole")
		}
		made := cell{Experiment: c.Experiment, params: c.Params, index: i, calm: o.calm}
		if made.bench, err = made.newBenchmark(); err != nil {
			return r, err
		}
		r.cells = append(r.cells, made)
	}
	err = r.count()
	r.repeats = mostRepeats(o.RepeatNoisy, r.total)
	return r, err
}

// setUp takes the folders and writes what all trials share. Results that are there
// already and are not resumed go to a folder beside.
func (r *runner) setUp() error {
	// Nothing is written before both folders are this run's alone.
	if err := r.claim(); err != nil {
		return err
	}
	machine := Machine(filepath.Dir(r.scratch))
	machine.Folders = folders(filepath.Dir(r.scratch), r.dir)
	r.machine = machine.ID
	// How quiet the machine is before the first trial.
	speed, warnings := r.lookout.lookBefore()
	machine.Canary, machine.Warnings = &speed, append(machine.Warnings, warnings...)
	if result.Begun(r.dir) {
		var err error
		if r.o.Resume {
			err = r.resume(&machine)
		} else {
			err = r.setAside()
		}
		if err != nil {
			return err
		}
	}
	resolved, err := r.exp.Resolved()
	if err != nil {
		return err
	}
	return result.SaveSetup(r.dir, result.Experiment{
		Name: r.exp.Info.Name, About: r.exp.Info.About, Config: r.o.Given, Resolved: resolved,
		Machine: machine, Shard: r.o.Shard, Command: &r.command,
	})
}

// rounds runs the trials: round by round, and in each round every point with
// every algorithm, in a balanced order; none stays in its round. So are the ways to
// put bulk's messages. A point's last round is followed by its pairs.
func (r *runner) rounds(ctx context.Context) error {
	points, rounds := len(r.cells), int(r.exp.Trials)
	// Trials of one algorithm lie apart in time, so that what the machine does for a while hits
	// all alike.
	for round := 1; round <= rounds; round++ {
		for _, i := range r.turns(round) {
			if !r.o.Shard.Has(i, round, points, rounds) {
				continue
			}
			if err := r.round(ctx, &r.cells[i], round); err != nil {
				return err
			}
			if round == rounds && r.exp.Paired() && !r.cells[i].bulk() {
				if err := r.pairAll(ctx, &r.cells[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// round runs one trial of every algorithm at one point, in an order that rotates from
// round to round.
func (r *runner) round(ctx context.Context, c *cell, round int) error {
	// Drawn once for all algorithms of the round; a process of its own draws them again.
	var decks []deck
	if r.o.Isolate == nil {
		var err error
		if decks, err = c.decks(r.exp.Seed.Value, round, "measure", c.traceOps(c.Warmup+c.Duration)); err != nil {
			return err
		}
	}
	var outs []*result.Trial
	for _, i := range paired.Order(len(r.exp.Algorithms), round) {
		e, ok := r.o.find(r.exp.Algorithms[i])
		if !ok {
			return fmt.Errorf("no algorithm %q", r.exp.Algorithms[i])
		}
		one := r.isolated
		if r.o.Isolate == nil {
			one = func(ctx context.Context, c *cell, e algorithms.Entry, round int) (*result.Trial, error) {
				return r.one(ctx, c, e, round, decks)
			}
		}
		out, err := one(ctx, c, e, round)
		if out != nil {
			outs = append(outs, out)
		}
		if err != nil {
			return err
		}
	}
	// Relative figures are within the round.
	return r.compare(outs)
}

// compare sets every trial of a round against none's, and those that log every
// change where none does not against that of none under a log as well.
func (r *runner) compare(outs []*result.Trial) error {
	var base, log *result.Trial
	for _, t := range outs {
		switch {
		case t.Throughput == nil || *t.Throughput == 0:
		case t.Algorithm == baseName:
			base = t
		case t.Algorithm == logBase:
			log = t
		}
	}
	if base == nil {
		return nil
	}
	for _, t := range outs {
		if t.Throughput == nil {
			continue
		}
		// Transactions that none would have committed in the same time.
		ratio, lost := *t.Throughput / *base.Throughput, *base.Throughput*t.Elapsed-float64(t.Committed)
		t.Relative, t.Lost = &ratio, &lost
		if log != nil && t != log && t.Log != "" && base.Log == "" {
			t.RelativeLog = new(*t.Throughput / *log.Throughput)
		}
		if err := result.Save(r.dir, *t); err != nil {
			return err
		}
	}
	return nil
}

// reportProgress passes on what the run is doing. b is the newest bucket of a trial that
// is being measured, and empty otherwise.
func (r *runner) reportProgress(c *cell, e algorithms.Entry, doing string, b result.Bucket) {
	if r.o.Progress == nil {
		return
	}
	p := Progress{Trial: r.done, Trials: r.total, Algorithm: e.Name, Doing: doing, Bucket: b}
	p.Point = config.Cell{Experiment: c.Experiment, Params: c.params}.String()
	// An estimate from the trials so far.
	if r.done > 1 {
		each := time.Since(r.began) / time.Duration(r.done-1)
		p.Left = each * time.Duration(r.total-r.done+1)
	}
	r.o.Progress(p)
}
