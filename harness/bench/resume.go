package bench

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// resume checks that what is in the result folder is of this machine, of this
// program and of this configuration. With Force trials of another configuration are
// set aside, and trials of another build stay, and machine says so.
// It changes nothing but with Force.
func (r *runner) resume(machine *result.Machine) error {
	if err := r.sameMachine(); err != nil {
		return err
	}
	old, err := result.Load(r.dir)
	if err != nil {
		return fmt.Errorf("resume: %w; mend or remove it, or run without --resume, which sets the result aside", err)
	}
	if err := r.sameBuild(&old.Machine, machine); err != nil {
		return err
	}
	return r.sameConfig(old)
}

// sameBuild refuses to continue what another program began.
// Figures of two programs must not stand in one row.
func (r *runner) sameBuild(old, now *result.Machine) error {
	was := old.Build
	if was == "" && !old.Dirty && old.Commit != "" { // of a version that stored the commit only
		was = old.Commit
	}
	was = cmp.Or(was, "unknown")
	if was == now.Build {
		return nil
	}
	if !r.o.Force {
		return fmt.Errorf("resume %s: the program is another: build is %q in the result and %q here; "+
			"run without --resume, which sets the result aside, or with --force", r.dir, was, now.Build)
	}
	said := fmt.Sprintf("some trials are of another build, %s, as asked for with --force", was)
	// What was said of earlier builds is kept, each once.
	for _, w := range append(slices.Clone(old.Warnings), said) {
		if strings.Contains(w, "another build") && !slices.Contains(now.Warnings, w) {
			now.Warnings = append(now.Warnings, w)
		}
	}
	return nil
}

// sameConfig refuses to add to trials that this configuration does not ask for.
// A trial is of this configuration if its point has the same hash.
func (r *runner) sameConfig(old *result.Experiment) error {
	wanted := map[string]string{} // hash by trial
	for i := range r.cells {
		c := &r.cells[i]
		for round := 1; round <= int(r.exp.Trials); round++ {
			for _, a := range r.exp.Algorithms {
				wanted[result.TrialDir(result.Trial{Params: c.point(), Algorithm: a, Trial: round})] = c.Hash()
			}
		}
	}
	var others []*result.Trial
	for i := range old.Trials {
		if t := &old.Trials[i]; wanted[result.TrialDir(*t)] != t.ConfigHash {
			others = append(others, t)
		}
	}
	switch {
	case len(others) == 0:
		return nil
	case !r.o.Force:
		return fmt.Errorf("resume %s: %d of the %d trials there are of another configuration: %s; "+
			"run without --resume, which sets the result aside, or with --force, which sets these trials aside",
			r.dir, len(others), len(old.Trials), r.differences(old))
	}
	to, err := result.SetAsideTrials(r.dir, others)
	if err != nil {
		return err
	}
	r.notice("%s: %d trials of another configuration are now in %s", r.dir, len(others), to)
	return nil
}

// differences names the keys in which the stored configuration is another, with
// both values.
// It is for the error: a person sees what to change.
func (r *runner) differences(old *result.Experiment) string {
	name := filepath.Join(r.dir, "resolved.yaml")
	ds, err := r.exp.Differences(name, old.Resolved)
	if err == nil {
		err = r.addExtent(&ds, name, old.Resolved)
	}
	if err != nil {
		return fmt.Sprintf("what it is cannot be read (%v)", errors.Unwrap(err))
	}
	// The trials are of a configuration that is no longer stored.
	if len(ds) == 0 {
		return "they are not in the configuration that is stored there"
	}
	var words []string
	for _, d := range ds {
		words = append(words, fmt.Sprintf("%s is %s in the result and %s here", d.Key, d.Old, d.New))
	}
	return strings.Join(words, ", ")
}

// addExtent adds what a trial's measurement does not depend on: how many there are.
// Fewer trials or algorithms than before leave trials that nobody asks for.
func (r *runner) addExtent(ds *[]config.Difference, name string, resolved []byte) error {
	algorithms, trials, err := config.Extent(name, resolved)
	if err != nil {
		return err
	}
	if trials > int(r.exp.Trials) {
		*ds = append(*ds, config.Difference{Key: "trials", Old: fmt.Sprint(trials), New: fmt.Sprint(r.exp.Trials)})
	}
	if slices.ContainsFunc(algorithms, func(a string) bool { return !slices.Contains(r.exp.Algorithms, a) }) {
		was, now := strings.Join(algorithms, ","), strings.Join(r.exp.Algorithms, ",")
		*ds = append(*ds, config.Difference{Key: "algorithms", Old: was, New: now})
	}
	return nil
}
