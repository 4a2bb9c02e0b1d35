package chart

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"ckptbench/harness/result"
)

// order is the table's: the demo runs ten of them.
var order = []string{"none", "naive", "naive-copy", "fuzzy", "cou", "zigzag", "pingpong", "hourglass", "piggyback",
	"calc", "cpr", "lineairdb", "hyper", "push", "flink", "foedus"}

// A shape is how a made-up algorithm behaves.
type shape struct {
	name      string
	rest      float64 // throughput between checkpoints, of none's
	dip       float64 // and during one, of that
	pause     float64 // s
	total     float64 // s
	memRest   float64 // × data
	memPeak   float64
	tailNines float64 // from where latencies grow
	tailMax   float64 // ns
}

var shapes10 = []shape{
	{"none", 1, 1, 0, 0, 0, 0, 4.5, 2e5},
	{"naive", 1, 0, 0.82, 0.82, 0, 0, 1.6, 8.4e8},
	{"naive-copy", 1, 0.96, 0.21, 0.9, 0, 1, 2.0, 2.2e8},
	{"fuzzy", 0.93, 0.87, 0, 1.1, 0.02, 0.04, 3.2, 4e6},
	{"cou", 0.985, 0.62, 0.01, 1.3, 0.03, 0.78, 2.4, 1.6e7},
	{"zigzag", 0.87, 0.9, 0.06, 1.2, 1.02, 1.02, 2.5, 6e7},
	{"pingpong", 0.71, 0.97, 0.002, 1.0, 2.05, 2.05, 3.7, 3e6},
	{"hourglass", 0.83, 0.94, 0.004, 1.1, 1.04, 1.04, 3.6, 5e6},
	{"calc", 0.965, 0.9, 0, 1.25, 0.04, 0.41, 3.4, 2e6},
	{"cpr", 0.975, 0.86, 0, 1.35, 0.02, 0.66, 3.3, 2.6e6},
}

// demo is an experiment of ten algorithms with trials each at every value of
// zipf, or without a matrix if there are none.
func demo(trials int, zipf ...string) *result.Experiment {
	e := &result.Experiment{Name: "demo",
		Machine: result.Machine{CPU: "AMD EPYC 7B13", Cores: 2, MemoryGiB: 7.8, FileSystem: "ext4",
			Commit: "0123456789abcdef", Warnings: []string{"CPU governor is not 'performance'"}}}
	points := [][]result.Param{nil}
	if len(zipf) > 0 {
		points = nil
	}
	for _, z := range zipf {
		points = append(points, []result.Param{{Key: "zipf", Value: z}})
	}
	for k, p := range points {
		for i, s := range shapes10 {
			for n := 1; n <= trials; n++ {
				e.Trials = append(e.Trials,
					made(s, p, n, 1.92e6*(1-0.18*float64(k)), rand.New(rand.NewPCG(uint64(100*k+i), uint64(n)))))
			}
		}
	}
	return e
}

// made invents one trial of 12 s with checkpoints at about 1, 5 and 9.
func made(s shape, point []result.Param, n int, base float64, r *rand.Rand) result.Trial {
	t := result.Trial{
		Schema: result.Schema, Experiment: "demo", Algorithm: s.name, Params: point, Trial: n, Round: n, Status: result.OK,
		Verdict: result.Verdict{Mode: "trial", OK: true, Images: 3}, Elapsed: 12,
		Memory: result.Memory{Data: 1 << 30, Rest: int64(s.memRest * (1 << 30)),
			Peak: int64((s.memPeak + 0.02*r.Float64()) * (1 << 30))},
	}
	if s.total > 0 {
		for k, at := range []float64{1, 5, 9} {
			addCheckpoint(&t, s, k+1, at+0.02*r.Float64())
		}
	}
	sum := 0.0
	for i := -10; i < 120; i++ {
		b := result.Bucket{Start: 0.1 * float64(i), Elapsed: 0.1 + 0.0004*r.Float64()}
		rate := base * s.rest * (1 + 0.015*r.NormFloat64())
		algo := s.memRest
		for _, c := range t.Checkpoints {
			in := func(from, to float64) float64 { // share of the bucket
				return math.Max(0, math.Min(b.Start+0.1, to)-math.Max(b.Start, from)) / 0.1
			}
			part := (b.Start - c.Trigger) / s.total
			rate *= 1 - (1-s.dip)*(1-0.35*math.Max(0, part))*in(c.Trigger, c.Trigger+c.Total)
			rate *= 1 - in(c.Trigger, c.Trigger+c.Pause)
			if part >= 0 && part <= 1 {
				algo = math.Max(algo, s.memRest+(s.memPeak-s.memRest)*math.Min(1, 3*part))
			}
		}
		b.Commits, b.Algo = uint64(rate*b.Elapsed), int64(algo*(1<<30))
		t.Buckets = append(t.Buckets, b)
		if i >= 0 {
			sum += float64(b.Commits)
		}
	}
	tput := sum / 12
	rel := tput / (base * (1 + 0.004*r.NormFloat64()))
	lost := (1 - rel) * base * 12
	t.Committed, t.Throughput = uint64(sum), &tput
	if s.name == "none" {
		rel, lost = 1, 0
	}
	t.Relative, t.Lost = &rel, &lost
	t.Service = &result.Quantiles{Count: uint64(sum), P50: 900, P90: 1500, P99: 4000, P999: 40000, P9999: 400000,
		Max: uint64(s.tailMax)}
	t.HGRM = madeHGRM(s, r)
	t.Recovery = &result.Recovery{Load: 0.4, FirstTxn: 0.45 + 0.1*r.Float64()}
	return t
}

// addCheckpoint invents the n-th checkpoint, triggered at t seconds.
func addCheckpoint(t *result.Trial, s shape, n int, at float64) {
	c := result.Checkpoint{N: n, Cold: n == 1, Trigger: at, Pause: s.pause, Total: s.total, Wait: 0.02 * s.total,
		Sync: 0.12 * s.total}
	if s.name == "cpr" || s.name == "hourglass" {
		c.Wait = 0.18 * s.total
	}
	c.Write = 0.3 * s.total
	c.Capture = s.total - c.Wait - c.Sync - c.Write
	t.Checkpoints = append(t.Checkpoints, c)
	add := func(at float64, name string) {
		t.Events = append(t.Events, result.Event{At: at, Checkpoint: n, Name: name})
	}
	add(at, "trigger")
	if s.pause > 0 {
		add(at+0.001, "closed")
		add(at+0.001+s.pause, "opened")
	}
	add(at+s.total, "durable")
}

// madeHGRM invents a latency listing: a body round 1 µs and a tail.
func madeHGRM(s shape, r *rand.Rand) []byte {
	var b bytes.Buffer
	const n = 20_000_000
	b.WriteString("       Value     Percentile TotalCount 1/(1-Percentile)\n\n")
	top := math.Log10(n)
	last := 0.0
	for e := 0.0; e <= top+0.01; e += 0.05 {
		v := 600 * math.Pow(10, 0.14*e) * (1 + 0.01*r.Float64())
		if e > s.tailNines {
			part := (e - s.tailNines) / (top - s.tailNines)
			v *= math.Pow(s.tailMax/600/math.Pow(10, 0.14*top), math.Sqrt(math.Min(part, 1)))
		}
		last = math.Max(v, last)
		p := 1 - math.Pow(10, -e)
		fmt.Fprintf(&b, "%12.3f %12f %12d %12s\n", last, p, int64(math.Round(p*n)), strconv.FormatFloat(1/(1-p), 'f', 2, 64))
	}
	fmt.Fprintf(&b, "%12.3f %12f %12d %12s\n#[Max = %12.3f]\n", last, 1.0, int64(n), "inf", last)
	return b.Bytes()
}

// spoil makes one algorithm of e a failed one and another a partial one.
func spoil(e *result.Experiment, failed, partial string) *result.Experiment {
	for i := range e.Trials {
		t := &e.Trials[i]
		switch t.Algorithm {
		case failed:
			t.Status, t.Error = result.Failed, "image 2 is wrong: transaction 5_017 is 50% in the image & half outside"
			t.Throughput, t.Lost, t.Relative, t.Verdict.OK = nil, nil, nil, false
		case partial:
			t.Status, t.Error, t.Buckets = result.Partial, "interrupted", t.Buckets[:70]
		}
	}
	return e
}
