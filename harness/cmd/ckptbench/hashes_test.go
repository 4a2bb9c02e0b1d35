package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/config"
)

// The hashes of every experiment's points are those of its configuration as it is
// stored: without them a result could not be held against it.
func TestStoredConfigsHaveTheirHashes(t *testing.T) {
	paths, err := filepath.Glob("../../../configs/*.yaml")
	more, _ := filepath.Glob("../../../configs/*/*.yaml")
	if err != nil || len(paths)+len(more) < 9 {
		t.Fatalf("%d configs, %v", len(paths)+len(more), err)
	}
	for _, path := range append(paths, more...) {
		e, err := config.Load(path, nil, known())
		if err != nil {
			t.Fatal(err)
		}
		resolved, err := e.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		var want []config.PointHash
		for _, c := range e.Cells() {
			want = append(want, config.PointHash{Params: c.Params, Hash: c.Experiment.Hash()})
		}
		got, err := config.PointHashes("resolved.yaml", resolved)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", path, d)
		}
		if ds, err := e.Differences("resolved.yaml", resolved); err != nil || len(ds) > 0 {
			t.Errorf("%s differs from itself: %v, %v", path, ds, err)
		}
	}
}

func TestDifferences(t *testing.T) {
	parse := func(text string) *config.Experiment {
		t.Helper()
		e, err := config.Parse("x.yaml", []byte(text), known())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	old := parse("algorithms: [none, calc]\nduration: 4s\nmatrix: {workload.theta: [0.1, 0.2]}\n" +
		"workload: {name: ycsb-a, distribution: zipf}\n")
	resolved, err := old.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	now := parse("algorithms: [none]\ntrials: 9\nduration: 3s\nmatrix: {workload.theta: [0.3]}\n" +
		"workload: {name: ycsb-a, distribution: zipf}\n")
	got, err := now.Differences("resolved.yaml", resolved)
	want := []config.Difference{{Key: "duration", Old: "4s", New: "3s"},
		{Key: "matrix.workload.theta", Old: "[0.1 0.2]", New: "[0.3]"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}
