package harness

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
		start := time.Unix(0, 0)
		a := newArrivals(rate, how, 1, 0, 4, start)
		last := a.next()
		for range n {
			due := a.next()
			gap := float64(due.Sub(last))
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
	start := time.Unix(0, 0)
	for i := range 4 {
		a := newArrivals(1000, config.ArrivalsFixed, 1, i, 4, start)
		if got, want := a.next().Sub(start), time.Duration(i+1)*time.Millisecond; got != want {
			t.Errorf("client %d begins at %v, want %v", i, got, want)
		}
	}
}

// What was due before the end and never run counts with the time it waited.
func TestGivenUpCounts(t *testing.T) {
	var r run
	start := time.Now().Add(-time.Second)
	d := &driver{run: &r, timer: newTimer(), arrivals: newArrivals(1000, config.ArrivalsFixed, 1, 0, 1, start)}
	d.timer.opened()
	d.arrivals.end = start.Add(100 * time.Millisecond)
	r.stop.Store(true)
	if d.due() {
		t.Fatal("a transaction is to start in a run that stopped")
	}
	h, resp := newHistogram(), newHistogram()
	d.timer.take(h, resp)
	if n := resp.TotalCount(); n != 99 || h.TotalCount() != 0 {
		t.Errorf("%d given up and %d served, want 99 and 0", n, h.TotalCount())
	}
	if least := resp.Min(); least < int64(890*time.Millisecond) {
		t.Errorf("the last waited %v, want 0.9 s at least", time.Duration(least))
	}
}

func TestAwaitStops(t *testing.T) {
	var stop atomic.Bool
	stop.Store(true)
	a := newArrivals(1, config.ArrivalsFixed, 1, 0, 1, time.Now())
	idle := 0
	if a.await(time.Now().Add(time.Hour), &stop, func() { idle++ }) || idle != 1 || a.late {
		t.Errorf("went on after the stop; idle called %d times, late %v", idle, a.late)
	}
}

// A pause shows in the response times and not in the service times; a rate that
// cannot be reached is said to be.
func TestOpenLoop(t *testing.T) {
	e := run1(t, strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)+
		"rate: 20k/s\narrivals: fixed\nalgorithms: [none, naive]\n")
	for _, tr := range e.Trials {
		if tr.Rate != 20_000 || tr.Response == nil || tr.Service == nil || tr.Response.Count < tr.Service.Count {
			t.Fatalf("%s: rate %v, response %+v, service %+v", tr.Algorithm, tr.Rate, tr.Response, tr.Service)
		}
		// Everything that was due in the measured part, done or given up, as long
		// as that was by the clock; its first bucket may hold some of the
		// warm-up's, and a client that is off its core hands over a bucket late.
		due := tr.Rate * tr.Elapsed
		if n := float64(tr.Response.Count); n < 0.5*due-1000 || n > due+1500 {
			t.Errorf("%s: %v response times of about %.0f", tr.Algorithm, n, due)
		}
	}
}

func TestOverloadIsSaid(t *testing.T) {
	e := run1(t, strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)+"rate: 900M/s\nalgorithms: [none]\n")
	tr := e.Trials[0]
	if !tr.Overloaded || len(tr.Warnings) == 0 || !strings.Contains(strings.Join(tr.Warnings, " "), "overloaded") {
		t.Errorf("overloaded %v, warnings %q", tr.Overloaded, tr.Warnings)
	}
}

// A rate in percent is of what none reaches, measured first; a resumed run keeps
// it.
func TestRateOfMaximum(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "rate: 10%\nalgorithms: [none, calc]\n"
	out := t.TempDir()
	var said []string
	o := Options{Out: out, Progress: func(p Progress) { said = append(said, p.Doing) }}
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
