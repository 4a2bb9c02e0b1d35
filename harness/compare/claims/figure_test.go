package claims

import (
	"testing"

	"ckptbench/harness/result"
)

// timeline makes buckets of a tenth of a second with so many commits each.
func timeline(commits ...uint64) (bs []result.Bucket) {
	for i, n := range commits {
		bs = append(bs, result.Bucket{Start: float64(i-1) / 10, Elapsed: 0.1, Commits: n}) // the first is the warm-up's
	}
	return bs
}

func TestThroughputWithinATrial(t *testing.T) {
	l := newLab()
	l.trial("none", 1000, 0)
	x := l.trial("calc", 500, 0)
	x.Checkpoints = []result.Checkpoint{{N: 1, Trigger: 0.35, Total: 0.5}}
	//                  warm-up  0..0.3        0.3  0.4..0.8        0.8 0.9..
	x.Buckets = timeline(9999, 90, 90, 96, 50, 60, 62, 58, 60, 10, 100)
	check := func(f Figure, want float64, has bool) {
		t.Helper()
		got, ok := f.of(x, &l.exp.Trials[0])
		if ok != has || ok && (got < want-1e-9 || got > want+1e-9) {
			t.Errorf("the %s is %v (%v), want %v (%v)", f.Name, got, ok, want, has)
		}
	}
	check(rest, 0.94, true)   // buckets that the checkpoint touches in part are left out
	check(during, 0.60, true) // and here too
	x.Checkpoints[0].Total = 0.3
	check(during, 0, false) // two buckets are too few
	x.Checkpoints[0].Total, x.Checkpoints[0].Error = 0.5, "no space left"
	check(during, 0, false)
	check(rest, 0.94, true) // one that failed disturbed all the same
	x.Checkpoints = nil
	check(rest, 0, false)
	if _, ok := rest.of(x, nil); ok {
		t.Error("there is a share of none's without none")
	}
}

func TestFigures(t *testing.T) {
	half := 0.5
	x := &result.Trial{Workers: 2, Relative: &half, Lost: &half, Throughput: &half,
		Aborts: map[string]uint64{"cpr shift": 6, "lock conflict": 99},
		Memory: result.Memory{Data: 2e9, Rest: 1e9, Peak: 3e9},
		Checkpoints: []result.Checkpoint{
			{N: 1, Cold: true, Pause: 0.9, Wait: 0.5, Total: 1}, {N: 2, Pause: 0.2, Wait: 0.1, Total: 1},
			{N: 3, Pause: 0.4, Wait: 0.2, Total: 2},
			{N: 4, Pause: 7, Total: 9, Error: "cancelled"},
		},
		Response: &result.Quantiles{Count: 1, P50: 10, P90: 20, P99: 30},
		Service:  &result.Quantiles{Count: 1, P50: 1, P99: 3}}
	check := func(f Figure, want float64) {
		t.Helper()
		if got, ok := f.of(x, nil); !ok || got < want-1e-9 || got > want+1e-9 {
			t.Errorf("the %s is %v (%v), want %v", f.Name, got, ok, want)
		}
		if got, ok := f.of(&result.Trial{}, nil); ok {
			t.Errorf("the %s of nothing is %v", f.Name, got)
		}
	}
	check(throughput, 0.5)
	check(lost, 0.5)
	check(overhead, 1)
	check(pause, 0.9)       // the longest, the cold one's too
	check(pauseShare, 0.2)  // means, without it
	check(pausePerGB, 0.15) //
	check(wait, 0.15)
	check(duration, 1.5)
	check(shifts, 6./8)
	check(memoryRest, 0.5)
	check(memoryPeak, 1.5)
	check(responseP50, 10)
	check(responseP90, 20)
	check(responseP99, 30)
	check(serviceP50, 1)
	check(serviceP99, 3)
}

func TestFigureText(t *testing.T) {
	check := func(f Figure, x float64, want string) {
		t.Helper()
		if got := f.text(x); got != want {
			t.Errorf("%v is written %q, want %q", x, got, want)
		}
	}
	check(pause, 0, "0 s")
	check(pause, 0.0123, "12.3 ms")
	check(pause, 16, "16.0 s")
	check(serviceP99, 950, "950 ns")
	check(serviceP99, 4500, "4.50 us")
	check(serviceP99, 2e9, "2000 ms")
	check(throughput, 1_234_567, "1.23 M txn/s")
	check(throughput, 45_678, "45.7 k txn/s")
	check(lost, -291_362, "-291 k")
	check(rest, 0.98, "0.980")
}
