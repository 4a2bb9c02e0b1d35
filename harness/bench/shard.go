package bench

import (
	"fmt"
	"path/filepath"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// ResultDir is the folder of e's results below out, or of a shard of it.
func ResultDir(out string, e *config.Experiment, s result.Shard) string {
	return filepath.Join(out, e.Info.Name+s.Dir())
}

// count sets how many trials there are to run.
// Pairs are not counted.
func (r *runner) count() error {
	points, rounds := len(r.cells), int(r.exp.Trials)
	for i := range r.cells {
		n, _ := r.o.Shard.Rounds(i, points, rounds)
		r.total += n * len(r.exp.Algorithms)
	}
	if r.total == 0 {
		return fmt.Errorf("shard %s has nothing to run: of %d points of the matrix in %d rounds there are %d units; take "+
			"at most as many shards", r.o.Shard, points, rounds, points*rounds)
	}
	return nil
}

// sameMachine refuses to continue what another machine began.
// A result whose machine is not known is taken for this one's.
func (r *runner) sameMachine() error {
	old, err := result.LoadMachine(r.dir)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if old.ID == "" || old.ID == r.machine {
		return nil
	}
	return fmt.Errorf("resume %s: it was begun on machine %s, and this is %s: go on there, or run anew with --shard "+
		"on each and put the results together with ckptbench merge", r.dir, old.Text(), r.machine)
}

// first is the first round that c has here: it is the one that is recorded, on
// every machine that c runs on.
func (r *runner) first(c *cell) int {
	_, first := r.o.Shard.Rounds(c.index, len(r.cells), int(r.exp.Trials))
	return first
}
