package regress

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// sameMachine reports whether everything was measured on one known machine.
func sameMachine(base, head *Side) bool {
	// An empty id is not known, and two that are not known are not one machine.
	all := slices.Concat(base.Machines, head.Machines)
	return len(all) > 0 && all[0] != "" && allEqual(all)
}

// refuse returns why the two sides cannot be compared, or nil.
func (c *comparison) refuse() error {
	// A baseline has normalised figures only, and no trials to show beside them.
	if c.head.stored() {
		return fmt.Errorf("%s is a baseline, which can only be the base", c.head.Name)
	}
	for _, s := range []*Side{c.base, c.head} {
		if err := s.refuse(); err != nil {
			return err
		}
	}
	// After the faults of each side alone, which no option makes up for.
	if c.across && !c.o.AcrossMachines {
		return fmt.Errorf("not all was measured on one machine (base on %s, head on %s); --across-machines compares what "+
			"holds on any", machines(c.base), machines(c.head))
	}
	// Both at once, so that one run shows all that has to be done.
	return errors.Join(c.refusePoints(), c.refuseConfigs())
}

// refuse returns why one side cannot be compared with anything.
func (s *Side) refuse() error {
	if len(s.cells) == 0 {
		return fmt.Errorf("%s has no trials", s.Name)
	}
	// A shard lacks points and rounds, and would be refused below for a reason that does not say
	// so.
	if s.part != "" {
		return fmt.Errorf("%s; put the parts together with ckptbench merge first", s.part)
	}
	for _, c := range s.cells {
		switch {
		case c.profiled:
			return fmt.Errorf("%s: trials of %s were profiled, which slows them; run them without --profile", s.Name, c.where())
		case c.idle > 0:
			return fmt.Errorf("%s: %s has no throughput: nothing committed in %d trials; run longer ones", s.Name,
				c.where(), c.idle)
		case c.partial > 0:
			return fmt.Errorf("%s: %d trials of %s were interrupted; run again with --resume", s.Name, c.partial, c.where())
		}
	}
	return nil
}

// notChecked reports whether images of c were not checked. Of a baseline only the
// modes are known.
func (s *Side) notChecked(c *cell) bool {
	return c.unchecked > 0 || s.stored() && slices.Contains(c.modes, result.ModeOff)
}

// having names the algorithms of cells that are so, each once.
func (s *Side) having(is func(*cell) bool) string {
	// In the order of the cells, not sorted.
	var names []string
	for _, c := range s.cells {
		if is(c) {
			names = appendNew(names, c.algorithm)
		}
	}
	return strings.Join(names, ", ")
}

// machines names where a side was measured, in words.
func machines(s *Side) string {
	names := slices.Clone(s.Machines)
	for i, m := range names {
		if m == "" {
			names[i] = "an unknown one"
		}
	}
	if len(names) == 0 {
		return "an unknown one"
	}
	return strings.Join(names, " and ")
}

// refusePoints refuses a head in which points of the matrix are missing: it did
// not run to its end, or has another matrix.
func (c *comparison) refusePoints() error {
	var missing []string
	points := c.head.points()
	all := c.base.points()
	for _, p := range all {
		if !slices.ContainsFunc(points, func(q []result.Param) bool { return slices.Equal(p, q) }) {
			missing = append(missing, pointName(p))
		}
	}
	// With --ignore-config matrices may overlap in a part; with nothing in common there is
	// nothing to compare.
	if len(missing) == 0 || c.o.IgnoreConfig && len(missing) < len(all) {
		return nil
	}
	return fmt.Errorf("%s has no trial at %s, as %s has", c.head.Name, strings.Join(missing, ", "), c.base.Name)
}

// pointName names a point in words.
func pointName(p []result.Param) string {
	if len(p) == 0 {
		return "the point without a matrix"
	}
	return result.PointName(p)
}

// refuseConfigs refuses trials of one point that did not measure the same.
func (c *comparison) refuseConfigs() error {
	if c.o.IgnoreConfig {
		return nil
	}
	// By point, since the hash is of a point's configuration. Base and head go into one list:
	// they must agree with themselves and with each other.
	for _, p := range c.base.points() {
		var hashes []string
		var workers []int
		for _, x := range slices.Concat(c.base.cells, c.head.cells) {
			if slices.Equal(x.point, p) {
				for _, h := range x.hashes {
					hashes = appendNew(hashes, h)
				}
				for _, w := range x.workers {
					workers = appendNew(workers, w)
				}
			}
		}
		at := ""
		if len(p) > 0 {
			at = " at " + result.PointName(p)
		}
		if len(hashes) > 1 {
			return fmt.Errorf("the trials%s are of %d different configurations%s; --ignore-config if that is meant (or write "+
				"the baseline anew)", at, len(hashes), c.differences())
		}
		if len(workers) > 1 {
			return fmt.Errorf("the trials%s ran with %v workers; set workers in the config, or --ignore-config if that is meant",
				at, workers)
		}
	}
	return nil
}

// differences names the keys in which the sides' configurations differ; empty where that is not
// known, as of a baseline, which keeps none.
func (c *comparison) differences() string {
	if c.base.Experiment == nil || c.head.Experiment == nil {
		return ""
	}
	keys := config.Differences(c.base.Experiment.Resolved, c.head.Experiment.Resolved)
	if len(keys) == 0 {
		return ""
	}
	return ": " + strings.Join(keys, ", ")
}

// notes are what a reader should know beside the figures.
func (c *comparison) notes() []string {
	var out []string
	if c.across {
		out = append(out, "Different machines: only ratios to none, exact figures and fixed memory are compared.")
	}
	// A new version of Go may be all that made the difference.
	if c.base.Go != c.head.Go && !c.base.stored() {
		out = append(out, fmt.Sprintf("Built with different versions of Go: base %s, head %s.", known(c.base.Go),
			known(c.head.Go)))
	}
	for _, s := range []struct {
		name string
		side *Side
	}{{"base", c.base}, {"head", c.head}} {
		// Figures of images that may be wrong are still compared, but not without saying so.
		if names := s.side.having(s.side.notChecked); names != "" {
			out = append(out, "Images of "+s.name+" were NOT checked: "+names+".")
		}
		if names := s.side.having(func(x *cell) bool { return x.overloaded > 0 }); names != "" {
			out = append(out, "Overloaded in "+s.name+", so latencies grow with the trial: "+names+".")
		}
	}
	// A new algorithm has nothing to be compared with, and is no regression.
	var added []string
	for _, a := range c.head.algorithms(c.o.Order) {
		if !slices.Contains(c.base.algorithms(nil), a) {
			added = append(added, a)
		}
	}
	if len(added) > 0 {
		out = append(out, "Only in head: "+strings.Join(added, ", ")+".")
	}
	return append(out, c.pointNotes()...)
}

// pointNotes names the points that only one side has.
func (c *comparison) pointNotes() []string {
	var out []string
	for _, s := range []struct {
		name string
		a, b *Side
	}{{"base", c.base, c.head}, {"head", c.head, c.base}} {
		others := s.b.points()
		for _, p := range s.a.points() {
			if !slices.ContainsFunc(others, func(q []result.Param) bool { return slices.Equal(p, q) }) {
				out = append(out, "Only in "+s.name+": "+pointName(p)+".")
			}
		}
	}
	return out
}

// known is a text that may be empty, in words.
func known(s string) string {
	if s == "" {
		return "an unknown one"
	}
	return s
}
