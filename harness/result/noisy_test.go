package result

import (
	"math"
	"testing"
)

// Each kind has its limit and its name; what is below does not count.
func TestNoisy(t *testing.T) {
	for _, c := range []struct {
		below, over Disturbance
		says        string
	}{
		{Disturbance{Others: 0.05}, Disturbance{Others: 0.34}, "others used 34 % of the machine"},
		{Disturbance{Worst: 0.3}, Disturbance{Worst: 0.6}, "others used 0.60 s of processor time within a second"},
		{Disturbance{Steal: 0.02}, Disturbance{Steal: 0.05}, "the hypervisor gave 5 % of the machine to others"},
		{Disturbance{Throttled: 0.01}, Disturbance{Throttled: 0.5},
			"held back by its container's limit for 50 % of the time"},
		// 36.8 ms in 0.7 s with the longest gap at 34.1 ms, and 0.35 ms in the 0.7 s that followed.
		{Disturbance{Host: 0.0005}, Disturbance{Host: 0.0526}, "the host took 5.3 % of the processors' time"},
		{Disturbance{HostWorst: 0.001}, Disturbance{HostWorst: 0.0341},
			"the host took 34 ms of the processors' time within one bucket"},
		{Disturbance{StoodStill: 0.1}, Disturbance{StoodStill: 0.5}, "the process stood still for 0.50 s"},
		{Disturbance{Asleep: 0.0001}, Disturbance{Asleep: 7}, "the machine was suspended for 7.00 s"},
		{Disturbance{Canary: 0.17}, Disturbance{Canary: 0.4}, "the machine's speed changed by 40 % (canary)"},
		{Disturbance{Pressure: Pressure{Memory: 0.02}}, Disturbance{Pressure: Pressure{Memory: 0.1}},
			"processes waited for memory for 10 % of the time"},
		// What the experiment does itself is no disturbance.
		{Disturbance{Pressure: Pressure{CPU: 1, Own: 1, IO: 1, IOFull: 1}}, Disturbance{Others: 1},
			"others used 100 % of the machine"},
	} {
		if c.below.Noisy() || c.below.String() != "" {
			t.Errorf("%+v: noisy, %q", c.below, c.below)
		}
		if !c.over.Noisy() || c.over.String() != c.says {
			t.Errorf("%+v: noisy %v, %q, want %q", c.over, c.over.Noisy(), c.over, c.says)
		}
	}
	d := Disturbance{Others: 0.34, StoodStill: 2}
	if got, want := d.String(), "the process stood still for 2.00 s; others used 34 % of the machine"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What the canary alone saw makes a trial noisy, and nothing is left out for it.
func TestHit(t *testing.T) {
	canary := Disturbance{Canary: 4.9}
	if !canary.Noisy() || canary.Hit() {
		t.Errorf("%+v: noisy %t, hit %t", canary, canary.Noisy(), canary.Hit())
	}
	canary.Others = 0.4
	if !canary.Hit() {
		t.Errorf("%+v is not hit", canary)
	}
}

// The worse of two is the one that is further over a limit, whatever the unit.
func TestWorse(t *testing.T) {
	others, stopped := Disturbance{Others: 0.9}, Disturbance{StoodStill: 9}
	if others.worse(stopped) != stopped || stopped.worse(others) != stopped || (Disturbance{}).worse(others) != others {
		t.Error("the worse is not the one further over its limit")
	}
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

// What the host took is told from the measured buckets between checkpoints.
func TestHostTook(t *testing.T) {
	ms := uint64(1e6)
	tr := Trial{
		Buckets: []Bucket{
			{Start: -0.1, Elapsed: 0.1, HostTaken: 90 * ms}, // the warm-up
			{Start: 0, Elapsed: 0.35, HostTaken: 2 * ms, LongestGap: ms},
			{Start: 0.35, Elapsed: 0.35, HostTaken: 34 * ms, LongestGap: 34 * ms},
			{Start: 0.7, Elapsed: 0.35, HostTaken: 70 * ms, LongestGap: 4 * ms}, // a checkpoint
		},
		Events: []Event{{At: 0.8, Checkpoint: 1, Name: "trigger"}, {At: 0.9, Checkpoint: 1, Name: "durable"}},
	}
	for workers, want := range map[int]float64{1: 0.0514, 2: 0.0257, 0: 0} {
		tr.Workers = workers
		if share, worst := tr.HostTook(); share != want || worst != 0.034 {
			t.Errorf("%d workers: %v, %v", workers, share, worst)
		}
	}
	if share, worst := (&Trial{Workers: 2}).HostTook(); share != 0 || worst != 0 {
		t.Errorf("no buckets: %v, %v", share, worst)
	}
}
