package regress

import (
	"errors"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

func TestRefused(t *testing.T) {
	every := func(f func(*result.Trial)) shape { return shape{edit: f} }
	zipf := []result.Param{{Key: "zipf", Value: "0.99"}}
	profiled := only("calc", 2, func(t *result.Trial) { t.Profiled = true })
	partial := only("calc", 2, func(t *result.Trial) { t.Status = result.Partial })
	otherHash := every(func(t *result.Trial) { t.ConfigHash = "beef" })
	noRatio := func(t *result.Trial) { t.Relative = nil }
	cases := []struct {
		name       string
		base, head shape
		o          Options
		want       string // in the error; empty: none
	}{
		{"machine", shape{}, shape{machine: "m2"}, Options{}, "--across-machines"},
		{"machine, asked for", shape{}, shape{machine: "m2"}, Options{AcrossMachines: true}, ""},
		{"no ratios across machines", shape{}, shape{machine: "m2", edit: noRatio}, Options{AcrossMachines: true},
			"has no throughput"},
		{"no throughput", shape{}, every(func(t *result.Trial) { t.Relative, t.Throughput = nil, nil }), Options{},
			"has no throughput"},
		{"profiled head", shape{}, every(profiled), Options{}, "profiled"},
		{"profiled base", every(profiled), shape{}, Options{}, "profiled"},
		{"partial head", shape{}, every(partial), Options{}, "interrupted"},
		{"partial base", every(partial), shape{}, Options{IgnoreConfig: true}, "interrupted"},
		{"config", shape{}, otherHash, Options{}, "--ignore-config"},
		{"config, meant", shape{}, otherHash, Options{IgnoreConfig: true}, ""},
		{"config within a side", shape{}, every(only("calc", 2, func(t *result.Trial) { t.ConfigHash = "beef" })), Options{},
			"different configurations"},
		{"workers", shape{}, every(func(t *result.Trial) { t.Workers = 8 }), Options{}, "[2 8] workers"},
		{"workers, meant", shape{}, every(func(t *result.Trial) { t.Workers = 8 }), Options{IgnoreConfig: true}, ""},
		{"point", shape{point: zipf}, shape{}, Options{}, "no trial at zipf=0.99"},
		{"no common point", shape{point: zipf}, shape{}, Options{IgnoreConfig: true}, "no trial at zipf=0.99"},
		{"threshold", shape{}, shape{}, Options{Threshold: 0.31}, "threshold"},
		{"threshold below", shape{}, shape{}, Options{Threshold: -0.1}, "threshold"},
	}
	for _, c := range cases {
		r, err := Compare(NewSide(c.base.make()), NewSide(c.head.make()), c.o)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && r.Regressed():
			t.Errorf("%s: %s", c.name, r.Sentence())
		case c.want != "" && (!errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want ErrCannot with %q", c.name, err, c.want)
		}
	}
	unknown := shape{}.make()
	unknown.Machine.ID = ""
	if _, err := Compare(NewSide(unknown), NewSide(unknown), Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("two unknown machines are one: %v", err)
	}
	if _, err := Compare(NewSide(shape{}.make()),
		NewSide(&result.Experiment{Name: "empty", Machine: result.Machine{ID: "m1"}}), Options{}); !errors.Is(err,
		ErrCannot) {
		t.Errorf("nothing compares with nothing: %v", err)
	}
	merged := shape{}.make()
	merged.Machines = []result.Machine{merged.Machine, {ID: "m2"}}
	for i := range merged.Trials {
		if merged.Trials[i].Round > 3 {
			merged.Trials[i].Machine = "m2"
		}
	}
	if _, err := Compare(NewSide(merged), NewSide(merged), Options{}); !errors.Is(err, ErrCannot) ||
		!strings.Contains(err.Error(), "m1 and m2") {
		t.Errorf("a merged result of two machines: %v", err)
	}
	if _, err := Compare(NewSide(merged), NewSide(merged), Options{AcrossMachines: true}); err != nil {
		t.Errorf("a merged result of two machines, asked for: %v", err)
	}
	part := shape{}.make()
	part.Shard = result.Shard{Index: 1, Of: 2}
	if _, err := Compare(NewSide(part), NewSide(part), Options{}); !errors.Is(err, ErrCannot) ||
		!strings.Contains(err.Error(), "shard 1/2") {
		t.Errorf("a part of an experiment: %v", err)
	}
	mixed := NewSide(shape{}.make(), shape{machine: "m2"}.make())
	if _, err := Compare(mixed, mixed, Options{}); !errors.Is(err, ErrCannot) {
		t.Errorf("one side of two machines: %v", err)
	}
}

// The keys that differ are named, or whoever reads it has to look for them.
func TestRefusedByKey(t *testing.T) {
	const stored = "algorithms: [none]\nworkload: {name: calc}\n"
	base, head := shape{}.make(), shape{edit: func(t *result.Trial) { t.ConfigHash = "beef" }}.make()
	base.Resolved = []byte(stored + "trials: 2\nrecord_size: 100B\n")
	head.Resolved = []byte(stored + "trials: 3\nrecord_size: 200B\n")
	_, err := Compare(NewSide(base), NewSide(head), Options{})
	const want = "are of 2 different configurations: record_size is 100B and 200B; --ignore-config"
	if !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// TestAcross checks that nothing that depends on the machine is compared.
func TestAcross(t *testing.T) {
	slow := shape{machine: "m2", speed: map[string]float64{"none": 0.3}, edit: func(t *result.Trial) {
		if t.Algorithm == "calc" {
			t.Memory.Peak *= 3 // versions pile up on a slower disk
		}
	}}
	r, err := Compare(NewSide(shape{}.make()), NewSide(slow.make()), Options{AcrossMachines: true})
	if err != nil || r.Regressed() {
		t.Fatalf("%v: %v", err, r.Sentence())
	}
	for _, l := range r.Lines {
		ok := l.Metric == ratio || l.Metric == metricRecords || l.Metric == metricBytes ||
			l.Metric == "peak memory" && l.Algorithm != "calc"
		if !ok || l.Algorithm == "none" {
			t.Errorf("compared across machines: %s of %s", l.Metric, l.Algorithm)
		}
	}
	slow.edit = func(t *result.Trial) { t.Memory.Peak *= 2 }
	if r, err = Compare(NewSide(shape{}.make()), NewSide(slow.make()), Options{AcrossMachines: true}); err != nil {
		t.Fatal(err)
	}
	if l := find(t, r, "peak memory", "zigzag"); l.Verdict != Regressed {
		t.Errorf("fixed memory doubled: %+v", l)
	}
}

// TestOtherData changes the size of the data on purpose.
func TestOtherData(t *testing.T) {
	smaller := shape{edit: func(t *result.Trial) {
		t.Records, t.ConfigHash, t.Memory.Data, t.Memory.Peak = 500, "half", t.Memory.Data/2, t.Memory.Peak/2
		for i := range t.Checkpoints {
			t.Checkpoints[i].Records, t.Checkpoints[i].Bytes = 500, 61440
		}
	}}
	r, err := Compare(NewSide(shape{}.make()), NewSide(smaller.make()), Options{IgnoreConfig: true})
	if err != nil || r.Regressed() {
		t.Fatalf("%v: %v", err, r.Sentence())
	}
	n := 0
	for _, l := range r.Lines {
		if l.Metric == metricRecords && l.Verdict == Shown {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d algorithms' images are shown, want 4", n)
	}
}
