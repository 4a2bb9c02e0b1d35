package result

import (
	"math"
	"strings"
	"testing"
)

func TestNoisy(t *testing.T) {
	check := func(d Disturbance, noisy bool, says string) {
		t.Helper()
		if d.Noisy() != noisy || noisy && !strings.Contains(d.String(), says) {
			t.Errorf("%+v: noisy %v, %q", d, d.Noisy(), d)
		}
	}
	check(Disturbance{}, false, "")
	check(Disturbance{Others: 0.04, Steal: 0.01}, false, "")
	check(Disturbance{Others: 0.34}, true, "others used 34 %")
	check(Disturbance{Others: 0.34, Steal: 0.05}, true, "hypervisor gave 5 %")
	check(Disturbance{Throttled: 0.5}, true, "held back")
}

func TestNoisyRows(t *testing.T) {
	var ts []*Trial
	for i, others := range []float64{0, 0.2, 0.1} {
		tput := 1e6
		x := Trial{Algorithm: "calc", Trial: i + 1, Status: OK, Throughput: &tput}
		x.Disturbed.Others = others
		ts = append(ts, &x)
	}
	r := newRow(ts)
	if r.Noisy != 2 || r.Worst.Others != 0.2 || r.Trials != 3 {
		t.Errorf("%d of %d noisy, worst %+v", r.Noisy, r.Trials, r.Worst)
	}
}

func TestNoiseFloor(t *testing.T) {
	r := Row{Algorithm: Again, Relative: NewStat([]float64{0.97, 1.01, 1.02})}
	if f, ok := r.NoiseFloor(); !ok || math.Abs(f-0.03) > 1e-9 {
		t.Errorf("%v, %v", f, ok)
	}
	if _, ok := (&Row{Algorithm: "calc", Relative: r.Relative}).NoiseFloor(); ok {
		t.Error("calc has a noise floor")
	}
	if _, ok := (&Row{Algorithm: Again}).NoiseFloor(); ok {
		t.Error("a floor of no trials")
	}
}
