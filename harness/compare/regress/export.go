package regress

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A tracked figure is an entry of github-action-benchmark's custom formats.
// The names of the fields are the tracker's.
type tracked struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	Range string  `json:"range,omitempty"`
	Extra string  `json:"extra,omitempty"`
}

// A measure is a figure in Bencher's metric format.
type measure struct {
	Value float64 `json:"value"`
	Lower float64 `json:"lower_value"`
	Upper float64 `json:"upper_value"`
}

// An exported figure goes under one name to each tracker.
type exported struct {
	// The slug is what Bencher calls the measure. Both names are what a tracker's history hangs
	// on: a new name begins a new history.
	name, slug, unit string // Bencher knows the units of "latency" (ns) and "throughput"
	bigger           bool   // is better
	// From the unit of a result, mostly s, to the tracker's.
	scale float64
	// A figure without values, N 0, is left out.
	get func(*result.Row) result.Stat
}

// The order is that of the entries in the files of github-action-benchmark.
var exports = []exported{
	{"throughput", "throughput", "txn/s", true, 1, func(r *result.Row) result.Stat { return r.Throughput }},
	{"throughput over none's", "relative-throughput", "ratio", true, 1,
		func(r *result.Row) result.Stat { return r.Relative }},
	{"p50", "latency", "ns", false, 1, func(r *result.Row) result.Stat { return r.P50 }},
	{"p99.9", "latency-p99-9", "ns", false, 1, func(r *result.Row) result.Stat { return r.P999 }},
	{"longest pause", "pause", "ns", false, 1e9, func(r *result.Row) result.Stat { return r.Pause }},
	{"checkpoint", "checkpoint", "ns", false, 1e9, func(r *result.Row) result.Stat { return r.Total }},
	{"recovery", "recovery", "ns", false, 1e9, func(r *result.Row) result.Stat { return r.Recovery }},
	{"peak memory", "peak-memory", "× data", false, 1, func(r *result.Row) result.Stat { return r.Peak }},
}

// Export writes e's medians into dir for the common trackers:
// bigger-is-better.json and smaller-is-better.json for github-action-benchmark
// (customBiggerIsBetter and customSmallerIsBetter; its tool "go" would take
// throughput for a cost), bencher.json for Bencher. Algorithms with a failed
// trial, or none that ran to its end, are left out; the ranges are those of
// result.Stat.
func Export(e *result.Experiment, dir string) error {
	// Not nil: an empty file must be [] in JSON, not null.
	bigger, smaller := []tracked{}, []tracked{}
	bencher := map[string]map[string]measure{}
	// A row for each algorithm at each point.
	for _, r := range e.Aggregate(nil) {
		if !r.Measured() || r.Partial {
			continue
		}
		name := exportName(e, &r)
		for _, x := range exports {
			s := x.get(&r)
			// Absent, not 0: a tracker would take 0 for an improvement or a disaster.
			if s.N == 0 {
				continue
			}
			t := x.tracked(name, s, e)
			if x.bigger {
				bigger = append(bigger, t)
			} else {
				smaller = append(smaller, t)
			}
			if bencher[name] == nil {
				bencher[name] = map[string]measure{}
			}
			// Bounds go with every value, also with that of a single trial.
			bencher[name][x.slug] = measure{Value: t.Value, Lower: x.value(s.Lo), Upper: x.value(s.Hi)}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for file, v := range map[string]any{"bigger-is-better.json": bigger, "smaller-is-better.json": smaller,
		"bencher.json": bencher} {
		data, err := json.MarshalIndent(v, "", "  ")
		if err == nil {
			// Each file is replaced whole; the three together are not one step.
			err = replaceFile(filepath.Join(dir, file), append(data, '\n'))
		}
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// value turns a figure into the tracker's unit; nanoseconds are whole.
func (x exported) value(v float64) float64 {
	if x.unit == "ns" {
		return math.Round(v * x.scale)
	}
	return v * x.scale
}

// exportName is "ckpt/calc/regress", and in a matrix "ckpt/calc/regress/zipf=0.99".
func exportName(e *result.Experiment, r *result.Row) string {
	// The algorithm comes before the experiment.
	parts := []string{"ckpt", units.OneLine(r.Algorithm), units.OneLine(e.Name)}
	if len(r.Params) > 0 {
		parts = append(parts, result.PointName(r.Params))
	}
	return strings.Join(parts, "/")
}

func (x exported) tracked(name string, s result.Stat, e *result.Experiment) tracked {
	t := tracked{Name: name + "/" + x.name, Unit: x.unit, Value: x.value(s.Median), Extra: fmt.Sprintf("n=%d", s.N)}
	if s.N > 1 {
		// One number for both sides, so that of an uneven range only half its width is told; the
		// range itself is in Extra.
		t.Range = "± " + units.Digits((s.Hi-s.Lo)/2*x.scale)
		t.Extra += ", range is half of " + s.Range()
	}
	if m := e.Machine; m.Commit != "" {
		t.Extra += ", commit=" + units.OneLine(m.Commit)
	}
	if ids := strings.Join(e.MachineIDs(), "+"); ids != "" {
		t.Extra += ", machine=" + units.OneLine(ids)
	}
	return t
}
