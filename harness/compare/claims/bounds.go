package claims

import (
	"fmt"
	"math"
)

// Bounds are what a value has to lie within.
// The ends belong to it; an infinite end is open.
type Bounds struct{ Least, Most float64 }

// atLeast, atMost and about are short for the bounds of a claim.
func atLeast(x float64) Bounds { return Bounds{x, math.Inf(1)} }
func atMost(x float64) Bounds  { return Bounds{math.Inf(-1), x} }
func about(x float64) Bounds   { return Bounds{x, x} }

// by returns the bounds moved apart by so much.
func (b Bounds) by(slack float64) Bounds { return Bounds{b.Least - slack, b.Most + slack} }

// times returns the bounds moved apart by a share of each.
func (b Bounds) times(tolerance float64) Bounds {
	// An infinite end stays infinite. Bounds of a ratio are not below 0, where this would move
	// them together.
	return Bounds{b.Least * (1 - tolerance), b.Most * (1 + tolerance)}
}

// hold reports whether x is within, the ends included.
func (b Bounds) hold(x float64) bool { return b.Least <= x && x <= b.Most }

// text writes the bounds with the unit of a figure.
func (b Bounds) text(write func(float64) string) string {
	switch {
	case math.IsInf(b.Most, 1):
		return "at least " + write(b.Least)
	case math.IsInf(b.Least, -1):
		return "at most " + write(b.Most)
	case b.Least == b.Most:
		return "about " + write(b.Least)
	}
	return fmt.Sprintf("%s to %s", write(b.Least), write(b.Most))
}
