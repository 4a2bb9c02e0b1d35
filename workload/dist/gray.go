package dist

import (
	"math"
	"math/rand/v2"
)

// YCSBTheta is the skew of all of YCSB's zipfian draws.
const YCSBTheta = 0.99

// Gray draws ranks as YCSB's ZipfianGenerator does: J. Gray et al., "Quickly
// generating billion-record synthetic databases", SIGMOD 1994. Rank 0 is the
// most popular.
//
// It is an approximation. Ranks 0 and 1 come as often as a zipf law has them,
// the others follow a continuous curve: with 1000 records rank 2 comes 17 %
// too often. Use it to be like YCSB, and Zipf otherwise.
type Gray struct {
	n     float64
	alpha float64 // 1 / (1 - theta)
	zetan float64 // Zeta(n)
	two   float64 // Zeta(2)
	eta   float64
	last  uint64 // n - 1
}

// NewGray makes a Gray over n >= 1 records; theta is above 0 and below 1.
func NewGray(n uint64, theta float64) *Gray {
	return newGray(n, theta, Zeta(n, theta))
}

// newGray returns the distribution with zeta(n, theta) given: computing it takes n steps.
func newGray(n uint64, theta, zetan float64) *Gray {
	g := &Gray{n: float64(n), alpha: 1 / (1 - theta), zetan: zetan, two: 1 + math.Pow(0.5, theta), last: n - 1}
	if n > 2 { // ranks 0 and 1 need no eta, whose definition is 0/0 at n = 2
		g.eta = (1 - math.Pow(2/g.n, 1-theta)) / (1 - g.two/zetan)
	}
	return g
}

// Next implements Dist.
func (g *Gray) Next(r *rand.Rand) uint64 {
	u := r.Float64()
	switch uz := u * g.zetan; {
	case uz < 1: // always, if there is but one record
		return 0
	case uz < g.two:
		return 1
	}
	k := uint64(g.n * math.Pow(g.eta*u-g.eta+1, g.alpha))
	return min(k, g.last) // rounding at u next to 1
}
