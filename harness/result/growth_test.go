package result

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var sizes = []float64{1e5, 316e3, 1e6, 3.16e6, 1e7}

func TestFit(t *testing.T) {
	check := func(word string, slope, lo, hi float64, f func(n float64) float64) {
		t.Helper()
		ys := make([]float64, len(sizes))
		for i, n := range sizes {
			ys[i] = f(n)
		}
		got := NewFit(sizes, ys, Resolution)
		if got.Word != word || math.Abs(got.Slope-slope) > 0.01 || math.Abs(got.Lo-lo) > 0.01 || math.Abs(got.Hi-hi) > 0.01 {
			t.Errorf("%v: got %+v, want %s, %g in %g..%g", ys, got, word, slope, lo, hi)
		}
	}
	check(Never, 0, 0, 0, func(float64) float64 { return 0 })
	check(Flat, 0, 0, 0, func(n float64) float64 { return 4e-12 * n }) // below the resolution all the way
	check(Flat, 0, 0, 0, func(float64) float64 { return 0.02 })
	check(Linear, 1, 1, 1, func(n float64) float64 { return 15e-9 * n })
	check(Between, 0.5, 0.5, 0.5, func(n float64) float64 { return 1e-6 * math.Sqrt(n) })
	check(Steep, 2, 2, 2, func(n float64) float64 { return 1e-12 * n * n })
	// One size measured fifty times too long changes the range and not the slope.
	spike := func(n float64) float64 {
		if n == 1e6 {
			return 50 * 15e-9 * n
		}
		return 15e-9 * n
	}
	check(Unclear, 1, -2.4, 4.4, spike)
}

// The line is found in the unit of the figure, and the spike does not bend it.
func TestFitLine(t *testing.T) {
	ys := make([]float64, len(sizes))
	for i, n := range sizes {
		ys[i] = 2e-3 + 12e-9*n
	}
	ys[1] *= 3
	f := NewFit(sizes, ys, Resolution)
	if math.Abs(f.Base-2e-3) > 1e-5 || math.Abs(f.PerRecord-12e-9) > 1e-11 {
		t.Errorf("got %g + %g·n, want 0.002 + 1.2e-8·n", f.Base, f.PerRecord)
	}
}

func TestFitOfFew(t *testing.T) {
	check := func(word string, ys ...float64) {
		t.Helper()
		if f := NewFit(sizes[:len(ys)], ys, Resolution); f.Word != word || f.Sizes != len(ys) || f.Level != 0 {
			t.Errorf("%v: %+v, want %s", ys, f, word)
		}
	}
	check(TooFew)
	check(TooFew, 1, 2)
	check(Flat, 1e-6, 2e-6)
	check(Never, 0, 0)
	check(Linear, 0.001, 0.00316, 0.01)
}

// The interval covers the true slope as often as it says, whatever the errors.
func TestSlopeInterval(t *testing.T) {
	for n, want := range map[int]string{3: "0 0.0000", 4: "0 0.0000", 5: "0 0.9833", 6: "1 0.9833", 8: "5 0.9688",
		10: "11 0.9534"} {
		k, level := slopeInterval(n)
		if got := fmt.Sprintf("%d %.4f", k, level); got != want {
			t.Errorf("of %d points: %s, want %s", n, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	covered, runs := 0, 20000
	for range runs {
		ys := make([]float64, len(sizes))
		for i, n := range sizes {
			ys[i] = 1e-6 * n * math.Exp(r.ExpFloat64())
		}
		if f := NewFit(sizes, ys, Resolution); f.Lo <= 1 && 1 <= f.Hi {
			covered++
		}
	}
	if got := float64(covered) / float64(runs); math.Abs(got-0.9833) > 0.005 {
		t.Errorf("the interval of five points covers the slope in %.4f of the runs, want 0.9833", got)
	}
}

// growing is an experiment over three sizes, with a second parameter.
func growing() *Experiment {
	e := &Experiment{}
	add := func(algorithm, records string, n int, share string, pauses ...float64) {
		t := Trial{Schema: Schema, Algorithm: algorithm, Trial: 1, Status: OK, Records: n,
			Params: []Param{{sizeKey, records}, {"long", share}}}
		for i, p := range pauses {
			t.Checkpoints = append(t.Checkpoints, Checkpoint{N: i + 1, Cold: i == 0, Pause: p, Total: 10 * p})
		}
		e.Trials = append(e.Trials, t)
	}
	for _, share := range []string{"0", "1"} {
		for _, a := range []string{"none", "naive", "odd"} {
			for i, n := range []string{"1M", "100k", "10M"} {
				records := []int{1e6, 1e5, 1e7}[i]
				switch a {
				case "none":
					add(a, n, records, share)
				default:
					add(a, n, records, share, 9, 1e-8*float64(records), 1.1e-8*float64(records), 0.9e-8*float64(records))
				}
			}
		}
	}
	return e
}

func TestGrowth(t *testing.T) {
	e := growing()
	e.Trials[len(e.Trials)-1].Status = Failed
	gs := e.Growth([]string{"none", "naive"})
	var got []string
	for _, g := range gs {
		got = append(got, fmt.Sprintf("%s %s %d %d %s %s", g.Algorithm, g.Params[0].Value, len(g.Sizes), g.Failed,
			g.Pause.Word, g.Duration.Word))
	}
	want := "[naive 0 3 0 linear linear odd 0 3 0 linear linear naive 1 3 0 linear linear odd 1 0 1 too few sizes " +
		"too few sizes]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if s := gs[0].Sizes[0]; s.Records != 1e5 || math.Abs(s.Pause.Median-1e-3) > 1e-9 || s.Pause.N != 3 {
		t.Errorf("the smallest size is %+v", s)
	}
}

func TestNoGrowth(t *testing.T) {
	check := func(what string, e *Experiment) {
		t.Helper()
		if gs := e.Growth(nil); gs != nil {
			t.Errorf("%s: %+v", what, gs)
		}
	}
	check("nothing", &Experiment{})
	one := growing()
	for i := range one.Trials {
		one.Trials[i].Params = one.Trials[i].Params[1:]
	}
	check("no sizes", one)
	check("one size", &Experiment{Trials: growing().Trials[4:5]})
	check("no checkpoints", &Experiment{Trials: growing().Trials[:3]})
}
