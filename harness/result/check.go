package result

import (
	"errors"
	"fmt"
	"math"
)

// Check returns the first thing in t that a result must not hold: a number that
// is not finite, an unknown status, figures of a failed trial. Save and Load
// both ask, so that what was written can be read.
// It looks at one trial alone; agrees compares its figures with each other.
func (t *Trial) Check() error {
	switch {
	case t.Schema < 1 || t.Schema > Schema:
		return fmt.Errorf("schema is %d, want 1 to %d", t.Schema, Schema)
	case t.Schema == 1 && t.Machine != "":
		return errors.New("machine is a key of schema 2, and schema is 1")
	case t.Algorithm == "":
		return errors.New("algorithm is empty")
	case t.Trial < 1:
		return fmt.Errorf("trial is %d, want 1 or more", t.Trial)
	case t.Status != OK && t.Status != Partial && t.Status != Failed:
		return fmt.Errorf("status is %q, want %s, %s or %s", t.Status, OK, Partial, Failed)
	case t.Status == Failed && (t.Throughput != nil || t.Relative != nil || t.RelativeLog != nil || t.Lost != nil):
		return errors.New("a failed trial must not carry a throughput")
	case t.Status == Failed && t.Bulk != nil:
		return errors.New("a failed trial must not carry the figures of its messages")
	}
	for _, p := range t.Params {
		if p.Key == "" {
			return errors.New("a parameter without a name")
		}
	}
	if name := firstNotFinite(t.numbers()); name != "" {
		return fmt.Errorf("%s is not a finite number", name)
	}
	return t.checkSeries()
}

// checkSeries checks what goes to the CSV files.
// The times of buckets ascend, as charts and sums rely on it.
func (t *Trial) checkSeries() error {
	for i, b := range t.Buckets {
		switch {
		case firstNotFinite([]number{{"", b.Start}, {"", b.Elapsed}}) != "" || b.Elapsed < 0:
			return fmt.Errorf("bucket %d has start %v and elapsed %v", i, b.Start, b.Elapsed)
		case i > 0 && b.Start < t.Buckets[i-1].Start:
			return fmt.Errorf("bucket %d starts before the one above", i)
		}
	}
	for i, e := range t.Events {
		if math.IsNaN(e.At) || math.IsInf(e.At, 0) {
			return fmt.Errorf("event %d is at %v", i, e.At)
		}
		if err := checkEventName(e.Name); err != nil {
			return fmt.Errorf("name of event %d %w", i, err)
		}
	}
	return nil
}

// A number is a figure with the name that it has in the file, to be checked.
type number struct {
	name string
	v    float64
}

// numbers lists every float of trial.json by its JSON name.
// JSON has no infinity and no NaN, so one would make the file unreadable.
func (t *Trial) numbers() []number {
	ns := []number{{"elapsed_s", t.Elapsed}, {"durable_wait_s", t.DurableWait}, {"never_durable_oldest_s", t.NeverOldest},
		{"gc_share", t.GCShare}}
	opt := func(name string, v *float64) {
		if v != nil {
			ns = append(ns, number{name, *v})
		}
	}
	opt("throughput_txn_s", t.Throughput)
	opt("lost_txn", t.Lost)
	opt("relative_to_none", t.Relative)
	opt("relative_to_none_with_log", t.RelativeLog)
	for _, c := range t.Checkpoints {
		at := func(field string) string { return fmt.Sprintf("checkpoint %d: %s", c.N, field) }
		ns = append(ns, number{at("trigger_s"), c.Trigger}, number{at("wait_s"), c.Wait}, number{at("pause_s"), c.Pause},
			number{at("capture_s"), c.Capture}, number{at("write_s"), c.Write}, number{at("sync_s"), c.Sync},
			number{at("total_s"), c.Total}, number{at("stalled_s"), c.Stalled})
	}
	if r := t.Recovery; r != nil {
		ns = append(ns, number{"recovery: load_s", r.Load}, number{"recovery: merge_s", r.Merge},
			number{"recovery: replay_s", r.Replay}, number{"recovery: first_txn_s", r.FirstTxn})
	}
	if b := t.Bulk; b != nil {
		ns = append(ns, number{"bulk: put_s", b.Elapsed})
	}
	if c := t.Collapse; c != nil {
		ns = append(ns, number{"collapse: time_s", c.Time})
	}
	return ns
}

// firstNotFinite returns the name of the first NaN or infinity ("?" if it has
// none), or "".
func firstNotFinite(ns []number) string {
	for _, n := range ns {
		if math.IsNaN(n.v) || math.IsInf(n.v, 0) {
			if n.name == "" {
				return "?"
			}
			return n.name
		}
	}
	return ""
}
