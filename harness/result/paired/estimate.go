package paired

import (
	"math"
	"math/rand/v2"
	"slices"
)

// An Interval is an estimate with its 95 % confidence interval.
type Interval struct {
	Mid float64 `json:"mid"` // the estimate
	Lo  float64 `json:"lo"`  // the interval's lower end
	Hi  float64 `json:"hi"`  // the interval's upper end
}

// HalfWidth returns half the width of the interval.
func (i Interval) HalfWidth() float64 { return (i.Hi - i.Lo) / 2 }

// Contains reports whether x lies in the interval.
func (i Interval) Contains(x float64) bool { return i.Lo <= x && x <= i.Hi }

// resamples is how many bootstrap samples an interval is made of: its width is then
// good to 2 %.
const resamples = 2000

// Estimate returns f over all of n blocks with its interval, by a bootstrap over
// whole blocks. f is called with lists of indices below n, drawn with replacement,
// and depends on nothing else. The same n and seed draw the same samples. With
// fewer than two blocks the interval is unbounded.
func Estimate(n int, seed uint64, f func(pick []int) float64) Interval {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return EstimateStrata([][]int{all}, seed, f)
}

// EstimateStrata is Estimate over blocks of several kinds, each given by the indices
// of its blocks. All kinds count the same, however many blocks each has, and blocks
// are drawn within their kind: what the kinds differ by is no part of the interval.
// Where a kind has fewer than two blocks, all are one kind.
//
// The interval is the bootstrap's standard error times Student's t, with as many
// degrees of freedom as there are blocks less the kinds, and times the square root
// of n/(n-1) of the smallest kind, which the bootstrap is short of. Percentiles of
// the samples are no good with few blocks: of 95 % intervals over 4 blocks 88 in
// 100 held, expanded as Hesterberg (2015) says.
func EstimateStrata(strata [][]int, seed uint64, f func(pick []int) float64) Interval {
	all := slices.Concat(strata...)
	if slices.ContainsFunc(strata, func(s []int) bool { return len(s) < 2 }) {
		strata = [][]int{all}
	}
	if len(all) == 0 {
		return Interval{Mid: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	mid := f(balance(strata, func(s []int, i int) int { return s[i] }))
	if len(all) == 1 {
		return Interval{Mid: mid, Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	rng := rand.New(rand.NewPCG(seed, uint64(len(all))))
	var sum, squares float64
	for range resamples {
		d := f(balance(strata, func(s []int, _ int) int { return s[rng.IntN(len(s))] })) - mid
		sum, squares = sum+d, squares+d*d
	}
	variance := (squares - sum*sum/resamples) / (resamples - 1)
	least := len(slices.MinFunc(strata, func(a, b []int) int { return len(a) - len(b) }))
	half := student975(len(all)-len(strata)) * math.Sqrt(max(variance, 0)*float64(least)/float64(least-1))
	return Interval{Mid: mid, Lo: mid - half, Hi: mid + half}
}

// balance picks one block for each of a stratum's, and repeats them so that every
// stratum has the same part of the list.
func balance(strata [][]int, pick func(stratum []int, i int) int) (list []int) {
	part := 1
	for _, s := range strata {
		part = leastMultiple(part, len(s))
	}
	for _, s := range strata {
		for i := range s {
			picked := pick(s, i)
			for range part / len(s) {
				list = append(list, picked)
			}
		}
	}
	return list
}

// leastMultiple returns the least common multiple of two numbers above 0.
func leastMultiple(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// student975 returns the 97.5 % quantile of Student's t with df degrees of
// freedom, by bisection over its distribution function.
func student975(df int) float64 {
	lo, hi := 1.9, 13.0
	for range 60 {
		if mid := (lo + hi) / 2; studentCDF(mid, df) < 0.975 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// studentCDF returns the probability that Student's t with df degrees of freedom
// is below t, for t above 0 (Abramowitz and Stegun 26.7.3 and 26.7.4).
func studentCDF(t float64, df int) float64 {
	theta := math.Atan(t / math.Sqrt(float64(df)))
	sin, cos := math.Sincos(theta)
	var a float64
	if df%2 == 1 {
		term, sum := cos, 0.0
		for k := 1; k <= (df-1)/2; k++ {
			sum += term
			term *= cos * cos * float64(2*k) / float64(2*k+1)
		}
		a = 2 / math.Pi * (theta + sin*sum)
	} else {
		term, sum := 1.0, 0.0
		for k := 1; k <= df/2; k++ {
			sum += term
			term *= cos * cos * float64(2*k-1) / float64(2*k)
		}
		a = sin * sum
	}
	return (1 + a) / 2
}

// Ratio returns the estimate of side's throughput over base's over blocks. Blocks
// in which nothing counts are left out.
func Ratio(blocks []Block) Interval {
	var logs []float64
	for i := range blocks {
		if r, ok := blocks[i].Ratio(); ok && r > 0 {
			logs = append(logs, math.Log(r))
		}
	}
	return GeometricMean(logs)
}

// GeometricMean returns the estimate of the geometric mean of ratios given by their
// logarithms, a block each.
func GeometricMean(logs []float64) Interval {
	return Estimate(len(logs), 1, func(pick []int) float64 { return math.Exp(mean(logs, pick)) })
}

// mean is that of the elements with the numbers in pick, which may repeat.
func mean(of []float64, pick []int) float64 {
	sum := 0.0
	for _, i := range pick {
		sum += of[i]
	}
	return sum / float64(len(pick))
}
