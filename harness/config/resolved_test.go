package config

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var sameExperiment = cmp.Options{
	cmpopts.IgnoreUnexported(Experiment{}),
}

func TestResolvedRoundTrip(t *testing.T) {
	check := func(text string) {
		t.Helper()
		e := parse(t, text)
		checkRoundTrip(t, e)
		for _, c := range e.Cells() {
			checkRoundTrip(t, c.Experiment)
		}
	}
	check("{}")
	check(example)
	check("workload: {name: calc-long}\nmatrix: {workload.keys: [1, 10]}\n")
	check("matrix:\n  workload.name: [ycsb-a, calc, ycsb-e]\n  wal: [off, sync]\n")
	check("workload: {name: smallbank}\nrecords: 5k\n")
	check("workload: {name: smallbank, distribution: zipf}\n" +
		"matrix: {workload.mix: [full, constant-sum], records: [1k, 2k]}\n")
	check("workload: {name: tpcc, warehouses: 3, mix: calc}\n")
	check("workload: {name: ticks}\nmatrix: {workload.updates_per_tick: [1k, 64k]}\n")
	check("record_size: 200B\nrecords: 1k\nmatrix:\n  workload.name: [ycsb-a, smallbank, tpcc, ticks]\n")
	check("matrix:\n  workload.distribution: [zipf, hotspot, uniform]\nworkload: {read: 1}\n")
	check("experiment: {about: 'null', paper: ' ~ # no comment', expect: {notes: \"\\n a\\n\\n\"}}\n" +
		"checkpoint: {dir: '/x y/{1}'}\n")
	check("seed: 18446744073709551615\n" +
		"workload: {name: custom, rmw: 33.3%, read: 66.7%, distribution: zipf, theta: 1.0000000001}\n")
}

func checkRoundTrip(t *testing.T, e *Experiment) {
	t.Helper()
	text, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("other.yaml", text, known)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := cmp.Diff(e, again, sameExperiment); d != "" {
		t.Errorf("read back it differs:\n%s\n%s", d, text)
	}
	if again.Hash() != e.Hash() {
		t.Errorf("read back its hash differs:\n%s", text)
	}
	var cells, cellsAgain []string
	for _, c := range e.Cells() {
		cells = append(cells, c.String()+c.Experiment.Hash())
	}
	for _, c := range again.Cells() {
		cellsAgain = append(cellsAgain, c.String()+c.Experiment.Hash())
	}
	if !slices.Equal(cells, cellsAgain) {
		t.Errorf("read back its cells differ:\n%s", text)
	}
}

func TestResolvedText(t *testing.T) {
	e := parse(t, "workload: {name: calc}\nmatrix: {records: [1M, 20M]}\n")
	got, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/resolved.yaml"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
}

// Hashes of results that there are stay what they are when keys are added.
func TestHashesStay(t *testing.T) {
	const want = "e4d7016907744aec879738ffcf3394fc844079df282392c446e4625d6423c94b"
	if got := parse(t, "{}").Hash(); got != want {
		t.Errorf("the hash of an empty configuration is %s, was %s: results from before are no longer found", got, want)
	}
}

func TestHash(t *testing.T) {
	hash := func(text string) string { return parse(t, text).Hash() }
	base := hash("{}")
	same := func(text string) {
		t.Helper()
		if hash(text) != base {
			t.Errorf("%q changes the hash", text)
		}
	}
	differs := func(text string) {
		t.Helper()
		if hash(text) == base {
			t.Errorf("%q does not change the hash", text)
		}
	}
	same("experiment: {name: other, about: what}\nalgorithms: [calc]\ntrials: 9\nkeep_images: true\nverify_records: 10k\n")
	same("records: 1e6\nworkload: {name: ycsb-a}\nwarmup: 3000ms\n")
	differs("records: 2M")
	differs("workload: {name: ycsb-b}")
	if hash("workload: {name: smallbank}") == hash("workload: {name: smallbank, mix: constant-sum}") {
		t.Error("a benchmark's mix does not change the hash")
	}
	differs("seed: 2")
	differs("checkpoint: {dir: /elsewhere}")
	differs("matrix: {records: [1M]}")
	// The only point of a matrix is that configuration.
	if cell := parse(t, "matrix: {records: [1M]}").Cells()[0]; cell.Experiment.Hash() != base {
		t.Error("a cell's hash depends on where it comes from")
	}
}
