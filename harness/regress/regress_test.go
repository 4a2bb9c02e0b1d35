package regress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
		Schema: result.Schema, Experiment: "regress", Algorithm: a, Trial: n, Round: n, ConfigHash: "c0ffee", Status: result.OK,
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

const ratio = "throughput over none's"

// TestJudged compares synthetic results of one machine.
func TestJudged(t *testing.T) {
	set := func(f func(*result.Trial)) func(*result.Trial) { return only("calc", 0, f) }
	wide := []float64{1, 0.6, 1.3, 0.8, 1.2, 0.7}
	cases := []struct {
		name              string
		base, head        shape
		metric, algorithm string
		want              Verdict
		others            bool // another line regressed too
	}{
		{name: "identical", metric: ratio, algorithm: "calc", want: Same},
		{name: "15 % slower", head: shape{speed: map[string]float64{"calc": 0.85}}, metric: ratio, algorithm: "calc", want: Regressed},
		{name: "15 % slower leaves the others alone", head: shape{speed: map[string]float64{"calc": 0.85}}, metric: ratio, algorithm: "cpr", want: Same, others: true},
		{name: "15 % faster", head: shape{speed: map[string]float64{"calc": 1.15}}, metric: ratio, algorithm: "calc", want: Better},
		{name: "3 % slower", head: shape{speed: map[string]float64{"calc": 0.97}}, metric: ratio, algorithm: "calc", want: Same},
		{name: "noisy", base: shape{noise: wide}, head: shape{noise: wide, speed: map[string]float64{"calc": 0.9}}, metric: ratio, algorithm: "calc", want: Unclear},
		{name: "none slower", head: shape{speed: map[string]float64{"none": 0.85}}, metric: "throughput", algorithm: "none", want: Regressed},
		{name: "machine slower, ratio as it was", head: shape{speed: map[string]float64{"none": 0.99}}, metric: ratio, algorithm: "calc", want: Same},
		{name: "3 trials, 12 % slower", base: shape{trials: 3}, head: shape{trials: 3, speed: map[string]float64{"calc": 0.88}}, metric: ratio, algorithm: "calc", want: TooFew},
		{name: "3 trials, 30 % slower", base: shape{trials: 3}, head: shape{trials: 3, speed: map[string]float64{"calc": 0.7}}, metric: ratio, algorithm: "calc", want: Regressed},
		{name: "3 noisy trials, 40 % slower", base: shape{trials: 3, noise: wide}, head: shape{trials: 3, noise: wide, speed: map[string]float64{"calc": 0.6}}, metric: ratio, algorithm: "calc", want: TooFew},
		{name: "1 trial, 30 % faster", head: shape{trials: 1, speed: map[string]float64{"calc": 1.3}}, metric: ratio, algorithm: "calc", want: Better},
		{name: "4 trials are too few for 5 algorithms", base: shape{trials: 4}, head: shape{trials: 4, speed: map[string]float64{"calc": 0.88}}, metric: ratio, algorithm: "calc", want: TooFew},
		{name: "5 trials are enough", base: shape{trials: 5}, head: shape{trials: 5, speed: map[string]float64{"calc": 0.88}}, metric: ratio, algorithm: "calc", want: Regressed},
		{name: "memory 15 % up", head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak += t.Memory.Peak * 15 / 100 })}, metric: "peak memory", algorithm: "calc", want: Regressed},
		{name: "memory 8 % up", head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak += t.Memory.Peak * 8 / 100 })}, metric: "peak memory", algorithm: "calc", want: Same},
		{name: "memory 15 % down", head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak -= t.Memory.Peak * 15 / 100 })}, metric: "peak memory", algorithm: "calc", want: Better},
		{name: "memory where there was none", base: shape{edit: set(func(t *result.Trial) { t.Memory.Peak = 0 })}, metric: "peak memory", algorithm: "calc", want: Regressed},
		{name: "one record lost in one image", head: shape{edit: only("calc", 3, func(t *result.Trial) { t.Checkpoints[1].Records-- })}, metric: metricRecords, algorithm: "calc", want: Regressed},
		{name: "one record too many", head: shape{edit: only("calc", 3, func(t *result.Trial) { t.Checkpoints[1].Records++ })}, metric: metricRecords, algorithm: "calc", want: Regressed},
		{name: "images larger", head: shape{edit: set(func(t *result.Trial) { t.Checkpoints[1].Bytes += 4096 })}, metric: metricBytes, algorithm: "calc", want: Regressed},
		{name: "images smaller", head: shape{edit: set(func(t *result.Trial) { t.Checkpoints[0].Bytes -= 4096; t.Checkpoints[1].Bytes -= 4096 })}, metric: metricBytes, algorithm: "calc", want: Better},
		{name: "no image finished", head: shape{edit: set(func(t *result.Trial) { t.Checkpoints = t.Checkpoints[2:] })}, metric: metricRecords, algorithm: "calc", want: Regressed},
		{name: "one failed", head: shape{edit: only("calc", 4, fail)}, metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "a wrong verdict alone", head: shape{edit: only("calc", 4, func(t *result.Trial) { t.Verdict.OK = false })}, metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "another one failed", base: shape{edit: only("calc", 4, fail)}, head: shape{edit: only("calc", 5, fail)}, metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "the same one failed", base: shape{edit: only("calc", 4, fail)}, head: shape{edit: only("calc", 4, fail)}, metric: metricFailed, algorithm: "calc", want: Same},
		{name: "mended", base: shape{edit: only("calc", 4, fail)}, metric: metricFailed, algorithm: "calc", want: Better},
		{name: "missing", head: shape{leave: "calc"}, metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "new", base: shape{leave: "calc"}, metric: ratio, algorithm: "cpr", want: Same},
		{name: "raw where none failed", head: shape{edit: only("none", 2, fail), speed: map[string]float64{"calc": 0.8}}, metric: ratio, algorithm: "calc", want: Regressed, others: true},
	}
	for _, c := range cases {
		base, head := NewSide(c.base.make()), NewSide(c.head.make())
		r, err := Compare(base, head, Options{Order: order})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if l := find(t, r, c.metric, c.algorithm); l.Verdict != c.want {
			t.Errorf("%s: %s of %s is %q, want %q: %+v", c.name, c.metric, c.algorithm, l.Verdict, c.want, l)
		}
		if want := c.want == Regressed || c.others; r.Regressed() != want {
			t.Errorf("%s: regressed is %v: %s", c.name, r.Regressed(), r.Sentence())
		}
		if n := countWorse(r); n > 1 && !c.others {
			t.Errorf("%s: %d lines regressed, want 1: %s", c.name, n, r.Sentence())
		}
	}
}

func countWorse(r *Report) int {
	n := 0
	for _, l := range r.Lines {
		if l.Verdict == Regressed {
			n++
		}
	}
	return n
}

// TestRaw takes the ratios away: throughput must be compared as it is.
func TestRaw(t *testing.T) {
	bare := func(t *result.Trial) { t.Relative = nil }
	r, err := Compare(NewSide(shape{}.make()), NewSide(shape{edit: bare, speed: map[string]float64{"calc": 0.8}}.make()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l := find(t, r, "throughput", "calc"); l.Verdict != Regressed || l.Unit != "txn/s" {
		t.Errorf("raw throughput is %+v", l)
	}
}

// TestInserts has base's images grow, so that they are not exact.
func TestInserts(t *testing.T) {
	grow := func(t *result.Trial) {
		for i := range t.Checkpoints {
			t.Checkpoints[i].Records += int64(100*i + t.Trial)
			t.Checkpoints[i].Bytes += int64(100*i+t.Trial) * 122
		}
	}
	r, err := Compare(NewSide(shape{edit: grow}.make()), NewSide(shape{}.make()), Options{})
	if err != nil || r.Regressed() {
		t.Fatalf("%v, %v", err, r.Sentence())
	}
	for _, l := range r.Lines {
		if l.Metric == metricRecords || l.Metric == metricBytes {
			t.Errorf("judged as exact: %+v", l)
		}
	}
}

func TestRefused(t *testing.T) {
	every := func(f func(*result.Trial)) shape { return shape{edit: f} }
	zipf := []result.Param{{Key: "zipf", Value: "0.99"}}
	profiled := only("calc", 2, func(t *result.Trial) { t.Profiled = true })
	partial := only("calc", 2, func(t *result.Trial) { t.Status = result.Partial })
	otherHash := every(func(t *result.Trial) { t.ConfigHash = "beef" })
	noRatio := func(t *result.Trial) { t.Relative = nil }
	cases := []struct {
		name       string
		base, head shape
		o          Options
		want       string // in the error; empty: none
	}{
		{"machine", shape{}, shape{machine: "m2"}, Options{}, "--across-machines"},
		{"machine, asked for", shape{}, shape{machine: "m2"}, Options{AcrossMachines: true}, ""},
		{"no ratios across machines", shape{}, shape{machine: "m2", edit: noRatio}, Options{AcrossMachines: true}, "has no throughput"},
		{"no throughput", shape{}, every(func(t *result.Trial) { t.Relative, t.Throughput = nil, nil }), Options{}, "has no throughput"},
		{"profiled head", shape{}, every(profiled), Options{}, "profiled"},
		{"profiled base", every(profiled), shape{}, Options{}, "profiled"},
		{"partial head", shape{}, every(partial), Options{}, "interrupted"},
		{"partial base", every(partial), shape{}, Options{IgnoreConfig: true}, "interrupted"},
		{"config", shape{}, otherHash, Options{}, "--ignore-config"},
		{"config, meant", shape{}, otherHash, Options{IgnoreConfig: true}, ""},
		{"config within a side", shape{}, every(only("calc", 2, func(t *result.Trial) { t.ConfigHash = "beef" })), Options{}, "different configurations"},
		{"workers", shape{}, every(func(t *result.Trial) { t.Workers = 8 }), Options{}, "[2 8] workers"},
		{"workers, meant", shape{}, every(func(t *result.Trial) { t.Workers = 8 }), Options{IgnoreConfig: true}, ""},
		{"point", shape{point: zipf}, shape{}, Options{}, "no trial at zipf=0.99"},
		{"no common point", shape{point: zipf}, shape{}, Options{IgnoreConfig: true}, "no trial at zipf=0.99"},
		{"threshold", shape{}, shape{}, Options{Threshold: 0.31}, "threshold"},
		{"threshold below", shape{}, shape{}, Options{Threshold: -0.1}, "threshold"},
	}
	for _, c := range cases {
		r, err := Compare(NewSide(c.base.make()), NewSide(c.head.make()), c.o)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && r.Regressed():
			t.Errorf("%s: %s", c.name, r.Sentence())
		case c.want != "" && (!errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want ErrCannot with %q", c.name, err, c.want)
		}
	}
	unknown := shape{}.make()
	unknown.Machine.ID = ""
	if _, err := Compare(NewSide(unknown), NewSide(unknown), Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("two unknown machines are one: %v", err)
	}
	if _, err := Compare(NewSide(shape{}.make()), NewSide(&result.Experiment{Name: "empty", Machine: result.Machine{ID: "m1"}}), Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("nothing compares with nothing: %v", err)
	}
	mixed := NewSide(shape{}.make(), shape{machine: "m2"}.make())
	if _, err := Compare(mixed, mixed, Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("one side of two machines: %v", err)
	}
}

// TestAcross checks that nothing that depends on the machine is compared.
func TestAcross(t *testing.T) {
	slow := shape{machine: "m2", speed: map[string]float64{"none": 0.3}, edit: func(t *result.Trial) {
		if t.Algorithm == "calc" {
			t.Memory.Peak *= 3 // versions pile up on a slower disk
		}
	}}
	r, err := Compare(NewSide(shape{}.make()), NewSide(slow.make()), Options{AcrossMachines: true})
	if err != nil || r.Regressed() {
		t.Fatalf("%v: %v", err, r.Sentence())
	}
	for _, l := range r.Lines {
		ok := l.Metric == ratio || l.Metric == metricRecords || l.Metric == metricBytes || l.Metric == "peak memory" && l.Algorithm != "calc"
		if !ok || l.Algorithm == "none" {
			t.Errorf("compared across machines: %s of %s", l.Metric, l.Algorithm)
		}
	}
	slow.edit = func(t *result.Trial) { t.Memory.Peak *= 2 }
	if r, err = Compare(NewSide(shape{}.make()), NewSide(slow.make()), Options{AcrossMachines: true}); err != nil {
		t.Fatal(err)
	}
	if l := find(t, r, "peak memory", "zigzag"); l.Verdict != Regressed {
		t.Errorf("fixed memory doubled: %+v", l)
	}
}

// TestOtherData changes the size of the data on purpose.
func TestOtherData(t *testing.T) {
	smaller := shape{edit: func(t *result.Trial) {
		t.Records, t.ConfigHash, t.Memory.Data, t.Memory.Peak = 500, "half", t.Memory.Data/2, t.Memory.Peak/2
		for i := range t.Checkpoints {
			t.Checkpoints[i].Records, t.Checkpoints[i].Bytes = 500, 61440
		}
	}}
	r, err := Compare(NewSide(shape{}.make()), NewSide(smaller.make()), Options{IgnoreConfig: true})
	if err != nil || r.Regressed() {
		t.Fatalf("%v: %v", err, r.Sentence())
	}
	n := 0
	for _, l := range r.Lines {
		if l.Metric == metricRecords && l.Verdict == Shown {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d algorithms' images are shown, want 4", n)
	}
}

// TestMatrix puts a regression at one of two points.
func TestMatrix(t *testing.T) {
	at := func(z string) []result.Param { return []result.Param{{Key: "zipf", Value: z}} }
	join := func(a, b *result.Experiment) *result.Experiment {
		a.Trials = append(a.Trials, b.Trials...)
		return a
	}
	base := NewSide(join(shape{point: at("0.5")}.make(), shape{point: at("0.99")}.make()))
	head := NewSide(join(shape{point: at("0.5")}.make(), shape{point: at("0.99"), speed: map[string]float64{"cpr": 0.8}}.make()))
	r, err := Compare(base, head, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Sentence(); !r.Regressed() || countWorse(r) != 1 || !strings.Contains(s, "cpr at zipf=0.99") {
		t.Error(s)
	}
	if _, err := Compare(base, NewSide(shape{point: at("0.5")}.make()), Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("half of the matrix is missing: %v", err)
	}
	r, err = Compare(base, NewSide(shape{point: at("0.5")}.make()), Options{IgnoreConfig: true})
	if err != nil || !slices.Contains(r.Notes, "Only in base: zipf=0.99.") {
		t.Errorf("%v, notes %v", err, r.Notes)
	}
}

// TestMerge puts the legs of an interleaved run together: three trials each are
// too few, six are not.
func TestMerge(t *testing.T) {
	leg := shape{trials: 3}
	slow := shape{trials: 3, speed: map[string]float64{"calc": 0.88}}
	s := NewSide(leg.make(), leg.make())
	ts := s.Experiment.At("calc", nil)
	for i, x := range ts {
		if x.Trial != i+1 || x.Round != i+1 {
			t.Errorf("trial %d is number %d of round %d", i+1, x.Trial, x.Round)
		}
	}
	if len(ts) != 6 || len(leg.make().Trials) != 3*len(order) {
		t.Fatalf("%d trials", len(ts))
	}
	one, err := Compare(NewSide(leg.make()), NewSide(slow.make()), Options{})
	if err != nil || one.Regressed() {
		t.Errorf("one leg: %v, %s", err, one.Sentence())
	}
	two, err := Compare(s, NewSide(slow.make(), slow.make()), Options{})
	if err != nil || !two.Regressed() {
		t.Errorf("two legs: %v, %s", err, two.Sentence())
	}
	if len(Merge().Trials) != 0 {
		t.Error("nothing merged is something")
	}
}

// TestFalseAlarms draws both sides from one noisy distribution many times: the
// chance of any alarm must stay near what is promised.
func TestFalseAlarms(t *testing.T) {
	const runs, seed = 400, 7
	rng := rand.New(rand.NewPCG(seed, seed))
	noisy := shape{edit: func(t *result.Trial) {
		f := 1 + 0.2*rng.NormFloat64()/2
		tput := *t.Throughput * f
		t.Throughput = &tput
		if t.Algorithm != "none" {
			rel := *t.Relative * f
			t.Relative = &rel
		}
	}}
	alarms := 0
	for range runs {
		r, err := Compare(NewSide(noisy.make()), NewSide(noisy.make()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Regressed() {
			alarms++
		}
	}
	// Half of 5 % is expected, the other half being improvements; 5 % of 400
	// is 20 and beyond five standard deviations of 2.5 %.
	if alarms > 20 {
		t.Errorf("%d alarms in %d runs without a difference (seed %d)", alarms, runs, seed)
	}
}
