package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/bench"
	"ckptbench/harness/compare/builds"
	"ckptbench/harness/compare/gate"
	"ckptbench/harness/compare/remote"
	"ckptbench/harness/config"
	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

// A regressCommand runs two builds beside each other and compares their throughput.
type regressCommand struct {
	Config        string        `arg:"" optional:"" default:"configs/regress.yaml" help:"${help_regress_config}"`
	Base          string        `placeholder:"REV" help:"Revision to compare with, instead of the baseline's commit."`
	Baseline      string        `default:"results/baseline/regress.json" help:"${help_regress_baseline}"`
	WriteBaseline string        `placeholder:"FILE" help:"Measure the last commit alone and write its baseline."`
	Threshold     string        `default:"3%" help:"Least slow-down that counts, above 0 and at most 30%."`
	Time          time.Duration `default:"3m" help:"How long it may take, building included."`
	Only          []string      `help:"Compare these algorithms only."`
	Format        string        `default:"table" enum:"table,markdown,json" help:"table, markdown or json."`
	Quiet         bool          `short:"q" help:"No progress."`

	BaseBinary string        `hidden:"" help:"A program that is built, for base."`
	HeadBinary string        `hidden:"" help:"A program that is built, for head."`
	Slice      time.Duration `hidden:"" help:"Length of a slice."`
	Quads      int           `hidden:"" help:"Quads of a block."`
}

// Run compares. Whatever goes wrong is no regression: it exits with 2.
func (c *regressCommand) Run(ctx context.Context, t terminal) error {
	// An interruption keeps its own status.
	err := c.run(ctx, t)
	if err == nil || errors.Is(err, errRegressed) || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("cannot compare: %w (%w)", err, errUsage)
}

// run builds both sides, compares them within the time given, and prints the report. The
// builds are in a temporary folder, which it removes.
func (c *regressCommand) run(ctx context.Context, t terminal) (err error) {
	// Building counts: what it took is taken off the time to measure.
	start := time.Now()
	threshold, ok := result.Quantity(strings.ReplaceAll(c.Threshold, " ", ""))
	if !ok || !(threshold > 0 && threshold <= 0.3) {
		return fmt.Errorf("--threshold %q: want a share above 0 and at most 30%%, such as 3%%", c.Threshold)
	}
	tmp, err := os.MkdirTemp("", "ckptbench-regress-")
	if err != nil {
		return fmt.Errorf("make a folder for the builds: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	s, err := c.prepare(ctx, t, tmp)
	if err != nil {
		return err
	}
	report, err := s.compare(ctx, gate.Options{
		Threshold: threshold, Time: c.Time - time.Since(start), Slice: c.Slice, Quads: c.Quads, Progress: c.progress(t),
	})
	if err != nil {
		return err
	}
	if err := report.Write(t.out, c.Format); err != nil {
		return err
	}
	return c.finish(t, s, report)
}

// finish turns a report into the command's outcome. A baseline is written whatever
// the noise: what it gates is exact, and ratios that did not settle are left out.
func (c *regressCommand) finish(t terminal, s *regression, report *gate.Report) error {
	switch {
	case report.Regressed():
		return errRegressed
	case c.WriteBaseline != "":
		if report.Unsettled() {
			fmt.Fprintln(t.err, "the machine was too noisy for some ratios, which the baseline leaves out")
		}
		return s.baseline(report).Save(c.WriteBaseline)
	case report.Unsettled():
		return errors.New("the machine is too noisy to say anything of some figures")
	}
	return nil
}

// progress returns what shows what is measured.
func (c *regressCommand) progress(t terminal) func(string) {
	if c.Quiet {
		return nil
	}
	return func(text string) { fmt.Fprintln(t.err, text) }
}

// A regression is what is compared, built and ready.
type regression struct {
	builds     gate.Builds
	experiment *config.Experiment
	algorithms []string
	// Its commit is base where no revision was named.
	stored     *gate.Baseline // nil: none, or not of this experiment
	machine    result.Machine
	canary     gate.Canary // of today
	commit     string      // of head; empty where it is not known
	base, head string      // in words
	notes      []string
	// Kept for a baseline that is to be written.
	exact map[string][]remote.Figure // of head, by algorithm
}

// prepare builds both sides into tmp and reads what they are to run.
func (c *regressCommand) prepare(ctx context.Context, t terminal, tmp string) (*regression, error) {
	s := &regression{machine: bench.Machine(tmp), exact: map[string][]remote.Figure{}}
	// Before anything is built or measured.
	speed := host.NewCanary(host.SystemClocks()).Run()
	s.canary = gate.Canary{Loop: speed.Arithmetic, Chase: speed.Chase}
	s.builds = gate.Builds{Args: []string{remote.Command}, Scratch: filepath.Join(tmp, "scratch")}
	if c.Baseline != "" && c.WriteBaseline == "" {
		stored, err := gate.LoadBaseline(c.Baseline)
		switch {
		case errors.Is(err, os.ErrNotExist) && (c.Base != "" || c.BaseBinary != ""):
			// It is missed only as a source of exact figures, since base is named.
			s.notes = append(s.notes, "There is no baseline "+c.Baseline+": exact figures are compared with base's.")
		case err != nil:
			return nil, err
		}
		s.stored = stored
	}
	path, err := c.build(ctx, t, s, tmp)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the experiment: %w", err)
	}
	s.builds.Name, s.builds.Config = filepath.Base(path), string(text)
	if s.experiment, err = config.Parse(filepath.Base(path), text, known()); err != nil {
		return nil, err
	}
	return s, s.choose(ctx, c.Only)
}

// build builds head and base and returns the path of the experiment.
func (c *regressCommand) build(ctx context.Context, t terminal, s *regression, tmp string) (string, error) {
	// Both or neither: with one alone both are built.
	s.builds.Base, s.builds.Head = c.BaseBinary, c.HeadBinary
	s.base, s.head = c.BaseBinary, c.HeadBinary
	if c.BaseBinary != "" && c.HeadBinary != "" {
		return c.Config, nil
	}
	r, err := builds.Find(ctx, ".")
	if err != nil {
		return "", err
	}
	s.builds.Head = filepath.Join(tmp, "head")
	c.say(t, "building head")
	if err := r.Head(ctx, s.builds.Head); err != nil {
		return "", fmt.Errorf("head: %w", err)
	}
	// After head was built from the working tree, changes and all.
	if s.commit, err = r.Commit(ctx, "HEAD"); err != nil {
		return "", err
	}
	// Results are not part of the program.
	dirty, err := r.Dirty(ctx, "results")
	if err != nil {
		return "", err
	}
	s.head = "commit " + s.commit[:12]
	if dirty {
		s.head += " with changes"
	}
	if c.WriteBaseline != "" {
		if dirty {
			return "", errors.New("tracked files have changes that no commit holds: commit them before a baseline is written")
		}
		// Head against itself: the ratios to none are wanted, not a comparison.
		s.builds.Base, s.base = s.builds.Head, s.head
		return c.Config, nil
	}
	return c.buildBase(ctx, t, r, s, tmp)
}

// buildBase builds base and returns the path of its experiment, or of head's where
// base has none of that name.
func (c *regressCommand) buildBase(
	ctx context.Context, t terminal, r builds.Repository, s *regression, tmp string,
) (string, error) {
	// The flag wins over the baseline.
	revision := c.Base
	if revision == "" {
		if s.stored == nil {
			return "", errors.New("no base: name a revision with BASE= or --base")
		}
		revision = s.stored.Commit
	}
	commit, err := r.Commit(ctx, revision)
	if err != nil {
		return "", err
	}
	c.say(t, "building base "+commit[:12])
	tree, err := r.Checkout(ctx, commit, filepath.Join(tmp, "tree"))
	if err != nil {
		return "", err
	}
	s.builds.Base, s.base = filepath.Join(tmp, "base"), "commit "+commit[:12]
	err = tree.Build(ctx, s.builds.Base)
	path := c.Config
	// Base's own configuration where there is one, copied out of the tree, which is removed.
	if data, e := os.ReadFile(filepath.Join(tree.Dir, c.Config)); e == nil && filepath.IsLocal(c.Config) {
		path = filepath.Join(tmp, filepath.Base(c.Config))
		err = errors.Join(err, os.WriteFile(path, data, 0o644))
	}
	if err := errors.Join(err, tree.Remove()); err != nil {
		return "", fmt.Errorf("base %s: %w", commit[:12], err)
	}
	return path, nil
}

// say prints a line of progress.
func (c *regressCommand) say(t terminal, text string) {
	if !c.Quiet {
		fmt.Fprintln(t.err, text)
	}
}

// choose picks the algorithms that are compared.
func (s *regression) choose(ctx context.Context, only []string) error {
	// Asked of the builds themselves: base may not know what head does.
	both, err := s.builds.Check(ctx)
	if err != nil {
		return err
	}
	for _, a := range s.experiment.Algorithms {
		switch {
		case a == gate.Control || len(only) > 0 && !slices.Contains(only, a):
		case slices.Contains(both, a):
			s.algorithms = append(s.algorithms, a)
		default:
			s.notes = append(s.notes, a+" is in one of the two builds only.")
		}
	}
	if len(s.algorithms) == 0 {
		return errors.New("no algorithm is left to compare")
	}
	// Only now, as the experiment has to be read first.
	if s.stored != nil && s.stored.ConfigHash != s.experiment.Hash() {
		s.stored = nil
		s.notes = append(s.notes, "The baseline belongs to another experiment: exact figures are compared with base's.")
	}
	return nil
}

// compare measures both builds: exact figures first, then turns.
func (s *regression) compare(ctx context.Context, o gate.Options) (*gate.Report, error) {
	start := time.Now()
	// They take part of the time too.
	exact, err := s.compareExact(ctx)
	if err != nil {
		return nil, err
	}
	o.Algorithms, o.Open, o.Renew = s.algorithms, s.builds.Open, s.builds.Renew
	o.Captures = func(name string) bool {
		e, ok := algorithms.Find(name)
		return ok && !e.Baseline
	}
	o.Time -= time.Since(start)
	r, err := gate.Run(ctx, o)
	// Ends the processes, whatever gate.Run returned.
	if err = errors.Join(err, s.builds.Renew()); err != nil {
		return nil, err
	}
	r.Base, r.Head, r.Exact, r.Notes = s.base, s.head, exact, append(s.notes, r.Notes...)
	if s.stored != nil {
		r.CompareDays(s.stored, s.machine.ID, s.machine.Cores, &s.canary)
	}
	return r, nil
}

// compareExact compares head's exact figures with the stored ones, or with base's
// where none are stored for this experiment and this version of Go.
func (s *regression) compareExact(ctx context.Context) (lines []gate.ExactLine, err error) {
	for _, a := range s.algorithms {
		head, err := s.builds.Exact(ctx, s.builds.Head, a)
		if err != nil {
			return nil, fmt.Errorf("exact figures of head's %s: %w", a, err)
		}
		s.exact[a] = head
		var base []remote.Figure
		// Another version of Go allocates in other ways, so its exact figures are not ours.
		if s.stored != nil && s.stored.Go == s.machine.Go && s.stored.Of(a) != nil {
			base = s.stored.Of(a).Exact
		} else if base, err = s.builds.Exact(ctx, s.builds.Base, a); err != nil {
			return nil, fmt.Errorf("exact figures of base's %s: %w", a, err)
		}
		lines = append(lines, gate.CompareExact(a, base, head)...)
	}
	return lines, nil
}

// baseline returns what is stored of head.
func (s *regression) baseline(r *gate.Report) *gate.Baseline {
	b := &gate.Baseline{Experiment: s.experiment.Info.Name, ConfigHash: s.experiment.Hash(), Commit: s.commit,
		Date: time.Now().UTC().Format(time.RFC3339), Go: s.machine.Go,
		Machine: s.machine.ID, CPU: s.machine.CPU, Cores: s.machine.Cores, Canary: &s.canary}
	for _, a := range s.algorithms {
		f := gate.StoredFigures{Algorithm: a, Exact: s.exact[a]}
		for _, l := range r.Lines {
			// Only lines at rest have the ratio, so there is at most one.
			if l.Algorithm == a && l.OfNone != nil && l.Verdict != gate.Unsettled {
				f.OfNone = l.OfNone
			}
		}
		b.Algorithms = append(b.Algorithms, f)
	}
	return b
}
