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
	// Set before the first add, since with a single point its name is left out.
	points  [][]result.Param
	failing []string // our figure where it does not hold
	holding []string // and where it does
	// The least behind any figure; 0: none was noted.
	trials int
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
	// A figure of 0 trials is none; the least counts of the others.
	if n > 0 && (t.trials == 0 || n < t.trials) {
		t.trials = n
	}
}

// ruling tells the points at which the claim fails first.
func (t *tally) ruling() ruling {
	// A tally is used once, so that failing's own array may be appended to.
	all := append(t.failing, t.holding...)
	more := ""
	if len(all) > mostListed {
		more, all = fmt.Sprintf("; and %d more", len(all)-mostListed), all[:mostListed]
	}
	// Nothing at all would hold at each of no points; that is not held.
	return ruling{held: len(t.failing) == 0 && len(t.holding) > 0, ours: strings.Join(all, "; ") + more, trials: t.trials}
}
