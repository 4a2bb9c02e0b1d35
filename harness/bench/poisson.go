package bench

import (
	"math"
	"math/rand/v2"
)

// poisson draws how many events of a Poisson process fall into a stretch in which
// mean are expected, in a time that does not grow with the mean.
//
// Below 10 gaps are added up. Above, it is the transformed rejection PTRS of W.
// Hörmann, "The transformed rejection method for generating Poisson random
// variables", Insurance: Mathematics and Economics 12 (1993).
func poisson(rng *rand.Rand, mean float64) uint64 {
	if mean < 10 {
		n := uint64(0)
		for at := rng.ExpFloat64(); at < mean; at += rng.ExpFloat64() {
			n++
		}
		return n
	}
	b := 0.931 + 2.53*math.Sqrt(mean)
	a := -0.059 + 0.02483*b
	quick := 0.9277 - 3.6224/(b-2)
	scale := 1.1239 + 1.1328/(b-3.4)
	for {
		u, v := rng.Float64()-0.5, rng.Float64()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + mean + 0.43)
		if us >= 0.07 && v <= quick {
			return uint64(k)
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		lg, _ := math.Lgamma(k + 1)
		if math.Log(v*scale/(a/(us*us)+b)) <= k*math.Log(mean)-mean-lg {
			return uint64(k)
		}
	}
}
