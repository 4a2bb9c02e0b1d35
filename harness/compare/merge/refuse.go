package merge

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// oneConfig refuses parts of different configurations, or of different cuts.
func oneConfig(parts []*result.Experiment) error {
	if len(parts) == 0 {
		return errors.New("nothing to put together: name the folders of the parts")
	}
	// Each is compared with the first, which is as good as with each other: both comparisons are
	// for equality.
	first := parts[0]
	if len(first.Resolved) == 0 {
		return fmt.Errorf("%s has no resolved.yaml, which would say what it is a part of", first.Dir)
	}
	for _, p := range parts[1:] {
		if !bytes.Equal(p.Resolved, first.Resolved) {
			return fmt.Errorf("%s and %s are of different configurations: %s", first.Dir, p.Dir,
				difference(first.Resolved, p.Resolved))
		}
		// Shards of cuts in 2 and in 3 overlap, and leave units out.
		if p.Shard.Of != first.Shard.Of {
			return fmt.Errorf("%s is %s and %s is %s: parts of different cuts", first.Dir, cut(first.Shard), p.Dir, cut(p.Shard))
		}
	}
	return nil
}

// cut names the part that a result is.
func cut(s result.Shard) string {
	if s.Whole() {
		return "no shard"
	}
	return "shard " + s.String()
}

// difference says in which keys two resolved configurations differ, or names the first line
// where no trial would.
func difference(a, b []byte) string {
	if keys := config.Differences(a, b); len(keys) > 0 {
		return strings.Join(keys, ", ")
	}
	// Resolved configurations have a key a line, in one order, so that the first differing line
	// is the key.
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range max(len(x), len(y)) {
		switch {
		case i >= len(x) || i >= len(y):
			return fmt.Sprintf("resolved.yaml has %d and %d lines", len(x), len(y))
		case x[i] != y[i]:
			return fmt.Sprintf("resolved.yaml:%d is %q and %q", i+1, strings.TrimSpace(x[i]), strings.TrimSpace(y[i]))
		}
	}
	return "resolved.yaml"
}

// noneTwice refuses a trial that two parts have: taken twice, it would look
// steadier than it is.
func noneTwice(parts []*result.Experiment) error {
	from := map[string]string{}
	for _, p := range parts {
		for i := range p.Trials {
			// The folder's name has point, algorithm and number, all that tells one trial from
			// another.
			name := result.TrialDir(p.Trials[i])
			if other, twice := from[name]; twice {
				return fmt.Errorf("trial %s is in %s and in %s: the same part was run or copied twice; leave one out", name,
					other, p.Dir)
			}
			from[name] = p.Dir
		}
	}
	return nil
}

// oneMeasure refuses trials of one point that did not measure the same.
func oneMeasure(e *result.Experiment) error {
	// By point, as points of a matrix differ in their configuration on purpose.
	for _, point := range e.Points() {
		var first *result.Trial
		for i := range e.Trials {
			t := &e.Trials[i]
			if !slices.Equal(t.Params, point) {
				continue
			}
			if first == nil {
				first = t
			}
			switch {
			case t.Experiment != first.Experiment:
				return fmt.Errorf("trials %s are of different experiments, %s and %s", both(t, first), t.Experiment,
					first.Experiment)
			case t.ConfigHash != first.ConfigHash || t.Seed != first.Seed:
				return fmt.Errorf("trials %s are of different configurations", both(t, first))
			case t.Workers != first.Workers:
				// The number of workers is not in the configuration where that leaves it to the
				// machine's cores.
				return fmt.Errorf("trials %s ran with %d and %d workers: set workers in the config", both(t, first), t.Workers,
					first.Workers)
			}
		}
	}
	return nil
}

// both names two trials.
func both(a, b *result.Trial) string { return result.TrialDir(*a) + " and " + result.TrialDir(*b) }

// wholeRounds refuses a round that two machines measured.
func wholeRounds(e *result.Experiment) error {
	// A unit is what a shard has whole: one round of one point, with all its algorithms.
	type unit struct {
		point string
		round int
	}
	// The trial of the unit that came last: all of them must be of one machine.
	at := map[unit]*result.Trial{}
	for i := range e.Trials {
		t := &e.Trials[i]
		u := unit{result.PointName(t.Params), t.Round}
		if other := at[u]; other != nil && other.Machine != t.Machine {
			return fmt.Errorf("trials %s are of one round and ran on machines %s and %s: a round is compared with its none, "+
				"so one machine runs all of it", both(other, t), other.Machine, t.Machine)
		}
		at[u] = t
	}
	return nil
}

// severalMachines is the error for parts of different machines.
func severalMachines(e *result.Experiment) error {
	var names []string
	for _, m := range e.AllMachines() {
		names = append(names, m.Text())
	}
	return fmt.Errorf("the parts ran on %d machines (%s): every round ran on one, but medians and points then mix "+
		"them; --across-machines if that is meant", len(e.MachineIDs()), strings.Join(names, "; "))
}
