package claims

import (
	"fmt"
	"strings"

	"ckptbench/harness/result"
)

// mostListed is how many points are listed one by one.
const mostListed = 4

// A tally is a claim being decided point by point: it has to hold at each.
type tally struct {
	points  [][]result.Param
	failing []string // our figure where it does not hold
	holding []string // and where it does
	trials  int
}

// add notes the result for a point. ss are the figures behind it.
func (t *tally) add(point []result.Param, holds bool, ours string, ss ...result.Stat) {
	if len(point) > 0 && len(t.points) > 1 {
		ours += " at " + label(point)
	}
	if holds {
		t.holding = append(t.holding, ours)
	} else {
		t.failing = append(t.failing, ours)
	}
	for _, s := range ss {
		t.of(s.N)
	}
}

// of notes how many trials are behind a figure.
func (t *tally) of(n int) {
	if n > 0 && (t.trials == 0 || n < t.trials) {
		t.trials = n
	}
}

// ruling tells the points at which the claim fails first.
func (t *tally) ruling() ruling {
	all := append(t.failing, t.holding...)
	more := ""
	if len(all) > mostListed {
		more, all = fmt.Sprintf("; and %d more", len(all)-mostListed), all[:mostListed]
	}
	return ruling{held: len(t.failing) == 0 && len(t.holding) > 0, ours: strings.Join(all, "; ") + more, trials: t.trials}
}
