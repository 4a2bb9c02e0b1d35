package regress

import (
	"fmt"
	"testing"

	"ckptbench/harness/result"
)

var order = []string{"none", "naive-copy", "zigzag", "calc", "cpr"}

// steady are figures of six trials that vary by a percent or two.
var steady = []float64{1, 0.99, 1.012, 0.985, 1.004, 0.996}

// A shape says how an experiment is made up.
type shape struct {
	trials  int                // 0 is 6
	speed   map[string]float64 // factor of throughput; 0 is 1
	noise   []float64          // factor by trial; nil is steady
	machine string
	point   []result.Param
	edit    func(*result.Trial) // last; nil: none
	leave   string              // an algorithm to leave out
}

func (s shape) make() *result.Experiment {
	e := &result.Experiment{Name: "regress", Machine: result.Machine{ID: "m1", Commit: "0123456789abcdef", Go: "go1.26"}}
	if s.machine != "" {
		e.Machine.ID = s.machine
	}
	if s.noise == nil {
		s.noise = steady
	}
	if s.trials == 0 {
		s.trials = 6
	}
	ratios := map[string]float64{"none": 1, "naive-copy": 0.95, "zigzag": 0.8, "calc": 0.9, "cpr": 0.85}
	for n := range s.trials {
		none := 2e6 * steady[(n+2)%len(steady)] * factor(s.speed["none"])
		for _, a := range order {
			if a == s.leave {
				continue
			}
			ratio := 1.0
			if a != "none" {
				ratio = ratios[a] * s.noise[n%len(s.noise)] * factor(s.speed[a])
			}
			t := trial(a, n+1, none*ratio, ratio)
			t.Params = s.point
			if s.edit != nil {
				s.edit(&t)
			}
			e.Trials = append(e.Trials, t)
		}
	}
	return e
}

func factor(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

func trial(a string, n int, tput, ratio float64) result.Trial {
	t := result.Trial{
		Schema: result.Schema, Experiment: "regress", Algorithm: a, Trial: n, Round: n, ConfigHash: "c0ffee",
		Status:  result.OK,
		Verdict: result.Verdict{Mode: "trial", OK: true}, Workers: 2, Records: 1000, Throughput: &tput, Relative: &ratio,
		Service: &result.Quantiles{Count: 10, P50: 900, P999: uint64(40000 + 100*n)}, Memory: result.Memory{Data: 100000},
		StartedAt: fmt.Sprintf("2026-11-20T10:00:%02dZ", n),
	}
	if a != "none" {
		t.Memory.Peak = 110000
		if a == "calc" {
			t.Memory.Peak = 50000 + int64(n)*1000
		}
		t.Checkpoints = []result.Checkpoint{
			{N: 1, Cold: true, Pause: 0.002, Total: 0.3, Records: 1000, Bytes: 122880},
			{N: 2, Pause: 0.001, Total: 0.1 + float64(n)/1000, Records: 1000, Bytes: 122880},
			{N: 3, Records: 17, Bytes: 4096, Error: "not finished when the measured part ended"},
		}
	}
	return t
}

// only applies an edit to the trials of one algorithm; number 0 is all of them.
func only(a string, number int, edit func(*result.Trial)) func(*result.Trial) {
	return func(t *result.Trial) {
		if t.Algorithm == a && (number == 0 || t.Trial == number) {
			edit(t)
		}
	}
}

func fail(t *result.Trial) {
	t.Status, t.Error, t.Verdict.OK = result.Failed, "image 2 is wrong: transaction 17 is half in", false
	t.Throughput, t.Relative = nil, nil
}

// find returns the line of a figure.
func find(t *testing.T, r *Report, metric, algorithm string) Line {
	t.Helper()
	for _, l := range r.Lines {
		if l.Metric == metric && l.Algorithm == algorithm && l.Verdict != Shown {
			return l
		}
	}
	t.Fatalf("no line of %s, %s", metric, algorithm)
	return Line{}
}

const ratio = metricRatio
