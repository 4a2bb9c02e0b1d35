package dist

import (
	"math"
	"math/rand/v2"
)

// Exponential draws how far below the newest record to look, with
// exponentially falling likelihood, as YCSB's ExponentialGenerator does: share
// of the (unbounded) law is within fraction of the records. A draw beyond the
// oldest is drawn again.
type Exponential struct {
	n    float64
	mean float64 // 1/gamma
}

// NewExponential makes an Exponential over n >= 1 records. share is above 0
// and below 1, fraction above 0 and at most 1; YCSB's are 0.95 and 0.8571428571.
//
// A share so small that the law is flat over the records would have nearly
// every draw repeated; MinExponentialShare is the least accepted.
func NewExponential(n uint64, fraction, share float64) *Exponential {
	return &Exponential{n: float64(n), mean: float64(n) * fraction / -math.Log1p(-share)}
}

// MinExponentialShare bounds the repeats of an Exponential's draws: at this
// share, and with all the records as the fraction, one draw in a hundred hits.
const MinExponentialShare = 0.01

// Next implements Dist.
func (e *Exponential) Next(r *rand.Rand) uint64 {
	for {
		if x := r.ExpFloat64() * e.mean; x < e.n {
			return uint64(x)
		}
	}
}
