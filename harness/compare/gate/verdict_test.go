package gate

import (
	"math"
	"testing"

	"ckptbench/harness/result/paired"
)

func in(lo, mid, hi float64) paired.Interval { return paired.Interval{Mid: mid, Lo: lo, Hi: hi} }

// TestJudge is the table of estimates and verdicts at a threshold of 3 %.
func TestJudge(t *testing.T) {
	o := Options{Threshold: 0.03}
	quiet := o.limits(in(0.995, 1.001, 1.007))
	loud := o.limits(in(0.94, 0.98, 1.05))
	again := func(lo, mid, hi float64) *paired.Interval { i := in(lo, mid, hi); return &i }
	check := func(l limits, first paired.Interval, second *paired.Interval, want Verdict) {
		t.Helper()
		if got, why := l.judge(first, second); got != want {
			t.Errorf("%v then %v is %q (%s), want %q", first, second, got, why, want)
		}
	}
	check(quiet, in(0.99, 1, 1.01), nil, Same)
	check(quiet, in(0.93, 0.95, 0.97), again(0.94, 0.955, 0.97), Regressed)
	check(quiet, in(0.93, 0.95, 0.97), again(0.98, 0.995, 1.01), Same) // not confirmed
	check(quiet, in(0.93, 0.95, 0.97), again(0.93, 0.96, 0.995), Same) // confirmed by an interval too near to 1
	check(quiet, in(0.96, 0.975, 0.985), nil, Same)                    // below 1, but not by the threshold
	check(quiet, in(0.92, 0.96, 0.995), nil, Same)                     // by the threshold, but the interval reaches 1
	check(quiet, in(0.90, 1, 1.10), nil, Unsettled)
	check(quiet, in(math.Inf(-1), math.NaN(), math.Inf(1)), nil, Unsettled)
	check(quiet, in(math.Inf(-1), 0.9, math.Inf(1)), nil, Unsettled) // a single opening
	check(quiet, in(1.03, 1.05, 1.07), again(1.03, 1.05, 1.07), Faster)
	check(quiet, in(1.03, 1.05, 1.07), again(0.99, 1.00, 1.01), Same)
	check(quiet, in(0.93, 0.95, 0.97), again(1.03, 1.05, 1.07), Same) // once slower, once faster
	check(loud, in(1.03, 1.05, 1.07), again(1.04, 1.05, 1.06), Same)  // within the noise
	check(loud, in(0.93, 0.955, 0.985), again(0.93, 0.955, 0.985), Same)
	check(loud, in(0.90, 0.92, 0.95), again(0.90, 0.92, 0.95), Regressed)
}

func TestLimits(t *testing.T) {
	o := Options{Threshold: 0.03}
	near := func(got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
	l := o.limits(in(0.98, 1.02, 1.05))
	near(l.margin, 0.02)
	near(l.noise, 0.05)
	near(l.sees(in(0.9, 1, 1.1)), 0.12)
	near(l.sees(in(0.999, 1, 1.001)), 0.03)
	if l.impossible(in(1.04, 1.06, 1.08)) || !l.impossible(in(1.06, 1.07, 1.08)) {
		t.Error("impossible is beyond the noise only")
	}
	// A control that measured nothing leaves the least margin.
	near(o.limits(in(math.Inf(-1), math.NaN(), math.Inf(1))).margin, 0.01)
}
