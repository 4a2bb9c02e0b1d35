package claims

import (
	"math"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// A lab makes results.
type lab struct{ exp *result.Experiment }

func newLab() *lab {
	return &lab{&result.Experiment{Name: "lab", Machine: result.Machine{GOMAXPROCS: 2}}}
}

// trial adds a right trial with a checkpoint of a second, which pauses for pause
// seconds, and a throughput; point is key, value in turn.
func (l *lab) trial(algorithm string, throughput, pause float64, point ...string) *result.Trial {
	t := result.Trial{Schema: result.Schema, Experiment: l.exp.Name, Algorithm: algorithm, Status: result.OK,
		Verdict: result.Verdict{Mode: "trial", OK: true, Images: 2, Transactions: 1000}, Workers: 2, Elapsed: 10,
		Throughput: &throughput, Memory: result.Memory{Data: 1000}}
	if algorithm != baseline {
		t.Checkpoints = []result.Checkpoint{{N: 1, Trigger: 2, Pause: pause, Total: 1}}
	}
	for i := 0; i < len(point); i += 2 {
		t.Params = append(t.Params, result.Param{Key: point[i], Value: point[i+1]})
		if x, ok := result.Quantity(point[i+1]); ok && point[i] == "records" {
			t.Records = int(x)
		}
	}
	t.Trial = len(l.exp.At(algorithm, t.Params)) + 1
	t.Round = t.Trial
	l.exp.Trials = append(l.exp.Trials, t)
	return &l.exp.Trials[len(l.exp.Trials)-1]
}

// check decides d and looks for words in what it says.
func (l *lab) check(t *testing.T, d Decision, want Outcome, words ...string) {
	t.Helper()
	v := Claim{ID: "x", Configs: []string{"lab"}, Decide: d}.judge([]*result.Experiment{l.exp})
	if v.Outcome != want {
		t.Errorf("%s: %s (%s%s), want %s", d, v.Outcome, v.Ours, v.Why, want)
	}
	for _, w := range words {
		if !strings.Contains(v.Ours+v.Why, w) {
			t.Errorf("%s: %q lacks %q", d, v.Ours+v.Why, w)
		}
	}
	if (v.Ours == "") != (want == NotMeasurable) || (v.Why == "") == (want == NotMeasurable) {
		t.Errorf("%s: %s with ours %q and why %q", d, want, v.Ours, v.Why)
	}
}

func TestThreshold(t *testing.T) {
	l := newLab()
	l.trial("calc", 100, 0.2, "k", "1")
	l.trial("calc", 110, 0.3, "k", "1")
	l.trial("calc", 100, 0.6, "k", "2")
	first := Where{{"k", "1"}}
	check := func(want Outcome, w Where, b Bounds, slack float64, words ...string) {
		t.Helper()
		l.check(t, Threshold{Algorithm: "calc", Figure: pause, At: w, Bounds: b, Slack: slack}, want, words...)
	}
	check(Held, first, atMost(0.25), 0, "250 ms")
	check(NotHeld, first, atMost(0.2), 0.04)
	check(Held, first, atMost(0.2), 0.05)
	check(Held, first, about(0.3), 0.05)
	check(NotHeld, first, about(0.3), 0.04)
	check(Held, first, Bounds{0.1, 0.3}, 0)
	check(NotHeld, first, Bounds{0.3, 0.4}, 0)
	// It has to hold at every point, and says first where it does not.
	check(NotHeld, nil, atMost(0.25), 0, "600 ms at k=2; 250 ms at k=1")
	check(Held, nil, atLeast(0.25), 0)
	check(NotMeasurable, Where{{"k", "3"}}, atMost(1), 0, "no such point, where k is 3")
	check(NotMeasurable, Where{{"other", Least}}, atMost(1), 0, "where other is the least")
	l.check(t, Threshold{Algorithm: "cpr", Figure: pause, Bounds: atMost(1)}, NotMeasurable, "cpr was not run at k=1")
	l.check(t, Threshold{Algorithm: "calc", Figure: lost, Bounds: atMost(1)}, NotMeasurable,
		"no figure for the number of transactions lost")
	l.exp.Resolved = []byte("rate_of: own\n")
	l.check(t, Threshold{Algorithm: "calc", Figure: responseP99, Bounds: atMost(1)}, NotMeasurable,
		"no figure for the p99 of the response time")
	newLab().check(t, Threshold{Algorithm: "calc", Figure: pause, Bounds: atMost(1)}, NotMeasurable, "no trials")
}

// A trial that does not count withholds the whole figure.
func TestWhatDoesNotCount(t *testing.T) {
	check := func(words string, spoil func(*result.Trial)) {
		t.Helper()
		l := newLab()
		l.trial("calc", 100, 0)
		spoil(l.trial("calc", 100, 0))
		l.check(t, Threshold{Algorithm: "calc", Figure: pause, Bounds: atMost(1)}, NotMeasurable, words)
	}
	check("calc failed: disk full", func(t *result.Trial) { t.Status, t.Error = result.Failed, "disk  full\nand more" })
	check("was interrupted", func(t *result.Trial) { t.Status = result.Partial })
	check("was profiled", func(t *result.Trial) { t.Profiled = true })
	check("nobody checked", func(t *result.Trial) { t.Verdict.Mode = "off" })
	check("was overloaded", func(t *result.Trial) { t.Overloaded = true })
}

// What an overloaded trial measured depends on how long it lasted. Its images are
// right or wrong all the same.
func TestOverloadedIsNotMeasurable(t *testing.T) {
	l := newLab()
	for _, n := range []string{"1M", "2M", "4M"} {
		l.trial("calc", 100, 0, "records", n)
		l.trial("none", 100, 0, "records", n)
	}
	share := Threshold{Algorithm: "calc", Figure: during, Bounds: atLeast(0)}
	for i := range l.exp.Trials {
		l.exp.Trials[i].Checkpoints = []result.Checkpoint{{N: 1, Trigger: 0, Total: 1}}
		l.exp.Trials[i].Buckets = timeline(1, 10, 10, 10, 10, 10)
	}
	l.check(t, share, Held)
	l.exp.Trials[1].Overloaded = true // none's, of which it is a share
	l.check(t, share, NotMeasurable, "no figure")
	l.check(t, Ratio{Of: []string{"calc"}, Figure: throughput, Over: "none", Bounds: atLeast(0)}, NotMeasurable,
		"none at records=1M was overloaded")
	l.exp.Trials[0].Overloaded = true
	l.check(t, share, NotMeasurable, "calc at records=1M was overloaded")
	l.check(t, Growth{Algorithm: "calc", Words: []string{result.Never}}, NotMeasurable, "was overloaded")
	l.check(t, Order{Algorithms: []string{"calc"}, Figure: throughput}, NotMeasurable, "was overloaded")
	l.check(t, Monotone{Algorithm: "calc", Figure: throughput, Along: "records"}, NotMeasurable, "was overloaded")
	l.check(t, Proof{Algorithm: "calc"}, Held)
}

// Latencies under one rate for all tell who is overloaded, not who is slow.
func TestLatencyIsAtOwnRate(t *testing.T) {
	l := newLab()
	l.trial("calc", 100, 0).Response = &result.Quantiles{Count: 1, P99: 5000}
	d := Threshold{Algorithm: "calc", Figure: responseP99, Bounds: atMost(6000)}
	l.check(t, d, NotMeasurable, "the paper's has one for each algorithm")
	l.exp.Resolved = []byte("rate_of: own\n")
	l.check(t, d, Held)
}

func TestRatio(t *testing.T) {
	l := newLab()
	l.trial("none", 1000, 0, "k", "1")
	l.trial("calc", 800, 0, "k", "1")
	l.trial("cpr", 900, 0, "k", "1")
	l.trial("none", 500, 0, "k", "2")
	l.trial("calc", 200, 0.1, "k", "2")
	l.trial("cpr", 450, 0, "k", "2")
	least, most := Where{{"k", Least}}, Where{{"k", Most}}
	check := func(want Outcome, d Ratio, words ...string) {
		t.Helper()
		if d.Figure.of == nil {
			d.Figure = throughput
		}
		l.check(t, d, want, words...)
	}
	check(Held, Ratio{Of: []string{"calc"}, At: least, Over: "none", Bounds: atLeast(0.8)},
		"0.800 (800 txn/s, 1000 txn/s of none)")
	check(NotHeld, Ratio{Of: []string{"calc"}, At: least, Over: "none", Bounds: atLeast(0.9)})
	check(Held, Ratio{Of: []string{"calc"}, At: least, Over: "none", Bounds: atLeast(0.9), Tolerance: 0.12})
	check(Held, Ratio{Of: []string{"calc"}, At: least, Over: "none", Bounds: atMost(0.75), Tolerance: 0.1})
	// Each algorithm at each point.
	check(NotHeld, Ratio{Of: []string{"calc", "cpr"}, Over: "none", Bounds: atLeast(0.7)}, "calc 0.400", "k=2",
		"cpr 0.900")
	check(Held, Ratio{Of: []string{"calc", "cpr"}, At: least, Over: "none", Bounds: atLeast(0.7)})
	// One point over another.
	check(Held, Ratio{Of: []string{"calc"}, At: most, OverAt: least, Bounds: about(0.25)},
		"(200 txn/s, 800 txn/s of calc)")
	check(NotMeasurable, Ratio{Of: []string{"calc"}, At: least, OverAt: Where{{"k", "3"}}, Bounds: about(1)},
		"no such point, where k is 3")
	// One figure over another.
	check(Held, Ratio{Of: []string{"calc"}, At: most, Figure: throughput, OverFigure: pause, Bounds: about(2000)})
	// What is not there cannot be divided by, and is less than anything.
	check(Held, Ratio{Of: []string{"calc"}, Figure: pause, At: most, Over: "cpr", Bounds: atLeast(1000)},
		"infinitely many")
	check(NotHeld, Ratio{Of: []string{"calc"}, Figure: pause, At: most, Over: "cpr", Bounds: atMost(1000)})
	check(NotHeld, Ratio{Of: []string{"cpr"}, Figure: pause, At: most, Over: "calc", Bounds: atLeast(1)})
	check(NotMeasurable, Ratio{Of: []string{"calc"}, Figure: pause, At: least, Over: "cpr", Bounds: atMost(1)},
		"neither calc nor cpr has any longest pause")
	check(NotMeasurable, Ratio{Of: []string{"push"}, Over: "calc", Bounds: atMost(1)}, "push was not run")
	check(NotMeasurable, Ratio{Of: []string{"calc"}, Over: "push", Bounds: atMost(1)}, "push was not run")
}

func TestOrder(t *testing.T) {
	l := newLab()
	for a, x := range map[string]float64{"naive": 100, "calc": 300, "cpr": 290} {
		l.trial(a, x, 0)
	}
	check := func(want Outcome, tolerance float64, names ...string) {
		t.Helper()
		l.check(t, Order{Algorithms: names, Figure: throughput, Tolerance: tolerance}, want)
	}
	check(Held, 0, "naive", "cpr", "calc")
	check(NotHeld, 0, "naive", "calc", "cpr")
	check(Held, 0.04, "naive", "calc", "cpr") // 10 less is a thirtieth of the largest
	check(NotHeld, 0.03, "naive", "calc", "cpr")
	check(NotHeld, 0.04, "cpr", "naive")
	check(NotMeasurable, 0, "naive", "push")
	l.check(t, Order{Algorithms: []string{"naive", "cpr"}, Figure: throughput}, Held, "naive 100 txn/s, cpr 290 txn/s")
}

func TestMonotone(t *testing.T) {
	l := newLab()
	for i, w := range []string{"1", "2", "10", "20"} { // as numbers: 10 comes after 2
		l.trial("calc", []float64{100, 190, 400, 390}[i], 0, "theta", "0", "workers", w)
		l.trial("calc", []float64{100, 101, 99, 102}[i], 0, "theta", "1", "workers", w)
		l.trial("cpr", []float64{400, 300, 200, 100}[i], 0, "theta", "0", "workers", w)
	}
	flat, steep := Where{{"theta", "1"}}, Where{{"theta", "0"}}
	check := func(want Outcome, d Monotone, words ...string) {
		t.Helper()
		d.Figure, d.Along = throughput, "workers"
		l.check(t, d, want, words...)
	}
	check(NotHeld, Monotone{Algorithm: "calc", At: steep}, "1: 100 txn/s, 2: 190 txn/s, 10: 400 txn/s, 20: 390 txn/s")
	check(Held, Monotone{Algorithm: "calc", At: steep, Tolerance: 0.05})
	check(NotHeld, Monotone{Algorithm: "calc", At: flat, Tolerance: 0.05}) // no step goes back, but it gets nowhere
	check(NotHeld, Monotone{Algorithm: "calc", Tolerance: 0.05}, "theta=1", "theta=0")
	check(Held, Monotone{Algorithm: "cpr", At: steep, Falling: true})
	check(NotHeld, Monotone{Algorithm: "cpr", At: steep})
	check(NotMeasurable, Monotone{Algorithm: "push", At: steep}, "push was not run")
	check(NotMeasurable, Monotone{Algorithm: "cpr"}, "cpr was not run at theta=1")
	l.check(t, Monotone{Algorithm: "cpr", Figure: throughput, Along: "theta", At: Where{{"workers", "1"}}}, NotMeasurable,
		"2 values")
	l.check(t, Monotone{Algorithm: "cpr", Figure: throughput, Along: "records"}, NotMeasurable,
		"no points that differ in records")
}

func TestGrowth(t *testing.T) {
	l := newLab()
	for i, n := range []string{"100k", "1M", "10M", "100M"} {
		size := math.Pow(10, float64(i))
		l.trial("naive", 100, 1e-3*size, "records", n)
		l.trial("calc", 100, 0, "records", n)
		l.trial("cou", 100, 1e-3*[]float64{1, 1, 100, 100}[i], "records", n)
		l.trial("zigzag", 100, 1e-3, "records", n)
	}
	check := func(want Outcome, d Growth, words ...string) {
		t.Helper()
		l.check(t, d, want, words...)
	}
	linear, flat := []string{result.Linear}, []string{result.Never, result.Flat}
	check(Held, Growth{Algorithm: "naive", Words: linear}, "linear, slope 1.00, 1.00 s at 100 M records")
	check(NotHeld, Growth{Algorithm: "naive", Words: flat})
	check(Held, Growth{Algorithm: "calc", Words: flat}, "none")
	check(NotHeld, Growth{Algorithm: "zigzag", Words: linear}, "flat, slope 0.00")
	check(Held, Growth{Algorithm: "naive", Duration: true, Words: flat})
	check(NotMeasurable, Growth{Algorithm: "cou", Words: linear}, "unclear")
	check(NotMeasurable, Growth{Algorithm: "push", Words: linear}, "push was not run at several numbers of records")
	few := newLab()
	few.trial("naive", 100, 1, "records", "1M")
	few.trial("naive", 100, 2, "records", "2M")
	few.check(t, Growth{Algorithm: "naive", Words: linear}, NotMeasurable, "too few sizes")
	bad := newLab()
	for _, n := range []string{"1M", "2M", "4M"} {
		bad.trial("naive", 100, 1, "records", n)
	}
	bad.exp.Trials[1].Status = result.Partial
	bad.check(t, Growth{Algorithm: "naive", Words: flat}, NotMeasurable, "was interrupted")
	bad.exp.Trials[1].Status = result.Failed
	bad.check(t, Growth{Algorithm: "naive", Words: flat}, NotMeasurable, "failed")
}

func TestProof(t *testing.T) {
	l := newLab()
	l.trial("calc", 100, 0)
	l.trial("calc", 100, 0)
	late := l.trial("calc-late", 100, 0)
	late.Status, late.Verdict.OK, late.Verdict.Detail = result.Failed, false, "image 3 is not closed:\n\tso and so"
	l.trial("calc-late", 100, 0)
	l.check(t, Proof{Algorithm: "calc"}, Held, "4 images right, 2000 transactions recorded")
	l.check(t, Proof{Algorithm: "calc", Wrong: true}, NotMeasurable, "none of 4 images of calc was found wrong")
	l.check(t, Proof{Algorithm: "calc-late", Wrong: true}, Held, "wrong: image 3 is not closed")
	l.check(t, Proof{Algorithm: "calc-late"}, NotHeld)
	l.check(t, Proof{Algorithm: "push"}, NotMeasurable, "push was not run")
	// A trial that could not run proves nothing.
	broken := newLab()
	x := broken.trial("calc", 100, 0)
	x.Status, x.Error = result.Failed, "no space left"
	broken.check(t, Proof{Algorithm: "calc"}, NotMeasurable, "no space left")
	broken.check(t, Proof{Algorithm: "calc", Wrong: true}, NotMeasurable, "no space left")
	x.Status, x.Verdict.Transactions = result.OK, 0
	broken.check(t, Proof{Algorithm: "calc"}, NotMeasurable, "put before the oracle")
}
