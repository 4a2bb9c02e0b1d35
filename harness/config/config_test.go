package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const example = `
experiment:
  about: "Throughput while a checkpoint is taken: how deep is the dip?"
  paper: CALC, figure 2
  expect: {minutes: 12.5, disk: 2GiB, notes: "4 cores\nand a disk"}
algorithms: [none, calc, push]
records: 2e6
record_size: 128
index: hash
workload:
  name: calc
  distribution: zipf
  abort: 0.5%
  long: {share: 0.001%, keys: 10_000, hold: 2s}
rate: 70%
duration: 1m30s
checkpoint:
  interval: back-to-back
  disk_rate: 100MiB/s
seed: random
matrix:
  workload.theta: [0, 0.99]
  checkpoint.streams:
    - 1
    - 4
  records: [1M, 1_500_000]
`

func parse(t *testing.T, text string) *Experiment {
	t.Helper()
	e, err := Parse("configs/fig2.yaml", []byte(strings.Replace(text, "records: 2e6\n", "", 1)), known)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestParse(t *testing.T) {
	e := parse(t, example)
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	check("name", e.Info.Name, "fig2")
	check("about", e.Info.About, "Throughput while a checkpoint is taken: how deep is the dip?")
	check("notes", e.Info.Expect.Notes, "4 cores\nand a disk")
	check("minutes", e.Info.Expect.Minutes, Number(12.5))
	check("algorithms", e.Algorithms, []string{"none", "calc", "push"})
	check("record_size", e.RecordSize, Sizes{128, 128})
	check("index", e.Index, IndexHash)
	check("rate", e.Rate, Rate{Percent: 70})
	check("duration", time.Duration(e.Duration), 90*time.Second)
	check("interval", e.Checkpoint.Interval, Duration(0))
	check("disk_rate", e.Checkpoint.DiskRate, Bandwidth(100<<20))
	check("seed", e.Seed, Seed{Random: true})
	check("abort", e.Workload.Abort, 0.005)
	check("long.share", *e.Workload.Long.Share, 1e-5)
	check("long.hold", *e.Workload.Long.Hold, 2*time.Second)
	check("preset's rmw", *e.Workload.RMW, 1.0)
	check("default warmup", e.Warmup, seconds(3))
	check("matrix", e.Matrix, []Sweep{
		{"workload.theta", []string{"0", "0.99"}},
		{"checkpoint.streams", []string{"1", "4"}},
		{"records", []string{"1M", "1500k"}},
	})
}

func TestDefaults(t *testing.T) {
	e, err := Parse("x.yaml", []byte("{}"), known)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.Algorithms, known.names(Algorithm.byDefault)) {
		t.Errorf("algorithms are %v", e.Algorithms)
	}
	if e.Workload.Name != defaultPreset || *e.Workload.Read != 0.5 {
		t.Errorf("the workload is %+v", e.Workload)
	}
	if cells := e.Cells(); len(cells) != 1 || len(cells[0].Params) != 0 || cells[0].Experiment.Hash() != e.Hash() {
		t.Errorf("without a matrix there are the cells %v", cells)
	}
	e.Algorithms[0] = "changed"
	if known.Algorithms[0].Name == "changed" {
		t.Error("the caller's default algorithms are shared")
	}
}

// What the workload says about itself is in its own words; ours are the key
// and the line.
func TestWorkloadProblems(t *testing.T) {
	check := func(input string, want ...string) {
		t.Helper()
		got := strings.Split(messages(input), "\n")
		if len(got) != len(want) {
			t.Fatalf("%q gives %q, want %d problems", input, got, len(want))
		}
		for i, prefix := range want {
			if !strings.HasPrefix(got[i], prefix) {
				t.Errorf("%q gives %q, want it to begin %q", input, got[i], prefix)
			}
		}
	}
	check("workload:\n  name: calc\n  theta: 0.9\n", "configs/x.yaml:3: workload.theta: 0.9 ")
	check("workload:\n  name: custom\n  read: 50%\n  update: 70%\n", "configs/x.yaml:2: workload: ")
	check("records: 1k\nworkload:\n  theta: 0.9\n", "configs/x.yaml:3: workload", "configs/x.yaml:3: workload.theta: 0.9 ")
	check("workload: {name: calc, distribution: ycsb-zipf}\nmatrix:\n  workload.theta: [0.5, 1.5]\n",
		"configs/x.yaml:3: workload.theta: 1.5 ")
	check("workload: {name: calc, keys: 2M}\nrecords: 1G\n", "configs/x.yaml:1: workload.keys: 2000000 ",
		"configs/x.yaml:1: workload.long.keys: 2000000 ")
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "smoke.yaml")
	if err := os.WriteFile(path, []byte("records: 1M\nduration: 1s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// Neither the file nor the first set is right without the second.
	e, err := Load(path, []string{"checkpoint.first=200ms", "algorithms=none, calc"}, known)
	if err != nil {
		t.Fatal(err)
	}
	if e.Info.Name != "smoke" || e.Records != 1_000_000 || !slices.Equal(e.Algorithms, []string{"none", "calc"}) {
		t.Errorf("got %+v", e)
	}
	if _, err := Load(path+"x", nil, known); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Load(filepath.Dir(path), nil, known); err == nil {
		t.Error("a directory is no error")
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("#\n", maxFile/2+1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, nil, known); err == nil || !strings.Contains(err.Error(), "at most 262144") {
		t.Errorf("a large file: %v", err)
	}
}

// A list as long as a file may be is refused before its values are compared.
func TestLongMatrix(t *testing.T) {
	got := messages("matrix:\n  seed: [" + strings.Repeat("1,", maxPoints+1) + "]\n")
	if want := "configs/x.yaml:2: matrix: seed has more than 10000 values (the limit)"; got != want {
		t.Errorf("got %.200s", got)
	}
}

// A word stands for a list, in the file and laid over it, and the resolved
// experiment names each.
func TestAlgorithmsByWord(t *testing.T) {
	check := func(want []string, text string, sets ...string) {
		t.Helper()
		e := parse(t, text)
		if err := e.Set(sets...); err != nil {
			t.Error(err)
		}
		if !slices.Equal(e.Algorithms, want) {
			t.Errorf("%s %v: %v, want %v", text, sets, e.Algorithms, want)
		}
	}
	check(known.names(Algorithm.byAll), "algorithms: all")
	check(known.names(Algorithm.byDefault), "algorithms: default")
	check(known.names(Algorithm.byAll), "algorithms: [calc]", "algorithms=all")
	check(known.names(Algorithm.byDefault), "algorithms: all", "algorithms=default")
	check([]string{"push"}, "algorithms: all", "algorithms=push")
	e := parse(t, "algorithms: all")
	e.Algorithms[0] = "changed"
	if known.Algorithms[0].Name == "changed" {
		t.Error("an experiment shares the list of what is known")
	}
	if text, err := parse(t, "algorithms: all").Resolved(); err != nil || !strings.Contains(string(text), "calc, cpr]") {
		t.Errorf("%v: the resolved experiment does not name each: %s", err, text)
	}
	none := Known{[]Algorithm{{Name: "calc", Default: true}}}
	if _, err := Parse("x.yaml", []byte("algorithms: all"), none); err == nil ||
		!strings.Contains(err.Error(), "none is known to be in all") {
		t.Errorf("all of nothing: %v", err)
	}
}
