package chart

import (
	"math"

	gonum "gonum.org/v1/plot"

	"ckptbench/harness/units"
)

// makeLog makes a logarithmic. Its Min must be above 0. gonum's own scale panics at 0,
// which is what a throughput is in a pause: here it lies on the axis.
func makeLog(a *gonum.Axis) {
	a.Scale, a.Tick.Marker = logScale{}, decadeTicks{}
}

type logScale struct{}

// Normalize returns where x lies between the ends, 0 for what is below.
func (logScale) Normalize(low, top, x float64) float64 {
	if !(x > low) || !(low > 0) {
		return 0
	}
	return math.Log(x/low) / math.Log(top/low)
}

// decadeTicks are at 1 to 9 times each power of ten, with the powers labelled; where
// there is at most one power, its doubles and fivefolds too.
type decadeTicks struct{}

func (decadeTicks) Ticks(low, top float64) []gonum.Tick {
	var ts []gonum.Tick
	few := math.Floor(math.Log10(top)+1e-9)-math.Ceil(math.Log10(low)-1e-9) < 1
	for e := math.Floor(math.Log10(low) + 1e-9); e <= math.Log10(top)+1e-9; e++ {
		for k := 1.0; k < 10; k++ {
			v := k * math.Pow(10, e)
			if v < low*(1-1e-9) || v > top*(1+1e-9) {
				continue
			}
			t := gonum.Tick{Value: v}
			if k == 1 || few && (k == 2 || k == 5) {
				t.Label = units.Count(v)
			}
			ts = append(ts, t)
		}
	}
	return ts
}

// logFloor is where a logarithmic axis begins: at 1, 2 or 5 times a power of ten, at or
// below the least value above 0, but no more than three decades below the top.
func logFloor(low, top float64) float64 {
	low = math.Max(low, top/1000)
	if !(low > 0) || math.IsInf(low, 0) {
		return 1
	}
	e := math.Pow(10, math.Floor(math.Log10(low)+1e-9))
	for _, f := range []float64{5, 2} {
		if f*e <= low*(1+1e-9) {
			return f * e
		}
	}
	return e
}

// lowest is the least value above 0; infinite without one.
func lowest(runs [][]step) float64 {
	low := math.Inf(1)
	for _, r := range runs {
		for _, s := range r {
			if s.v > 0 {
				low = math.Min(low, s.v)
			}
		}
	}
	return low
}
