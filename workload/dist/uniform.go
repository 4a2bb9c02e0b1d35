package dist

import "math/rand/v2"

// Uniform draws each of N records equally often.
type Uniform struct {
	N uint64 // at least 1
}

// Next implements Dist.
func (u Uniform) Next(r *rand.Rand) uint64 { return r.Uint64N(u.N) }
