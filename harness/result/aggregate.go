package result

import (
	"slices"
	"sort"
)

// A Row is one algorithm at one matrix point over its trials. A single failed
// trial withholds every figure: an algorithm whose image was wrong once has no
// throughput.
// Each figure is a Stat over trials: the median, and the least and the most.
type Row struct {
	Algorithm string  // as in the table of algorithms
	Params    []Param // the point
	// Those that ran to their end, or interrupted ones where no other is there.
	Trials      int  // that the figures are of
	Partial     bool // no trial ran to its end; the figures are of interrupted ones
	Interrupted int  // trials that were
	Overloaded  int  // of Trials, those of an open loop that did not reach its rate
	Idle        int  // of Trials, those in which nothing committed
	// One is enough: the row has no figures then.
	Failed   int         // trials that failed
	Noisy    int         // of Trials, those that something disturbed
	Worst    Disturbance // the largest disturbance of any of the trials
	Repeats  int         // of noisy trials, which these took the place of
	Repeated []string    // what had disturbed those, each once
	Errors   []string    // of failed and interrupted trials, each once
	Warnings []string    // each once

	Throughput Stat // txn/s
	// Relative is the throughput over none's, and Lost the transactions that a
	// trial has fewer: by the pair where there is one, with its interval over
	// openings, otherwise against none's trial of the same round.
	Relative, Lost Stat
	RelativePaired bool // Relative is by pairs
	// RelativeLog is the throughput over that of none under the same log, where none
	// has no log otherwise: likewise.
	RelativeLog Stat
	Pair        *Pair  // nil where none was measured
	Parts       *Parts // of the pair, and so of none or of none under a log; nil where it has no figures

	// The two must not be compared with each other.
	Open bool // the latencies are response times of an open loop; otherwise service times
	P50  Stat // ns, as are the next three
	P99  Stat // latencies in ns, as P50
	P999 Stat
	Max  Stat

	// Of the same latencies, those between checkpoints and those while an image was
	// captured, ns; and how long after a checkpoint the p99 was back, s, the mean of
	// those after which it was.
	P99Between, P999Between, P99Capturing, P999Capturing, P99Back Stat

	Durability // of what is logged

	Checkpoints int  // complete ones, over all trials
	Pause       Stat // the longest of a trial, s
	// Means over a trial's checkpoints, seconds, without the cold first one
	// where there is another. Wait, Capture, Write and Sync add up to Total
	// within a trial; MeanPause overlaps with them.
	Wait, Capture, Write, Sync, Total, MeanPause Stat
	Stalled                                      Stat // mean likewise: seconds that workers waited in writes, added up

	// Throughput while an image was captured, while no checkpoint was under
	// way, and the one over the other within a trial.
	Capturing, Between, Kept Stat
	// Means over a trial's checkpoints, as above: versions that transactions
	// copied, and their bytes over the data's; of trials that had any.
	Copies, Copied Stat

	LogCost // of what is logged

	Rest Stat // the algorithm's own memory between checkpoints, over the data's
	Peak Stat // the same at most
	GC   Stat // the collector's share of the CPU time
	GCs  Stat // its cycles
	Heap Stat // by how much the Go heap grew, over the data

	Recovery            Stat // to the first transaction, s
	Load, Merge, Replay Stat // s

	Mode   string // how images were verified: trial, full or off
	Images int    // read back and right, over all trials
	How    How    // in which ways
	// How strong the recorded runs are: a fault that is not found says that they see little.
	Planted  int      // faults that were planted beside recorded runs
	Missed   []string // of these, those that were not found
	Verified bool     // in every trial: nothing was wrong, and nothing was left unchecked
	// Judged is Wrong if the images of any trial were, else NotChecked if those of any
	// were not checked, for what is in Unchecked, else Right, or NoImages.
	Judged    string
	Unchecked []string
}

// Measured reports whether r has figures to show.
func (r *Row) Measured() bool { return r.Failed == 0 && r.Trials > 0 }

// Algorithms returns the names in e's trials: those in order first, the others
// after them by name.
// order is that of the table of algorithms; a name that is not in it was measured by another
// version.
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
			// Trials may have been saved in any order.
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
		from := len(rows)
		for _, a := range names {
			if ts := e.At(a, p); len(ts) > 0 {
				rows = append(rows, newRow(ts))
			}
		}
		// Relative figures need the baseline's row of the same point.
		e.pair(rows[from:])
	}
	return rows
}

// newRow makes the row of one algorithm at one point. ts are its trials, at least one.
func newRow(ts []*Trial) Row {
	r := Row{Algorithm: ts[0].Algorithm, Params: ts[0].Params, Mode: ts[0].Verdict.Mode, Verified: true}
	// All trials are asked for what went wrong, counted or not.
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
		r.How = r.How.Plus(t.Verdict.How)
		r.Planted += len(t.Verdict.Controls)
		for _, c := range t.Verdict.Controls {
			if !c.Found {
				r.Missed = appendNew(r.Missed, c.Fault)
			}
		}
		if t.Status == Partial {
			r.Interrupted++
		}
		// Trials of one point that were verified in different ways.
		if t.Verdict.Mode != r.Mode {
			r.Mode = "mixed"
		}
	}
	// Interrupted trials count only where there is no other.
	counted := Counted(ts)
	r.Trials = len(counted)
	for _, t := range ts {
		if t.Status == Failed || slices.Contains(counted, t) {
			r.judge(t)
		}
	}
	for _, t := range counted {
		if t.Overloaded {
			r.Overloaded++
		}
		if t.Idle() {
			r.Idle++
		}
		if t.Disturbed.Noisy() {
			r.Noisy, r.Worst = r.Noisy+1, r.Worst.worse(t.Disturbed)
		}
		r.Repeats += t.Repeats
		for _, why := range t.RepeatedFor {
			r.Repeated = appendNew(r.Repeated, why)
		}
	}
	r.Partial = len(counted) > 0 && counted[0].Status == Partial
	if r.Failed == 0 {
		r.fill(counted)
	}
	return r
}

// judge takes what is known of the images of t, which is counted or failed.
func (r *Row) judge(t *Trial) {
	// From the least to the worst.
	worse := []string{"", NoImages, Right, NotChecked, Wrong}
	judged := t.Judged()
	if slices.Index(worse, judged) > slices.Index(worse, r.Judged) {
		r.Judged = judged
	}
	r.Verified = r.Judged == Right || r.Judged == NoImages
	if judged == NotChecked {
		r.Unchecked = appendNew(r.Unchecked, t.WhyNotChecked())
	}
}

// appendNew appends s unless the list has it.
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
