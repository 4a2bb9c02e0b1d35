package claims

import (
	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Figure is something that every trial has a number for.
type Figure struct {
	Name string // within a sentence: the NAME of calc is
	Unit string
	// Empty: the trial's own figure. It has to be among the algorithms of the experiment.
	Base string // the algorithm whose trial of the same round it is compared with
	Open bool   // only an open loop has it
	// base is nil where the round has no such trial, or that does not count; figures that need
	// it then have no value.
	of func(t, base *result.Trial) (float64, bool)
	// paired is the figure of a row whose algorithm was measured beside none, in
	// turns; where there is one it is taken in place of what whole trials give.
	// Nil: only whole trials have it.
	paired func(r *result.Row) (result.Stat, bool)
}

// baseline is the algorithm that the others are related to.
const baseline = "none"

// The figures that claims are about.
var (
	// Absolute, so for orders and ratios within a result alone.
	throughput = Figure{Name: "throughput", Unit: "txn/s",
		of: func(t, _ *result.Trial) (float64, bool) { return optional(t.Throughput) }}
	// It was related to none's when the result was written.
	lost = Figure{Name: "number of transactions lost", Base: baseline,
		of:     func(t, _ *result.Trial) (float64, bool) { return optional(t.Lost) },
		paired: func(r *result.Row) (result.Stat, bool) { return r.Lost, r.Lost.N > 0 }}
	overhead = Figure{Name: "time added to a transaction, over none's,", Base: baseline, of: overheadOf,
		paired: pairedOverhead}
	rest   = Figure{Name: "throughput between checkpoints, over none's,", Base: baseline, of: restOf, paired: pairedRest}
	during = Figure{Name: "throughput during checkpoints, over none's,", Base: baseline, of: duringOf,
		paired: pairedDuring}

	// beside is known from turns only.
	beside = Figure{Name: "throughput beside a capture, over none's beside it,", Base: baseline,
		of: func(_, _ *result.Trial) (float64, bool) { return 0, false }, paired: pairedCapture}

	pause      = Figure{Name: "longest pause", Unit: "s", of: pauseOf}
	pauseShare = Figure{Name: "pause over the duration of a checkpoint",
		of: mean(func(c result.Checkpoint) float64 { return c.Pause / c.Total })}
	pausePerGB = Figure{Name: "pause per GB of values", Unit: "s", of: pausePerGBOf}
	wait       = Figure{Name: "wait for the point of consistency", Unit: "s",
		of: mean(func(c result.Checkpoint) float64 { return c.Wait })}
	duration = Figure{Name: "duration of a checkpoint", Unit: "s",
		of: mean(func(c result.Checkpoint) float64 { return c.Total })}
	shifts = Figure{Name: "number of CPR-shift aborts per worker and checkpoint", of: shiftsOf}

	memoryRest = Figure{Name: "memory beside the data at rest", Unit: "x data",
		of: memory(func(m result.Memory) int64 { return m.Rest })}
	memoryPeak = Figure{Name: "memory beside the data at most", Unit: "x data",
		of: memory(func(m result.Memory) int64 { return m.Peak })}

	responseP50 = Figure{Name: "median response time", Unit: "ns", Open: true,
		of: response(func(q *result.Quantiles) uint64 { return q.P50 })}
	responseP90 = Figure{Name: "p90 of the response time", Unit: "ns", Open: true,
		of: response(func(q *result.Quantiles) uint64 { return q.P90 })}
	responseP99 = Figure{Name: "p99 of the response time", Unit: "ns", Open: true,
		of: response(func(q *result.Quantiles) uint64 { return q.P99 })}
	serviceP99 = Figure{Name: "p99 of the service time", Unit: "ns",
		of: service(func(q *result.Quantiles) uint64 { return q.P99 })}
	serviceP50 = Figure{Name: "median service time", Unit: "ns",
		of: service(func(q *result.Quantiles) uint64 { return q.P50 })}
)

// The functions below are figures: what is read of a trial, false where it has none. Some
// of them need none's trial of the same round as well.
func optional(x *float64) (float64, bool) {
	if x == nil {
		return 0, false
	}
	return *x, true
}

func overheadOf(t, _ *result.Trial) (float64, bool) {
	if t.Relative == nil || *t.Relative <= 0 {
		return 0, false
	}
	// Relative is throughput over none's, and time is its inverse: a half is as much time again,
	// 1.
	return 1 / *t.Relative - 1, true
}

// leastBuckets are needed for a throughput within a trial.
const leastBuckets = 3

// restOf is the throughput in the buckets that no checkpoint touches.
func restOf(t, base *result.Trial) (float64, bool) {
	return part(t, base, func(from, to float64) bool {
		for _, c := range t.Checkpoints {
			// A bucket that a checkpoint only touches is not at rest. Checkpoints that were not
			// completed disturb as well, so all count.
			if from < c.Trigger+c.Total && to > c.Trigger {
				return false
			}
		}
		return true
	})
}

// duringOf is the throughput in the buckets that lie within a checkpoint.
func duringOf(t, base *result.Trial) (float64, bool) {
	return part(t, base, func(from, to float64) bool {
		for _, c := range t.Complete() {
			// Only whole buckets: one that overlaps the ends would mix both states. So a short
			// checkpoint has none.
			if from >= c.Trigger && to <= c.Trigger+c.Total {
				return true
			}
		}
		return false
	})
}

// part is the throughput of some buckets, of the base's over its whole run.
func part(t, base *result.Trial, in func(from, to float64) bool) (float64, bool) {
	// A trial without checkpoints has neither a during nor a rest that means anything.
	if base == nil || base.Throughput == nil || *base.Throughput <= 0 || len(t.Checkpoints) == 0 {
		return 0, false
	}
	n, commits, elapsed := 0, 0.0, 0.0
	for _, b := range t.Buckets {
		// Before 0 is the warm-up.
		if b.Start >= 0 && b.Elapsed > 0 && in(b.Start, b.Start+b.Elapsed) {
			n, commits, elapsed = n+1, commits+float64(b.Commits), elapsed+b.Elapsed
		}
	}
	if n < leastBuckets {
		return 0, false
	}
	// Weighted by time, as buckets may differ in length.
	return commits / elapsed / *base.Throughput, true
}

func pauseOf(t, _ *result.Trial) (float64, bool) {
	// Of all checkpoints, the cold first one too: it is the longest that counts. 0 is a figure,
	// if there was an image.
	longest, cs := 0.0, t.Complete()
	for _, c := range cs {
		longest = max(longest, c.Pause)
	}
	return longest, len(cs) > 0
}

// mean is of a trial's checkpoints, without the cold first one where there is
// another.
func mean(get func(result.Checkpoint) float64) func(t, _ *result.Trial) (float64, bool) {
	return func(t, _ *result.Trial) (float64, bool) {
		sum, n := 0.0, 0
		for _, c := range t.Warm() {
			if c.Total > 0 {
				sum, n = sum+get(c), n+1
			}
		}
		// max keeps 0/0 out of a value that n > 0 disclaims; so do those below.
		return sum / float64(max(n, 1)), n > 0
	}
}

func pausePerGBOf(t, base *result.Trial) (float64, bool) {
	x, ok := mean(func(c result.Checkpoint) float64 { return c.Pause })(t, base)
	return x / (float64(max(t.Memory.Data, 1)) / 1e9), ok && t.Memory.Data > 0
}

func shiftsOf(t, _ *result.Trial) (float64, bool) {
	n := t.Workers * len(t.Checkpoints)
	return float64(t.Aborts["cpr shift"]) / float64(max(n, 1)), n > 0
}

func memory(get func(result.Memory) int64) func(t, _ *result.Trial) (float64, bool) {
	return func(t, _ *result.Trial) (float64, bool) {
		return float64(get(t.Memory)) / float64(max(t.Memory.Data, 1)), t.Memory.Data > 0
	}
}

func response(get func(*result.Quantiles) uint64) func(t, _ *result.Trial) (float64, bool) {
	return func(t, _ *result.Trial) (float64, bool) { return quantile(t.Response, get) }
}

func service(get func(*result.Quantiles) uint64) func(t, _ *result.Trial) (float64, bool) {
	return func(t, _ *result.Trial) (float64, bool) { return quantile(t.Service, get) }
}

// quantile is one of the quantiles of q, in ns.
func quantile(q *result.Quantiles, get func(*result.Quantiles) uint64) (float64, bool) {
	if q == nil || q.Count == 0 {
		return 0, false
	}
	return float64(get(q)), true
}

// text writes a value of the figure with its unit.
func (f Figure) text(x float64) string {
	switch {
	case f.Unit == "s" && x < 1 && x > 0:
		return units.Large(1e3*x) + " ms"
	case f.Unit == "ns" && x >= 1e6:
		return units.Large(1e-6*x) + " ms"
	case f.Unit == "ns" && x >= 1e3:
		return units.Large(1e-3*x) + " us"
	case f.Unit == "":
		return units.Large(x)
	}
	return units.Large(x) + " " + f.Unit
}
