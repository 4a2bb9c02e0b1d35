package regress

import (
	"math"
	"slices"
	"testing"
)

func TestMannWhitney(t *testing.T) {
	check := func(a, b []float64, want float64) {
		t.Helper()
		x, y := slices.Clone(a), slices.Clone(b)
		if got := mannWhitney(a, b); math.Abs(got-want) > 1e-6 {
			t.Errorf("p of %v and %v is %v, want %v", a, b, got, want)
		}
		if !slices.Equal(a, x) || !slices.Equal(b, y) {
			t.Errorf("the trials were sorted: %v %v", a, b)
		}
	}
	check([]float64{4, 3, 2, 1}, []float64{8, 7, 6, 5}, 2.0/70)
	check([]float64{3, 2, 1}, []float64{6, 5, 4}, 2.0/20)
	check([]float64{1, 3, 2, 5, 4, 6}, []float64{9, 7, 8, 12, 11, 10}, 2.0/924)
	check([]float64{1, 1, 1, 1}, []float64{1, 1, 1, 1}, 1)
	check([]float64{1, 1, 1, 1}, []float64{2, 2, 2, 2}, 2.0/70) // fixed memory
}

func TestHolm(t *testing.T) {
	check := func(ps, want []float64) {
		t.Helper()
		got := holm(ps)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Fatalf("holm(%v) is %v, want %v", ps, got, want)
			}
		}
	}
	check(nil, nil)
	check([]float64{0.04}, []float64{0.04})
	check([]float64{0.01, 0.04, 0.03}, []float64{0.03, 0.06, 0.06})
	check([]float64{0.03, 0.04, 0.01}, []float64{0.06, 0.06, 0.03})
	check([]float64{0.5, 0.6}, []float64{1, 1})
}

// TestEnough asks the test itself what it can tell.
func TestEnough(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for m := 1; m <= 8; m++ {
			var a, b []float64
			for i := range n {
				a = append(a, float64(i))
			}
			for i := range m {
				b = append(b, float64(100+i))
			}
			for _, questions := range []int{1, 2, 6, 7, 23, 24} {
				want := n >= minTrials && m >= minTrials && mannWhitney(a, b)*float64(questions) < alpha
				if got := enough(n, m, questions); got != want {
					t.Errorf("%d and %d trials for %d questions: %v, want %v", n, m, questions, got, want)
				}
			}
		}
	}
	for questions, want := range map[int]int{1: 4, 2: 5, 6: 5, 7: 6, 23: 6, 24: 7} {
		if got := wanted(questions); got != want {
			t.Errorf("%d questions want %d trials, not %d", questions, want, got)
		}
	}
}
