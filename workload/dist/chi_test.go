package dist

import (
	"math"
	"math/rand/v2"
	"testing"
)

// source is a fixed one: these tests decide about the code, not about luck.
func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xD1CE)) }

// chiSquare compares counts with the probabilities they should follow. Cells
// expected to have fewer than 10 draws are pooled with their successors, since
// the statistic follows its distribution only from there on.
func chiSquare(counts []int, p []float64) (stat, df float64) {
	draws := 0
	for _, c := range counts {
		draws += c
	}
	got, want := 0.0, 0.0
	for i, c := range counts {
		got, want = got+float64(c), want+p[i]*float64(draws)
		if want >= 10 {
			stat += (got - want) * (got - want) / want
			df++
			got, want = 0, 0
		}
	}
	// What is left over at the end is too little for a cell of its own.
	return stat, df - 1
}

// follows draws from d and fails unless the counts follow p.
//
// The statistic has mean df and variance 2 df, so six standard deviations
// above is df + 6 sqrt(2 df): for df from 1 to 1000 that is exceeded by a right
// generator with a probability of at most 0.003 (df = 1: 9.5) falling to 1e-8.
// Far below is no better, as then the draws are not independent; but the
// lower tail ends at 0, so that side is only asked where it means something.
func follows(t *testing.T, d Dist, p []float64, seed uint64) {
	t.Helper()
	const draws = 100_000
	stat, df := statistic(d, p, draws, seed)
	if df == 0 {
		return // a single cell: statistic has checked that all draws are in it
	}
	spread := 6 * math.Sqrt(2*df)
	if stat > df+spread || stat < df-spread {
		t.Errorf("seed %d: chi-square %.1f with %.0f degrees of freedom (ratio %.2f), want %.1f +- %.1f", seed, stat, df,
			stat/df, df, spread)
	}
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the test's probabilities sum to %.12f", sum)
	}
}

func statistic(d Dist, p []float64, draws int, seed uint64) (stat, df float64) {
	counts := make([]int, len(p))
	r := source(seed)
	for range draws {
		counts[d.Next(r)]++ // a draw beyond p panics
	}
	return chiSquare(counts, p)
}

// zipfLaw is the law itself, summed term by term.
func zipfLaw(n int, theta float64) []float64 {
	p, sum := make([]float64, n), 0.0
	for i := n - 1; i >= 0; i-- {
		p[i] = math.Pow(float64(i+1), -theta)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// grayLaw is what Gray's method draws: 0 and 1 as the zipf law has them, k
// above where n (eta u - eta + 1)^alpha falls into [k, k+1).
func grayLaw(n int, theta float64) []float64 {
	exact := zipfLaw(n, theta)
	if n <= 2 {
		return exact
	}
	head := exact[0] + exact[1]
	eta := (1 - math.Pow(2/float64(n), 1-theta)) / (1 - head)
	p := make([]float64, n)
	p[0], p[1] = exact[0], exact[1]
	below := func(k int) float64 { return 1 - (1-math.Pow(float64(k)/float64(n), 1-theta))/eta }
	for k := 2; k < n; k++ {
		p[k] = below(k+1) - below(k)
	}
	return p
}
