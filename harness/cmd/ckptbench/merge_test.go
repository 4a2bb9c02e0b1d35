package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// A sweep in two parts, as two machines would run it, is the sweep: the same
// trials, each compared with none of its round, in the charts and in the table.
func TestShardsMakeTheWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a sweep")
	}
	dir := t.TempDir()
	results, plots := filepath.Join(dir, "results"), filepath.Join(dir, "plots")
	config := write(t, "tiny.yaml",
		strings.Replace(tiny, "trials: 1", "trials: 2", 1)+"matrix: {workload.keys: [2, 5, 7]}\n")
	for _, shard := range []string{"1/2", "2/2"} {
		status, out, errOut := command(t, "run", config, "--out", results, "--plots", plots, "--only", "none,calc",
			"--shard", shard)
		if status != 0 || !strings.Contains(errOut, "6 trials of 2 algorithms at 2 points") ||
			!strings.Contains(out, "Warning: shard "+shard) {
			t.Fatalf("shard %s: status %d\n%s%s", shard, status, out, errOut)
		}
	}
	if _, err := os.Stat(plots); err == nil {
		t.Error("a shard drew charts, as if it were the whole")
	}
	parts := []string{filepath.Join(results, "tiny.shard-1-of-2"), filepath.Join(results, "tiny.shard-2-of-2")}
	whole := filepath.Join(results, "tiny")
	check := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := command(t, args...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("%v: status %d, want %d; said %q, want %q", args, got, status, out+errOut, want)
		}
	}
	check(2, "shard 2/2 is not among the folders", "merge", whole, parts[0])
	check(2, "not written over", "merge", parts[0], parts[1])
	check(2, "shard 1/2 of tiny; put the parts together", "compare", parts[0], parts[0])
	check(0, "calc", "merge", whole, parts[0], parts[1], "--plots", plots, "--format", "svg")
	check(0, "calc", "report", whole)
	if charts, _ := filepath.Glob(filepath.Join(plots, "tiny-*.svg")); len(charts) == 0 {
		t.Error("no chart of the whole")
	}
	e, err := result.Load(whole)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range e.Trials {
		x := &e.Trials[i]
		names = append(names, result.TrialDir(*x))
		if x.Relative == nil || x.Machine == "" {
			t.Errorf("%s: relative to none %v, machine %q", names[i], x.Relative, x.Machine)
		}
		// Both parts of keys=5 are recorded: each machine's images are judged.
		if first := x.Round == 1 || x.Params[0].Value == "5"; first && x.Algorithm == "calc" && x.Verdict.Transactions == 0 {
			t.Errorf("%s: nothing was recorded for the oracle", names[i])
		}
	}
	var want []string
	for _, keys := range []string{"2", "5", "7"} {
		for _, trial := range []string{"calc-1", "calc-2", "none-1", "none-2"} {
			want = append(want, "workload.keys="+keys+"/"+trial)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("trials %v", names)
	}
}

// A disk that is too small is found before anything runs, by its folder.
func TestTooSmallADisk(t *testing.T) {
	out := t.TempDir()
	config := write(t, "tiny.yaml", tiny)
	status, _, errOut := command(t, "run", config, "--out", out, "--set", "records=100M", "--set", "record_size=1KiB",
		"--set", "keep_images=true",
		"--set", "trials=1000", "--set", "verify=off", "--set", "duration=1h", "--set", "bucket=1s", "--only", "none")
	if where := filepath.Join(out, "tiny"); status != 1 ||
		!strings.Contains(errOut, "run tiny into "+where+": impossible") {
		t.Errorf("status %d: %s", status, errOut)
	}
}

func TestShardMistakes(t *testing.T) {
	config := write(t, "tiny.yaml", tiny)
	check := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := command(t, append([]string{"run", config, "--only", "none", "--out", t.TempDir()}, args...)...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("%v: status %d, want %d; said %q, want %q", args, got, status, out+errOut, want)
		}
	}
	check(2, "counted from 1", "--shard", "0/4")
	check(2, "want i/n", "--shard", "four")
	check(1, "there are 1 units; take at most as many shards", "--shard", "2/4")
	check(1, "give it a number", "--shard", "1/1", "--set", "seed=random")
}

// What one machine began, another does not go on with unasked.
func TestResumeElsewhere(t *testing.T) {
	out := t.TempDir()
	config := write(t, "tiny.yaml", tiny)
	run := func() (int, string) {
		status, _, errOut := command(t, "run", config, "--out", out, "--plots", "", "--only", "none", "--resume", "--set",
			"verify=off")
		return status, errOut
	}
	if status, said := run(); status != 0 {
		t.Fatal(said)
	}
	dir := filepath.Join(out, "tiny")
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	e.Machine.ID = "elsewhere"
	if err := result.SaveSetup(dir, *e); err != nil {
		t.Fatal(err)
	}
	if status, said := run(); status != 1 || !strings.Contains(said, "begun on machine elsewhere") {
		t.Errorf("status %d: %s", status, said)
	}
}
