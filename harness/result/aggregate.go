package result

import (
	"slices"
	"sort"
)

// A Row is one algorithm at one matrix point over its trials. A single failed
// trial withholds every figure: an algorithm whose image was wrong once has no
// throughput.
type Row struct {
	Algorithm string
	Params    []Param
	Trials    int  // that the figures are of
	Partial   bool // no trial ran to its end; the figures are of interrupted ones
	Failed    int  // trials that failed
	Noisy     int  // of Trials, those that something disturbed
	Worst     Disturbance
	Errors    []string // of failed and interrupted trials, each once
	Warnings  []string // each once

	Throughput Stat // txn/s
	Relative   Stat // throughput over none's of the same round
	Lost       Stat // transactions, against none of the same round

	Open bool // the latencies are response times of an open loop; else service times
	P50  Stat // ns, as are the next three
	P99  Stat
	P999 Stat
	Max  Stat

	Durability // of what is logged

	Checkpoints int  // complete ones, over all trials
	Pause       Stat // the longest of a trial, s
	// Means over a trial's checkpoints, seconds, without the cold first one
	// where there is another. Wait, Capture, Write and Sync add up to Total
	// within a trial; MeanPause overlaps with them.
	Wait, Capture, Write, Sync, Total, MeanPause Stat
	Stalled                                      Stat // mean likewise: seconds that workers waited in writes, added up

	Rest Stat // the algorithm's own memory between checkpoints, over the data's
	Peak Stat // the same at most
	GC   Stat // the collector's share of the CPU time
	Heap Stat // by how much the Go heap grew, over the data

	Recovery            Stat // to the first transaction, s
	Load, Merge, Replay Stat // s

	Mode     string // how images were verified: trial, full or off
	Images   int    // read back and right, over all trials
	Verified bool   // in every trial
}

// Measured reports whether r has figures to show.
func (r *Row) Measured() bool { return r.Failed == 0 && r.Trials > 0 }

// Algorithms returns the names in e's trials: those in order first, the others
// after them by name.
func (e *Experiment) Algorithms(order []string) []string {
	var names []string
	for i := range e.Trials {
		if a := e.Trials[i].Algorithm; !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	rank := func(a string) int {
		if i := slices.Index(order, a); i >= 0 {
			return i
		}
		return len(order)
	}
	sort.Slice(names, func(i, j int) bool {
		if x, y := rank(names[i]), rank(names[j]); x != y {
			return x < y
		}
		return names[i] < names[j]
	})
	return names
}

// At returns the trials of one algorithm at one matrix point, by number.
func (e *Experiment) At(algorithm string, point []Param) []*Trial {
	var out []*Trial
	for i := range e.Trials {
		t := &e.Trials[i]
		if t.Algorithm == algorithm && slices.Equal(t.Params, point) {
			out = append(out, t)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Trial < out[j].Trial })
	return out
}

// Aggregate returns a row per matrix point and algorithm, in the order of
// Points and Algorithms.
func (e *Experiment) Aggregate(order []string) []Row {
	var rows []Row
	names := e.Algorithms(order)
	for _, p := range e.Points() {
		for _, a := range names {
			if ts := e.At(a, p); len(ts) > 0 {
				rows = append(rows, newRow(ts))
			}
		}
	}
	return rows
}

func newRow(ts []*Trial) Row {
	r := Row{Algorithm: ts[0].Algorithm, Params: ts[0].Params, Mode: ts[0].Verdict.Mode, Verified: true}
	for _, t := range ts {
		if t.Status == Failed {
			r.Failed++
		}
		if t.Error != "" {
			r.Errors = appendNew(r.Errors, t.Error)
		}
		for _, w := range t.Warnings {
			r.Warnings = appendNew(r.Warnings, w)
		}
		r.Images += t.Verdict.Images
		r.Verified = r.Verified && t.Verdict.OK
		if t.Verdict.Mode != r.Mode {
			r.Mode = "mixed"
		}
	}
	counted := Counted(ts)
	r.Trials = len(counted)
	for _, t := range counted {
		if t.Disturbed.Noisy() {
			r.Noisy, r.Worst = r.Noisy+1, r.Worst.worse(t.Disturbed)
		}
	}
	r.Partial = len(counted) > 0 && counted[0].Status == Partial
	if r.Failed == 0 {
		r.fill(counted)
	}
	return r
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Counted returns the trials that ran to their end, or, if there is none, the
// interrupted ones.
func Counted(ts []*Trial) []*Trial {
	for _, status := range []string{OK, Partial} {
		var out []*Trial
		for _, t := range ts {
			if t.Status == status {
				out = append(out, t)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// fill takes every figure of the counted trials.
func (r *Row) fill(ts []*Trial) {
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
	r.Lost = opt(func(t *Trial) *float64 { return t.Lost })
	r.fillLatency(ts)
	r.fillDurability(ts)
	r.fillCheckpoints(ts)

	share := func(get func(Memory) int64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			m := t.Memory
			return float64(get(m)) / float64(max(m.Data, 1)), m.Data > 0
		})
	}
	r.Rest = share(func(m Memory) int64 { return m.Rest })
	r.Peak = share(func(m Memory) int64 { return m.Peak })
	r.GC = over(ts, func(t *Trial) (float64, bool) { return t.GCShare, true })
	r.Heap = over(ts, func(t *Trial) (float64, bool) {
		m := t.Memory
		return float64(m.HeapPeak-m.HeapRest) / float64(max(m.Data, 1)), m.Data > 0 && m.HeapPeak > 0
	})

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

func (r *Row) fillLatency(ts []*Trial) {
	r.Open = slices.ContainsFunc(ts, func(t *Trial) bool { return t.Response != nil })
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

func (r *Row) fillCheckpoints(ts []*Trial) {
	for _, t := range ts {
		r.Checkpoints += len(complete(t.Checkpoints))
	}
	r.Pause = over(ts, func(t *Trial) (float64, bool) {
		longest := 0.0
		for _, c := range complete(t.Checkpoints) {
			longest = max(longest, c.Pause)
		}
		return longest, len(complete(t.Checkpoints)) > 0
	})
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

// complete leaves out checkpoints that came to nothing.
func complete(cs []Checkpoint) []Checkpoint {
	var out []Checkpoint
	for _, c := range cs {
		if c.Error == "" {
			out = append(out, c)
		}
	}
	return out
}

// warm leaves out the cold first checkpoint, if another is left.
func warm(cs []Checkpoint) []Checkpoint {
	var out []Checkpoint
	for _, c := range cs {
		if !c.Cold {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return cs
	}
	return out
}

// over collects one figure of the trials that have it.
func over(ts []*Trial, get func(*Trial) (float64, bool)) Stat {
	var vs []float64
	for _, t := range ts {
		if v, ok := get(t); ok {
			vs = append(vs, v)
		}
	}
	return NewStat(vs)
}
