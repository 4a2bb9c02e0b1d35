package harness

import (
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
	cl := newClient(c.newRun(), s.Worker(0), decks[0], newTimer())
	slice := func(timed bool) time.Duration {
		began := time.Now()
		for range 20_000 {
			if !timed {
				cl.timer.n = 0 // never a multiple of sampleEvery
			}
			if err := cl.one(); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	slice(true)
	var ratios []float64
	for range b.N {
		for range 40 {
			off, on := slice(false), slice(true)
			ratios = append(ratios, off.Seconds()/on.Seconds())
		}
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-untimed")
}
