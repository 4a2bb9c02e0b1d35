package regress

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

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
		{name: "15 % slower", head: shape{speed: map[string]float64{"calc": 0.85}}, metric: ratio, algorithm: "calc",
			want: Regressed},
		{name: "15 % slower leaves the others alone", head: shape{speed: map[string]float64{"calc": 0.85}}, metric: ratio,
			algorithm: "cpr", want: Same, others: true},
		{name: "15 % faster", head: shape{speed: map[string]float64{"calc": 1.15}}, metric: ratio, algorithm: "calc",
			want: Better},
		{name: "3 % slower", head: shape{speed: map[string]float64{"calc": 0.97}}, metric: ratio, algorithm: "calc",
			want: Same},
		{name: "noisy", base: shape{noise: wide}, head: shape{noise: wide, speed: map[string]float64{"calc": 0.9}},
			metric: ratio, algorithm: "calc", want: Unclear},
		{name: "none slower", head: shape{speed: map[string]float64{"none": 0.85}}, metric: "throughput", algorithm: "none",
			want: Regressed},
		{name: "machine slower, ratio as it was", head: shape{speed: map[string]float64{"none": 0.99}}, metric: ratio,
			algorithm: "calc", want: Same},
		{name: "3 trials, 12 % slower", base: shape{trials: 3},
			head: shape{trials: 3, speed: map[string]float64{"calc": 0.88}}, metric: ratio, algorithm: "calc", want: TooFew},
		{name: "3 trials, 30 % slower", base: shape{trials: 3},
			head: shape{trials: 3, speed: map[string]float64{"calc": 0.7}}, metric: ratio, algorithm: "calc", want: Regressed},
		{name: "3 noisy trials, 40 % slower", base: shape{trials: 3, noise: wide},
			head: shape{trials: 3, noise: wide, speed: map[string]float64{"calc": 0.6}}, metric: ratio, algorithm: "calc",
			want: TooFew},
		{name: "1 trial, 30 % faster", head: shape{trials: 1, speed: map[string]float64{"calc": 1.3}}, metric: ratio,
			algorithm: "calc", want: Better},
		{name: "4 trials are too few for 5 algorithms", base: shape{trials: 4},
			head: shape{trials: 4, speed: map[string]float64{"calc": 0.88}}, metric: ratio, algorithm: "calc", want: TooFew},
		{name: "5 trials are enough", base: shape{trials: 5}, head: shape{trials: 5, speed: map[string]float64{"calc": 0.88}},
			metric: ratio, algorithm: "calc", want: Regressed},
		{name: "memory 15 % up", head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak += t.Memory.Peak * 15 / 100 })},
			metric: "peak memory", algorithm: "calc", want: Regressed},
		{name: "memory 8 % up", head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak += t.Memory.Peak * 8 / 100 })},
			metric: "peak memory", algorithm: "calc", want: Same},
		{name: "memory 15 % down",
			head: shape{edit: set(func(t *result.Trial) { t.Memory.Peak -= t.Memory.Peak * 15 / 100 })}, metric: "peak memory",
			algorithm: "calc", want: Better},
		{name: "memory where there was none", base: shape{edit: set(func(t *result.Trial) { t.Memory.Peak = 0 })},
			metric: "peak memory", algorithm: "calc", want: Regressed},
		{name: "one record lost in one image",
			head: shape{edit: only("calc", 3, func(t *result.Trial) { t.Checkpoints[1].Records-- })}, metric: metricRecords,
			algorithm: "calc", want: Regressed},
		{name: "one record too many",
			head: shape{edit: only("calc", 3, func(t *result.Trial) { t.Checkpoints[1].Records++ })}, metric: metricRecords,
			algorithm: "calc", want: Regressed},
		{name: "images larger", head: shape{edit: set(func(t *result.Trial) { t.Checkpoints[1].Bytes += 4096 })},
			metric: metricBytes, algorithm: "calc", want: Regressed},
		{name: "images smaller",
			head:   shape{edit: set(func(t *result.Trial) { t.Checkpoints[0].Bytes -= 4096; t.Checkpoints[1].Bytes -= 4096 })},
			metric: metricBytes, algorithm: "calc", want: Better},
		{name: "no image finished", head: shape{edit: set(func(t *result.Trial) { t.Checkpoints = t.Checkpoints[2:] })},
			metric: metricRecords, algorithm: "calc", want: Regressed},
		{name: "one failed", head: shape{edit: only("calc", 4, fail)}, metric: metricFailed, algorithm: "calc",
			want: Regressed},
		{name: "a wrong verdict alone", head: shape{edit: only("calc", 4, func(t *result.Trial) { t.Verdict.OK = false })},
			metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "another one failed", base: shape{edit: only("calc", 4, fail)}, head: shape{edit: only("calc", 5, fail)},
			metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "the same one failed", base: shape{edit: only("calc", 4, fail)}, head: shape{edit: only("calc", 4, fail)},
			metric: metricFailed, algorithm: "calc", want: Same},
		{name: "mended", base: shape{edit: only("calc", 4, fail)}, metric: metricFailed, algorithm: "calc", want: Better},
		{name: "missing", head: shape{leave: "calc"}, metric: metricFailed, algorithm: "calc", want: Regressed},
		{name: "new", base: shape{leave: "calc"}, metric: ratio, algorithm: "cpr", want: Same},
		{name: "raw where none failed", head: shape{edit: only("none", 2, fail), speed: map[string]float64{"calc": 0.8}},
			metric: ratio, algorithm: "calc", want: Regressed, others: true},
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
	r, err := Compare(NewSide(shape{}.make()), NewSide(shape{edit: bare, speed: map[string]float64{"calc": 0.8}}.make()),
		Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l := find(t, r, "throughput", "calc"); l.Verdict != Regressed || l.Unit != "txn/s" {
		t.Errorf("raw throughput is %+v", l)
	}
}

// TestSomeRatios takes them from one round of head only: all is compared raw,
// since a comparison of five ratios with six would leave a trial out.
func TestSomeRatios(t *testing.T) {
	bare := func(t *result.Trial) {
		if t.Round == 2 {
			t.Relative = nil
		}
	}
	r, err := Compare(NewSide(shape{}.make()), NewSide(shape{edit: bare}.make()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l := find(t, r, "throughput", "calc"); l.NHead != 6 || r.Regressed() {
		t.Errorf("%+v", l)
	}
}

// TestOneImage has base write a single image, which cannot show that its size
// is always the same.
func TestOneImage(t *testing.T) {
	one := func(t *result.Trial) { t.Checkpoints = t.Checkpoints[:min(1, len(t.Checkpoints))] }
	r, err := Compare(NewSide(shape{trials: 1, edit: one}.make()), NewSide(shape{edit: func(t *result.Trial) {
		for i := range t.Checkpoints {
			t.Checkpoints[i].Bytes += 4096
		}
	}}.make()), Options{})
	if err != nil || r.Regressed() {
		t.Errorf("%v: %v", err, r.Sentence())
	}
}

// TestNoise says so where base's own trials vary by more than what is looked for.
func TestNoise(t *testing.T) {
	wide := shape{noise: []float64{1, 0.6, 1.3, 0.8, 1.2, 0.7}}
	noted := func(base shape) bool {
		r, err := Compare(NewSide(base.make()), NewSide(shape{}.make()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "zigzag ±38.9 %") })
	}
	if !noted(wide) || noted(shape{}) {
		t.Error("noise is not noted, or its absence is")
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

// TestMatrix puts a regression at one of two points.
func TestMatrix(t *testing.T) {
	at := func(z string) []result.Param { return []result.Param{{Key: "zipf", Value: z}} }
	join := func(a, b *result.Experiment) *result.Experiment {
		a.Trials = append(a.Trials, b.Trials...)
		return a
	}
	base := NewSide(join(shape{point: at("0.5")}.make(), shape{point: at("0.99")}.make()))
	head := NewSide(join(shape{point: at("0.5")}.make(),
		shape{point: at("0.99"), speed: map[string]float64{"cpr": 0.8}}.make()))
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
