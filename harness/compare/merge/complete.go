package merge

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// shownMissing is how many missing trials an error names.
const shownMissing = 5

// complete refuses parts that leave trials of the experiment out, and says whose
// they are.
func complete(parts []*result.Experiment, whole *result.Experiment, known config.Known) error {
	// What trials there should be is not in any part's results: it is read from the
	// configuration, which oneConfig found to be the same in all parts.
	e, err := config.Parse(whole.Dir+"/resolved.yaml", whole.Resolved, known)
	if err != nil {
		return fmt.Errorf("what the whole experiment is cannot be read: %w", err)
	}
	// By the name of a trial's folder, which tells its point, algorithm and number. A failed
	// trial is done: it is a result. An interrupted one is not.
	done := map[string]bool{}
	for i := range whole.Trials {
		if t := &whole.Trials[i]; t.Status != result.Partial {
			done[result.TrialDir(*t)] = true
		}
	}
	var missing []string
	var shards []result.Shard
	// The order in which the shards were cut: a unit is a round of a point, so the index of the
	// cell and the number of the round say whose it is.
	cells := e.Cells()
	for i, c := range cells {
		for round := 1; round <= int(e.Trials); round++ {
			for _, a := range e.Algorithms {
				// The name that a trial that ran has.
				name := result.TrialDir(result.Trial{Params: params(c), Algorithm: a, Trial: round})
				if done[name] {
					continue
				}
				missing = append(missing, name)
				// All parts are of one cut, so the first speaks for all of them.
				shards = addNew(shards, shardOf(parts[0].Shard.Of, i, round, len(cells), int(e.Trials))...)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%d of the %d trials are missing or were interrupted: %s%s; --partial puts together what there is",
		len(missing), len(cells)*int(e.Trials)*len(e.Algorithms), some(missing), whose(shards, parts))
}

// shardOf is which of so many shards has a unit; none where there are none.
func shardOf(of, point, round, points, rounds int) []result.Shard {
	for i := 1; i <= of; i++ {
		if s := (result.Shard{Index: i, Of: of}); s.Has(point, round, points, rounds) {
			return []result.Shard{s}
		}
	}
	return nil
}

// params are the parameters of a cell as a result has them.
func params(c config.Cell) []result.Param {
	var ps []result.Param
	for _, p := range c.Params {
		ps = append(ps, result.Param{Key: p.Key, Value: p.Value})
	}
	return ps
}

// some names the first few of a list, and counts the rest.
func some(names []string) string {
	text := strings.Join(names[:min(len(names), shownMissing)], ", ")
	if more := len(names) - shownMissing; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// whose says which shards the missing trials are of, and what to do about each.
func whose(shards []result.Shard, parts []*result.Experiment) string {
	var words []string
	for _, s := range shards {
		// Whose folder is not there has yet to be run or copied; whose is there was interrupted.
		i := slices.IndexFunc(parts, func(p *result.Experiment) bool { return p.Shard == s })
		if i < 0 {
			words = append(words, fmt.Sprintf("shard %s is not among the folders", s))
		} else {
			words = append(words, fmt.Sprintf("%s, shard %s, did not run to its end: run it again with --resume",
				parts[i].Dir, s))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}
