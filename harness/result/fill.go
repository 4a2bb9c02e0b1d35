package result

import "slices"

// fill takes every figure of the counted trials.
// A trial that does not have a figure does not count for it.
func (r *Row) fill(ts []*Trial) {
	// nil is not measured, and not 0.
	opt := func(get func(*Trial) *float64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			if v := get(t); v != nil {
				return *v, true
			}
			return 0, false
		})
	}
	r.Throughput = opt(func(t *Trial) *float64 { return t.Throughput })
	r.Relative = opt(func(t *Trial) *float64 { return t.Relative })
	r.RelativeLog = opt(func(t *Trial) *float64 { return t.RelativeLog })
	r.Lost = opt(func(t *Trial) *float64 { return t.Lost })
	r.Capturing, r.Between = over(ts, (*Trial).Capturing), over(ts, (*Trial).Between)
	// Within each trial, so that differences between trials cancel.
	r.Kept = over(ts, func(t *Trial) (float64, bool) {
		during, ok1 := t.Capturing()
		between, ok2 := t.Between()
		return during / between, ok1 && ok2 && between > 0
	})
	r.fillLatency(ts)
	r.fillSplit(ts)
	r.fillDurability(ts)
	r.fillCheckpoints(ts)
	r.fillCopies(ts)
	r.fillLogCost(ts)

	// Over the data's bytes, so that databases of different sizes can be compared.
	share := func(get func(Memory) int64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			m := t.Memory
			return float64(get(m)) / float64(max(m.Data, 1)), m.Data > 0
		})
	}
	r.Rest = share(func(m Memory) int64 { return m.Rest })
	r.Peak = share(func(m Memory) int64 { return m.Peak })
	r.GC = over(ts, func(t *Trial) (float64, bool) { return t.GCShare, true })
	r.GCs = over(ts, func(t *Trial) (float64, bool) { return float64(t.GCCycles), true })
	// What the Go heap grew by, which the meters of the algorithms do not see.
	r.Heap = over(ts, func(t *Trial) (float64, bool) {
		m := t.Memory
		return float64(m.HeapPeak-m.HeapRest) / float64(max(m.Data, 1)), m.Data > 0 && m.HeapPeak > 0
	})

	// Not every trial recovers.
	recovery := func(get func(*Recovery) float64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			if t.Recovery == nil {
				return 0, false
			}
			return get(t.Recovery), true
		})
	}
	r.Recovery = recovery(func(x *Recovery) float64 { return x.FirstTxn })
	r.Load = recovery(func(x *Recovery) float64 { return x.Load })
	r.Merge = recovery(func(x *Recovery) float64 { return x.Merge })
	r.Replay = recovery(func(x *Recovery) float64 { return x.Replay })
}

// fillLatency fills in the latencies: response times in an open loop, else service times.
func (r *Row) fillLatency(ts []*Trial) {
	r.Open = slices.ContainsFunc(ts, func(t *Trial) bool { return t.Rate > 0 || t.Response != nil })
	// A median of quantiles: distributions of trials are not added up.
	quantile := func(get func(*Quantiles) uint64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			q := t.Service
			if r.Open {
				q = t.Response
			}
			if q == nil || q.Count == 0 {
				return 0, false
			}
			return float64(get(q)), true
		})
	}
	r.P50 = quantile(func(q *Quantiles) uint64 { return q.P50 })
	r.P99 = quantile(func(q *Quantiles) uint64 { return q.P99 })
	r.P999 = quantile(func(q *Quantiles) uint64 { return q.P999 })
	r.Max = quantile(func(q *Quantiles) uint64 { return q.Max })
}

// fillSplit takes the latencies by what the checkpointer did.
func (r *Row) fillSplit(ts []*Trial) {
	quantile := func(of func(*Trial) *Quantiles, get func(*Quantiles) uint64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			q := of(t)
			if q == nil || q.Count == 0 {
				return 0, false
			}
			return float64(get(q)), true
		})
	}
	between := func(t *Trial) *Quantiles { return t.LatencyBetween }
	capturing := func(t *Trial) *Quantiles { return t.LatencyCapturing }
	p99, p999 := func(q *Quantiles) uint64 { return q.P99 }, func(q *Quantiles) uint64 { return q.P999 }
	r.P99Between, r.P999Between = quantile(between, p99), quantile(between, p999)
	r.P99Capturing, r.P999Capturing = quantile(capturing, p99), quantile(capturing, p999)
	// Checkpoints after which it never came back in time are left out.
	r.P99Back = over(ts, func(t *Trial) (float64, bool) {
		sum, n := 0.0, 0
		for _, c := range t.Warm() {
			if c.Settled != nil {
				sum, n = sum+*c.Settled, n+1
			}
		}
		return sum / float64(max(n, 1)), n > 0
	})
}

// fillCheckpoints fills in what checkpoints took. Only complete ones count.
func (r *Row) fillCheckpoints(ts []*Trial) {
	for _, t := range ts {
		r.Checkpoints += len(complete(t.Checkpoints))
	}
	// The longest pause counts the cold first checkpoint too: a pause is a pause.
	r.Pause = over(ts, func(t *Trial) (float64, bool) {
		longest := 0.0
		for _, c := range complete(t.Checkpoints) {
			longest = max(longest, c.Pause)
		}
		return longest, len(complete(t.Checkpoints)) > 0
	})
	// The first checkpoint touches memory for the first time, and is left out where there is
	// another.
	mean := func(get func(Checkpoint) float64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			cs := warm(complete(t.Checkpoints))
			sum := 0.0
			for _, c := range cs {
				sum += get(c)
			}
			return sum / float64(max(len(cs), 1)), len(cs) > 0
		})
	}
	r.Wait = mean(func(c Checkpoint) float64 { return c.Wait })
	r.Capture = mean(func(c Checkpoint) float64 { return c.Capture })
	r.Write = mean(func(c Checkpoint) float64 { return c.Write })
	r.Sync = mean(func(c Checkpoint) float64 { return c.Sync })
	r.Total = mean(func(c Checkpoint) float64 { return c.Total })
	r.MeanPause = mean(func(c Checkpoint) float64 { return c.Pause })
	r.Stalled = mean(func(c Checkpoint) float64 { return c.Stalled })
}

// fillCopies takes the means of what transactions copied.
// An algorithm that copies nothing has no figure, and not 0.
func (r *Row) fillCopies(ts []*Trial) {
	mean := func(get func(*Trial, Checkpoint) float64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			cs := t.Warm()
			sum, any := 0.0, false
			for _, c := range cs {
				sum += get(t, c)
				any = any || c.Copies > 0
			}
			return sum / float64(max(len(cs), 1)), any
		})
	}
	r.Copies = mean(func(_ *Trial, c Checkpoint) float64 { return float64(c.Copies) })
	r.Copied = mean(func(t *Trial, c Checkpoint) float64 { return float64(c.Copied) / float64(max(t.Memory.Data, 1)) })
}

// over collects one figure of the trials that have it.
// The result has N 0 where none has it.
func over(ts []*Trial, get func(*Trial) (float64, bool)) Stat {
	var vs []float64
	for _, t := range ts {
		if v, ok := get(t); ok {
			vs = append(vs, v)
		}
	}
	return NewStat(vs)
}
