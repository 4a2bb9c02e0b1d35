package gate

import (
	"time"

	"ckptbench/harness/result/paired"
)

// A contest is what was measured of one algorithm.
type contest struct {
	algorithm string
	phases    []Phase
	// Appended to by Options.phase only; a contest is measured by one goroutine.
	blocks map[Phase][]paired.Block // base against head, one an opening
	// Empty for none and for the control.
	ofNone []paired.Block // head's none against head, at rest
	// The next opening is begun only if as much time is left.
	longest time.Duration // of an opening with all that it ran
}

// newContest returns the contest of one algorithm, without measurements yet.
func newContest(algorithm string, phases []Phase) *contest {
	return &contest{algorithm: algorithm, phases: phases, blocks: map[Phase][]paired.Block{}}
}

// estimate returns head's throughput over base's in a phase.
func (c *contest) estimate(p Phase) paired.Interval { return paired.Ratio(c.blocks[p]) }

// seen counts what an estimate is made of.
func (c *contest) seen(p Phase) Seen { return count(c.blocks[p]) }

// narrow reports whether all intervals have at most this half-width.
func (c *contest) narrow(half float64) bool {
	for _, p := range c.phases {
		// Negated, so that an infinite or undefined width is not narrow.
		if !(c.estimate(p).HalfWidth() <= half) {
			return false
		}
	}
	return true
}

// suspect reports whether a phase looks slower or faster, so that it has to be
// measured again.
func (c *contest) suspect(l limits) bool {
	for _, p := range c.phases {
		if i := c.estimate(p); l.slow(i) || l.fast(i) {
			return true
		}
	}
	return false
}

// lines are the report's lines of a contest: one a phase. second is the
// confirmation, or nil.
func (c *contest) lines(second *contest, l limits) []Line {
	var lines []Line
	for _, p := range c.phases {
		line := Line{Algorithm: c.algorithm, Phase: p, First: c.estimate(p), Seen: c.seen(p)}
		if second != nil {
			i := second.estimate(p)
			line.Second = &i
			line.Seen = line.Seen.plus(second.seen(p))
		}
		// First and Second stay apart: the confirmation is a measurement of its own, which must
		// say the same alone.
		line.Verdict, line.Why = l.judge(line.First, line.Second)
		line.Sees = l.sees(line.First)
		if p == Rest && len(c.ofNone) > 0 {
			// The ratio to none confirms nothing, so all blocks go into one estimate.
			blocks := c.ofNone
			if second != nil {
				// The full slice expression makes append copy, so that the contest's own blocks
				// stay.
				blocks = append(blocks[:len(blocks):len(blocks)], second.ofNone...)
			}
			i := paired.Ratio(blocks)
			line.OfNone, line.Impossible = &i, l.impossible(i)
		}
		lines = append(lines, line)
	}
	return lines
}

// Seen is what an estimate is made of.
type Seen struct {
	Openings int `json:"openings"` // pairs of stores with fresh memory
	Quads    int `json:"quads"`    // base head head base that counted
	Dropped  int `json:"dropped"`  // quads that the host hit, left out on both sides
}

// plus adds two counts.
func (s Seen) plus(o Seen) Seen {
	return Seen{s.Openings + o.Openings, s.Quads + o.Quads, s.Dropped + o.Dropped}
}

// count adds up the blocks of a phase.
func count(blocks []paired.Block) (s Seen) {
	for _, b := range blocks {
		s = s.plus(Seen{1, len(b.Quads), b.Dropped})
	}
	return s
}
