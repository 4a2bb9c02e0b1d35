package bench

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/bench/latency"
	"ckptbench/harness/bench/tsc"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// The gaps of a Poisson stream are exponential: mean and deviation are equal. The
// seed is fixed, so this cannot fail by chance.
func TestArrivals(t *testing.T) {
	const n, rate = 100_000, 4e6
	check := func(how config.Arrivals, deviation float64) {
		t.Helper()
		var sum, squares float64
		a := newArrivals(rate, how, 1, 0, 4, new(fakeTime).clock(), 0)
		last, _ := a.next()
		for range n {
			a.begin()
			due, ok := a.next()
			if !ok {
				t.Fatal("a stream without an end ends")
			}
			gap := float64(due - last)
			sum, squares, last = sum+gap, squares+gap*gap, due
		}
		mean := sum / n
		if math.Abs(mean-1000) > 10 { // a quarter of 4 M/s
			t.Errorf("%s: mean gap %v ns", how, mean)
		}
		if got := math.Sqrt(squares/n-mean*mean) / mean; math.Abs(got-deviation) > 0.02 {
			t.Errorf("%s: deviation %v of the mean, want %v", how, got, deviation)
		}
	}
	check(config.ArrivalsPoisson, 1)
	check(config.ArrivalsFixed, 0)
}

// Fixed streams of several clients interleave evenly.
func TestFixedArrivalsInterleave(t *testing.T) {
	for i := range 4 {
		a := newArrivals(1000, config.ArrivalsFixed, 1, i, 4, new(fakeTime).clock(), 0)
		if got, _ := a.next(); got != uint64(i+1)*1e6 {
			t.Errorf("client %d begins at %d ns, want %d ms", i, got, i+1)
		}
	}
}

// However many have started, and whenever the client gives up, each that is due
// counts once: those before the end, or before the run stopped, with the time they
// waited, and none after it.
func TestDueCountsOnce(t *testing.T) {
	const msec = uint64(ms)
	check := func(how config.Arrivals, started int, end, stop, now, want, wantDue uint64) {
		t.Helper()
		var response latency.Counts
		limit := min(end, stop, now)
		a := newArrivals(1000, how, 1, 0, 1, new(fakeTime).clock(), 0)
		a.from, a.end = 10*msec, end
		all := newArrivals(1000, how, 1, 0, 1, new(fakeTime).clock(), 0)
		all.from = a.from
		for range started {
			a.begin()
			all.begin()
		}
		a.giveUp(now, stop, &response)
		got := response.Total()
		if how == config.ArrivalsFixed && got != want {
			t.Errorf("%d started, end %d, stop %d: %d given up, want %d", started, end, stop, got, want)
		}
		if how == config.ArrivalsFixed && a.due != wantDue {
			t.Errorf("%d started, end %d, stop %d: %d due, want %d", started, end, stop, a.due, wantDue)
		}
		if how == config.ArrivalsFixed { // one by one
			var single latency.Counts
			missed, due := uint64(0), all.due
			for at, _ := all.next(); at < limit; at, _ = all.next() {
				if at >= all.from {
					single.Add(now-at, 1)
					missed, due = missed+1, due+1
				}
				all.begin()
			}
			if single != response || a.missed != missed || a.due != due {
				t.Errorf("%d started: others than one by one; %d due and %d missed, want %d and %d", started, a.due, a.missed,
					due, missed)
			}
		}
		if _, ok := a.next(); ok {
			t.Error("something is due after all was given up")
		}
		before := response
		if a.giveUp(now+1000*msec, stop+1000*msec, &response); response != before {
			t.Error("given up twice, counted twice")
		}
		if got > 0 && uint64(response.HDR().Min()) < (now-limit)*98/100 {
			t.Errorf("%d ns is the shortest, from %d to %d", response.HDR().Min(), limit, now)
		}
	}
	for _, how := range []config.Arrivals{config.ArrivalsFixed, config.ArrivalsPoisson} {
		check(how, 0, 100*msec, 1000*msec, 1000*msec, 90, 90) // 10 to 99 ms; at 100 nothing is due any more
		check(how, 50, 100*msec, 1000*msec, 1000*msec, 49, 90)
		check(how, 99, 100*msec, 1000*msec, 1000*msec, 0, 90)
		check(how, 5, 1000*msec, 20*msec+1, 30*msec, 11, 11)       // interrupted at 20 ms, seen at 30
		check(how, 5, 1000*msec, 5*msec, 5*msec, 0, 0)             // interrupted before the next was due
		check(how, 0, 36_000_000*msec, 1000*msec, 20*msec, 10, 10) // nothing that lies in the future
		check(how, 0, 36_000_000*msec, 36_000_000*msec, 36_000_000*msec, 35_999_990, 35_999_990)
	}
}

// Those of a Poisson stream that are given up are as many, and waited as long, as
// those of such a stream are that is drawn to its end.
func TestPoissonGivenUp(t *testing.T) {
	const rate, end, now = 1e6, 1e9, 2_000_000_000
	var bulk, single latency.Counts
	for seed := range uint64(50) {
		a := newArrivals(rate, config.ArrivalsPoisson, seed, 0, 1, new(fakeTime).clock(), 0)
		a.end = end
		before := bulk.Total()
		a.giveUp(now, now, &bulk)
		n := bulk.Total() - before
		if math.Abs(float64(n)-1e6) > 5000 { // five deviations
			t.Errorf("seed %d: %d in a second at %v/s", seed, n, rate)
		}
		if a.missed != a.due || a.missed != n {
			t.Errorf("seed %d: %d missed of %d due, %d counted", seed, a.missed, a.due, n)
		}
		a = newArrivals(rate, config.ArrivalsPoisson, seed, 0, 1, new(fakeTime).clock(), 0)
		a.from, a.end = end/2, end
		var half latency.Counts
		a.giveUp(now, now, &half)
		if a.missed != a.due || a.missed != half.Total() || math.Abs(float64(a.missed)-5e5) > 3600 {
			t.Errorf("seed %d: %d missed of %d due in the window, %d counted", seed, a.missed, a.due, half.Total())
		}
	}
	for seed := range uint64(5) {
		a := newArrivals(rate, config.ArrivalsPoisson, seed, 0, 1, new(fakeTime).clock(), 0)
		for due, _ := a.next(); due < end; due, _ = a.next() {
			single.Add(now-due, 1)
			a.begin()
		}
	}
	b, s := bulk.HDR(), single.HDR()
	for q := 1.0; q < 100; q++ {
		// a cell and a half
		if x, y := float64(b.ValueAtQuantile(q)), float64(s.ValueAtQuantile(q)); math.Abs(x/y-1) > 0.012 {
			t.Errorf("p%v is %v, one by one %v", q, x, y)
		}
	}
}

// Mean and variance of a Poisson number are equal, small or large; seeds are fixed.
func TestPoisson(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, mean := range []float64{0, 0.01, 0.7, 9.9, 10, 11, 50, 1234.5, 1e6, 1e12} {
		const n = 200_000
		var sum, squares float64
		for range n {
			d := float64(poisson(rng, mean)) - mean
			sum, squares = sum+d, squares+d*d
		}
		dev := math.Sqrt(mean)
		if got := sum / n; math.Abs(got) > 4*dev/math.Sqrt(n)+1e-12 {
			t.Errorf("mean %v: off by %v", mean, got)
		}
		if got := squares / n; math.Abs(got-mean) > 0.03*mean+1e-3 {
			t.Errorf("mean %v: variance %v", mean, got)
		}
	}
}

func TestAwaitStops(t *testing.T) {
	var stop atomic.Bool
	stop.Store(true)
	c := tsc.Monotonic()
	a := newArrivals(1, config.ArrivalsFixed, 1, 0, 1, c, 0)
	idle, now := 0, c.Now()
	if _, ok := a.await(now+uint64(time.Hour), now, &stop, func() { idle++ }); ok || idle != 1 || a.late {
		t.Errorf("continues after the stop; idle called %d times, late %v", idle, a.late)
	}
	if got, ok := a.await(now-1, now, new(atomic.Bool), nil); !ok || got != now || !a.late {
		t.Errorf("what is due already waits until %d", got)
	}
}

// openTrial runs the measured part of a trial, which is interrupted after so many
// buckets unless that is 0.
func openTrial(t *testing.T, text string, interrupt int) *trial {
	t.Helper()
	e := parse(t, text)
	c := cell{Experiment: e.Cells()[0].Experiment}
	decks, err := c.decks(1, 1, "test", 1<<12)
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := algorithms.Find(e.Algorithms[0])
	tr := &trial{cell: c, entry: entry, decks: decks, dir: t.TempDir(), out: &result.Trial{}, rate: c.Rate.Of(0)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	buckets := 0
	tr.progress = func(result.Bucket, string) {
		if buckets++; buckets == interrupt {
			cancel()
		}
	}
	if err := tr.measure(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return tr
}

// Whenever a trial ends, what was due is counted: all that started and all that
// was given up, by the end of the last bucket.
func TestOpenLoopCountsAllThatWasDue(t *testing.T) {
	for _, c := range []struct {
		algorithm, arrivals, rate string
		interrupt                 int // after so many buckets; 0: to the end
	}{
		{"none", "fixed", "20k/s", 0}, {"naive", "fixed", "20k/s", 0}, {"naive", "poisson", "20k/s", 0},
		{"none", "fixed", "900M/s", 0}, {"none", "poisson", "900M/s", 0},
		{"naive", "fixed", "20k/s", 3}, {"none", "poisson", "900M/s", 3},
	} {
		text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)
		out := openTrial(t, text+"rate: "+c.rate+"\narrivals: "+c.arrivals+"\nalgorithms: ["+c.algorithm+"]\n", c.interrupt)
		due := uint64(0)
		for _, d := range out.drivers {
			due += d.arrivals.due
		}
		if total := out.sampler.total.Total(); total != due {
			t.Errorf("%+v: %d counted of %d that were due", c, total, due)
		}
		if c.arrivals == "fixed" && c.interrupt == 0 {
			want := uint64(0)
			for _, d := range out.drivers {
				a := d.arrivals
				want += a.fixedBefore(float64(a.end-a.start)) - a.fixedBefore(float64(a.from-a.start))
			}
			if due != want {
				t.Errorf("%+v: %d due, the rate makes it %d", c, due, want)
			}
		}
	}
}

// Overload is judged against what was due, however little that was.
func TestOverloadByWhatWasDue(t *testing.T) {
	for _, c := range []struct {
		due, missed uint64
		want        bool
	}{{0, 0, false}, {100, 0, false}, {100, 2, false}, {100, 3, true}, {1, 1, true}, {1_000_000, 20_000, false},
		{1_000_000, 20_001, true}} {
		tr := &trial{rate: 1000, out: &result.Trial{Elapsed: 1}}
		half := &driver{arrivals: &arrivals{due: c.due / 2}}
		tr.drivers = []*driver{half, {arrivals: &arrivals{due: c.due - c.due/2, missed: c.missed}}, {}}
		if tr.warnOverload(); tr.out.Overloaded != c.want || len(tr.out.Warnings) > 0 != c.want {
			t.Errorf("%d due and %d missed: overloaded %v, %q", c.due, c.missed, tr.out.Overloaded, tr.out.Warnings)
		}
	}
}

// A backlog that a checkpoint left and that grows shorter is no overload; one that
// was there before, or grows, is.
func TestBacklogOfACheckpointIsNoOverload(t *testing.T) {
	check := func(want bool, trigger, total float64, failed string, commits ...uint64) {
		t.Helper()
		out := &result.Trial{Checkpoints: []result.Checkpoint{{N: 1, Trigger: trigger, Total: total, Error: failed}}}
		for i, n := range commits {
			out.Buckets = append(out.Buckets, result.Bucket{Start: float64(i - 1), Elapsed: 1, Commits: n})
		}
		tr := &trial{rate: 100, out: out, drivers: []*driver{{arrivals: &arrivals{due: 1000, missed: 100}}}}
		if tr.warnOverload(); out.Overloaded != want || len(out.Warnings) != 1 {
			t.Errorf("trigger %v, %v: overloaded %v, %q", trigger, commits, out.Overloaded, out.Warnings)
		}
	}
	// warm-up, then seconds at a rate of 100/s; the checkpoint stops it from 2.5 s for 2 s
	check(false, 2.5, 2, "", 7, 100, 100, 50, 0, 60, 110, 110)
	check(true, 2.5, 2, "", 7, 100, 90, 50, 0, 60, 110, 110)  // it was behind before
	check(true, 2.5, 2, "", 7, 100, 100, 50, 0, 60, 100, 100) // and does not get on
	check(true, 2.5, 2, "", 7, 100, 100, 50, 0, 60)           // nothing is known of after
	check(true, 2.5, 2, "cut", 7, 100, 100, 50, 0, 60, 110, 110)
	check(true, 2.5, 0, "", 7, 100, 100, 50, 0, 60, 110, 110)
}

func TestOverloadIsSaid(t *testing.T) {
	e := run1(t, strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)+"rate: 900M/s\nalgorithms: [none]\n")
	tr := e.Trials[0]
	if !tr.Overloaded || len(tr.Warnings) == 0 || !strings.Contains(strings.Join(tr.Warnings, " "), "overloaded") {
		t.Errorf("overloaded %v, warnings %q", tr.Overloaded, tr.Warnings)
	}
}

// With rate_of: own every algorithm's rate is of its own maximum, measured once,
// and a resumed run keeps each.
func TestRateOfOwnMaximum(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) +
		"rate: 10%\nrate_of: own\nalgorithms: [none, calc]\n"
	text = strings.Replace(text, "trials: 1", "trials: 2", 1)
	out := t.TempDir()
	measured := map[string]int{}
	last := ""
	o := Options{Out: out, calm: true, Progress: func(p Progress) {
		if say := p.Algorithm + p.Doing; say != last && strings.Contains(p.Doing, "maximum") {
			measured[p.Algorithm]++
		}
		last = p.Algorithm + p.Doing
	}}
	dir, err := Run(t.Context(), parse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(measured) != 2 || measured["none"] != 1 || measured["calc"] != 1 {
		t.Errorf("maxima measured: %v, want one of each", measured)
	}
	rates := func() map[string]map[float64]bool {
		e, err := result.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]map[float64]bool{"none": {}, "calc": {}}
		for _, x := range e.Trials {
			all[x.Algorithm][x.Rate] = true
		}
		return all
	}
	before := rates()
	if len(before["none"]) != 1 || len(before["calc"]) != 1 {
		t.Errorf("rates %v, want one for each", before)
	}
	r, err := newRunner(parse(t, text), Options{Out: out, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range before {
		e, _ := algorithms.Find(name)
		if rate, err := r.rateOf(t.Context(), &r.cells[0], e); err != nil || !want[rate] {
			t.Errorf("%s: rate %v resumed, want %v (%v)", name, rate, want, err)
		}
	}
}

// A rate in percent is of what none reaches, measured first; a resumed run keeps
// it.
func TestRateOfMaximum(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "rate: 10%\nalgorithms: [none, calc]\n"
	out := t.TempDir()
	var said []string
	o := Options{Out: out, calm: true, Progress: func(p Progress) { said = append(said, p.Doing) }}
	dir, err := Run(t.Context(), parse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(said, "\n"), "maximum") {
		t.Error("the maximum was not measured")
	}
	if a, b := e.Trials[0].Rate, e.Trials[1].Rate; a != b || a <= 0 {
		t.Errorf("rates %v and %v", a, b)
	}
}
