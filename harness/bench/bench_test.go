package bench

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"ckptbench/algorithms"
)

// BenchmarkMeasurement is what timing and counting cost: a client's throughput
// with them as a part of its throughput without, in slices that alternate.
func BenchmarkMeasurement(b *testing.B) {
	for _, workload := range []string{"{name: calc}", "{name: ycsb-a, fields: 1}"} {
		b.Run(workload, func(b *testing.B) { measurement(b, workload) })
	}
}

func measurement(b *testing.B, workload string) {
	none, _ := algorithms.Find("none")
	c := benchCell(b, workload)
	s, err := c.openLoaded(none, b.TempDir(), nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	decks, err := c.decks(1, 1, "bench", 1<<20)
	if err != nil {
		b.Fatal(err)
	}
	r := c.newRun()
	cl := newClient(r, s.Worker(0), decks[0], newTimer(r))
	looker := newLooker(r.clock, ownThread())
	every := cl.timer.every
	slice := func(timed bool) float64 {
		cl.timer.every, cl.timer.look = math.MaxInt, nil // no reading comes due
		if timed {
			cl.timer.every, cl.timer.look = every, looker
		}
		before := cl.lap.commits
		cl.timer.restart()
		looker.begin(cl.timer.last)
		began := time.Now()
		for range 20_000 {
			if err := cl.one(); err != nil {
				b.Fatal(err)
			}
		}
		took := time.Since(began)
		cl.timer.n, cl.timer.commits = 0, 0
		return float64(cl.lap.commits-before) / took.Seconds()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	slice(true)
	var ratios []float64
	for range b.N {
		for range 40 {
			// Each follows each equally often: off on on off.
			off, on := slice(false), slice(true)
			on2, off2 := slice(true), slice(false)
			ratios = append(ratios, (on+on2)/(off+off2))
		}
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-untimed")
	b.ReportMetric(ratios[len(ratios)/4], "lower-quartile")
	b.ReportMetric(ratios[3*len(ratios)/4], "upper-quartile")
}
