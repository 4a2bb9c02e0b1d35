package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pkg/profile"

	"ckptbench/algorithms"
	"ckptbench/harness/bench"
	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A runCommand runs experiments.
type runCommand struct {
	Configs     []string      `arg:"" optional:"" name:"config" help:"${help_run_configs}"`
	Out         string        `default:"results" help:"Folder of the results."`
	Plots       string        `default:"plots" help:"Folder of the charts; empty draws none."`
	Format      []string      `default:"svg,png,pdf,tex" enum:"svg,png,pdf,tex" help:"Formats of the charts."`
	Only        []string      `help:"Run these algorithms only; all or default for those."`
	Set         []string      `sep:"none" help:"Lay key=value over the config; any key of it, dotted."`
	Trials      *int          `help:"How many trials, whatever the config says."`
	Profile     string        `enum:",cpu,mem,mutex,block,trace" default:"" help:"${help_run_profile}"`
	DryRun      bool          `help:"Say what would be run, and what it would take."`
	Isolate     bool          `help:"A fresh process for every trial."`
	RepeatNoisy int           `default:"2" help:"${help_run_repeat_noisy}"`
	Resume      bool          `help:"${help_run_resume}"`
	Force       bool          `help:"${help_run_force}"`
	For         time.Duration `placeholder:"5m" help:"${help_run_for}"`
	Shard       string        `placeholder:"I/N" help:"${help_run_shard}"`
	Quiet       bool          `short:"q" help:"No progress."`

	shard result.Shard // parsed
}

// known is what the configs may name.
func known() config.Known {
	var k config.Known
	for _, e := range algorithms.All() {
		k.Algorithms = append(k.Algorithms, config.Algorithm{Name: e.Name, All: !e.Unsound, Default: e.Variant == "",
			Budget: e.Own.Paged, Own: !e.Own.None(), Restore: e.Paged, Prefix: e.DurableByImage() || e.Baseline})
	}
	return k
}

// Run checks all experiments' files first, then runs them one after another and stops at
// the first error. Flags that make no sense are an errUsage.
func (c *runCommand) Run(ctx context.Context, t terminal) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("%w (%w)", err, errUsage)
	}
	shard, err := result.ParseShard(c.Shard)
	if err != nil {
		return fmt.Errorf("--shard: %w (%w)", err, errUsage)
	}
	c.shard = shard
	exps, err := c.load()
	if err != nil {
		return err
	}
	if c.Plots != "" && c.shard.Whole() && !c.DryRun { // or the run would be over before it showed
		if err := os.MkdirAll(c.Plots, 0o755); err != nil {
			return fmt.Errorf("make the folder of the charts: %w", err)
		}
	}
	if c.For > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		defer stop()
		defer time.AfterFunc(c.For, stop).Stop()
	}
	for _, e := range exps {
		if err := c.check(e, t); err != nil {
			return err
		}
		if c.DryRun {
			continue
		}
		if err := c.one(ctx, t, e); err != nil {
			return err
		}
	}
	return nil
}

// validate refuses flags whose values mean nothing.
func (c *runCommand) validate() error {
	switch {
	case c.Trials != nil && *c.Trials < 1:
		return fmt.Errorf("--trials %d: want 1 or more", *c.Trials)
	case c.For < 0:
		return fmt.Errorf("--for %s: want how long to run at most, 0 for no limit", c.For)
	case c.RepeatNoisy < 0:
		return fmt.Errorf("--repeat-noisy %d: want how often a disturbed trial is run again at most, 0 for never",
			c.RepeatNoisy)
	case c.Only != nil && (len(c.Only) == 0 || slices.Contains(c.Only, "")):
		return errors.New("--only: a name is empty: name algorithms with commas between them, or leave the flag out")
	case c.Force && !c.Resume:
		return errors.New("--force: means something with --resume only")
	}
	return nil
}

// sets are the keys that the flags lay over a config.
func (c *runCommand) sets() []string {
	sets := slices.Clone(c.Set)
	if len(c.Only) > 0 {
		sets = append(sets, "algorithms="+strings.Join(c.Only, ","))
	}
	if c.Trials != nil {
		sets = append(sets, fmt.Sprintf("trials=%d", *c.Trials))
	}
	return sets
}

// repeatNoisy is the default of --repeat-noisy.
const repeatNoisy = 2

// flags are those with which the configuration as given measures the same again: --set, --only and --trials, unless the
// configuration resolves to the same without them, and how trials are run.
func (c *runCommand) flags(e *config.Experiment, given []byte) (flags []string) {
	alone, err := config.Parse(e.Info.Name+".yaml", given, known())
	if err != nil || !sameExperiment(alone, e) {
		for _, s := range c.Set {
			flags = append(flags, "--set", s)
		}
		if len(c.Only) > 0 {
			flags = append(flags, "--only="+strings.Join(c.Only, ","))
		}
		if c.Trials != nil {
			flags = append(flags, fmt.Sprintf("--trials=%d", *c.Trials))
		}
	}
	if c.Isolate {
		flags = append(flags, "--isolate")
	}
	if c.RepeatNoisy != repeatNoisy {
		flags = append(flags, fmt.Sprintf("--repeat-noisy=%d", c.RepeatNoisy))
	}
	if c.Profile != "" {
		flags = append(flags, "--profile="+c.Profile)
	}
	if !c.shard.Whole() {
		flags = append(flags, "--shard="+c.shard.String())
	}
	return flags
}

// sameExperiment reports whether two experiments resolve to the same.
func sameExperiment(a, b *config.Experiment) bool {
	x, errX := a.Resolved()
	y, errY := b.Resolved()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// load reads every config before anything runs, so that a mistake in the last
// costs nothing.
func (c *runCommand) load() ([]*config.Experiment, error) {
	sets := c.sets()
	if len(c.Configs) == 0 {
		return nil, noConfig("run")
	}
	var exps []*config.Experiment
	for _, path := range c.Configs {
		e, err := loadConfig(path, sets)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(exps, func(o *config.Experiment) bool { return o.Info.Name == e.Info.Name }); i >= 0 {
			return nil, fmt.Errorf("%s and %s are both named %s, and their results would go to one folder: give one of them "+
				"another experiment.name (%w)", c.Configs[i], path, e.Info.Name, errUsage)
		}
		exps = append(exps, e)
	}
	return exps, nil
}

// check says what the run will take, and refuses what cannot fit. Of a dry run that is the
// answer, and goes to standard output.
func (c *runCommand) check(e *config.Experiment, t terminal) error {
	w := t.err
	if c.DryRun {
		w = t.out
	}
	for _, n := range e.Notes() {
		fmt.Fprintln(t.err, n)
	}
	if err := bench.CheckDir(e); err != nil {
		return fmt.Errorf("run %s: %w (%w)", e.Info.Name, err, errUsage)
	}
	est := cost.Part(e, func(point, points, trials int) int {
		n, _ := c.shard.Rounds(point, points, trials)
		return n
	}, copies)
	fmt.Fprintf(w, "%s%s: %d trials of %d algorithms at %d points, about %s, %s of memory (%s), %s of disk\n",
		e.Info.Name, c.shard.Dir(), est.Trials, len(e.Algorithms), est.Points, est.Time.Round(time.Second),
		units.Size(est.Memory), est.Algorithm, units.Size(est.Disk))
	dir := bench.ResultDir(c.Out, e, c.shard)
	if e.Checkpoint.Dir != "" {
		dir = e.Checkpoint.Dir
	}
	memory, disk := bench.AvailableMemory(), bench.FreeDisk(dir)
	if tight := est.Tight(memory, disk); tight != "" && est.Fits(memory, disk) == nil {
		fmt.Fprintf(w, "%s: warning: this will barely fit: %s\n", e.Info.Name, tight)
	}
	if err := est.Fits(memory, disk); err != nil {
		return fmt.Errorf("run %s into %s: %w", e.Info.Name, dir, err)
	}
	return nil
}

// copies returns how many times an algorithm holds the data in memory. What
// lives on the Go heap is there beside the slots it was loaded into, and the
// collector lets the heap double.
func copies(name string) float64 {
	e, _ := algorithms.Find(name)
	if e.Heap {
		return 1 + 2*(1+e.CopyBytes)
	}
	return 1 + e.CopyBytes
}

func (c *runCommand) one(ctx context.Context, t terminal, e *config.Experiment) error {
	given, err := e.Given()
	if err != nil {
		return err
	}
	status := newStatus(t.err, c.Quiet)
	o := bench.Options{Out: c.Out, Given: given, Flags: c.flags(e, given), Shard: c.shard,
		Resume: c.Resume, Force: c.Force,
		RepeatNoisy: c.RepeatNoisy, Progress: status.show, Notice: func(line string) { fmt.Fprintln(t.err, line) }}
	if c.Profile != "" {
		o.Profile = profiler(c.Profile)
	}
	if c.Isolate {
		o.Isolate = c.isolate(e, status.show)
	}
	dir, runErr := bench.Run(ctx, e, o)
	status.done()
	if runErr != nil && ctx.Err() == nil && !errors.Is(runErr, bench.ErrWrong) {
		return runErr
	}
	return errors.Join(runErr, c.show(t, dir))
}

// show draws the charts and prints the table of what was measured. Charts of a
// shard would be taken for those of the whole: merge draws them.
func (c *runCommand) show(t terminal, dir string) error {
	var err error
	if !c.shard.Whole() {
		fmt.Fprintf(t.err, "%s: put the shards together with ckptbench merge OUT DIR...\n", dir)
	} else if c.Plots != "" {
		err = errors.Join(draw(t, dir, c.Plots, c.Format), savePage(t, dir))
	}
	return errors.Join(err, summarise(t.out, dir, "table"))
}

// profiler returns what starts a profile of one trial. The library ends the process on
// failure, and by default on Ctrl-C too, which it is kept from.
func profiler(mode string) func(dir string) (stop func()) {
	modes := map[string]func(*profile.Profile){
		"cpu": profile.CPUProfile, "mem": profile.MemProfileRate(512 << 10), "mutex": profile.MutexProfile,
		"block": profile.BlockProfile, "trace": profile.TraceProfile,
	}
	return func(dir string) func() {
		p := profile.Start(modes[mode], profile.ProfilePath(dir), profile.NoShutdownHook, profile.Quiet)
		return func() {
			if mode == "mem" {
				runtime.GC() // so that the profile shows what is in use
			}
			p.Stop()
		}
	}
}
