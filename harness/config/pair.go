package config

import "time"

// Bounds of the turns of a pair.
const (
	maxOpenings = 1000
	maxQuads    = 100_000
	minSlice    = Duration(time.Millisecond)
	maxSlice    = Duration(time.Second)
)

// Paired reports whether algorithms are measured beside none, in turns.
func (e *Experiment) Paired() bool { return e.Pair.Most > 0 }

// checkPair finds what is wrong with the pairs that are asked for.
func (e *Experiment) checkPair(c *checker) {
	if !e.Paired() {
		return
	}
	p := e.Pair
	c.between("pair.most", p.Most, 2, maxOpenings)
	c.between("pair.least", p.Least, 2, maxOpenings)
	c.between("pair.quads", p.Quads, 2, maxQuads)
	c.add(p.Least > p.Most, "pair.least", "pair.most", "%s is more than pair.most (%s)", p.Least, p.Most)
	c.add(p.Slice < minSlice || p.Slice > maxSlice, "pair.slice", "", "%s must be %s to %s", p.Slice, minSlice, maxSlice)
	c.add(p.Lead < 0 || p.Lead > maxSlice, "pair.lead", "", "%s must be 0 to %s", p.Lead, maxSlice)
	c.add(!e.Rate.Closed(), "pair.most", "rate", "a pair runs in a closed loop: set pair.most: 0, or rate: closed")
}
