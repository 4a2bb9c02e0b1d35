package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// saved writes a result of six trials in which calc runs at speed, and returns
// its folder.
func saved(t *testing.T, name string, speed float64, edit func(*result.Trial)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	e := result.Experiment{Machine: result.Machine{ID: "m1", Commit: "0123456789ab"}}
	if name == "elsewhere" {
		e.Machine.ID = "m2"
	}
	if err := result.SaveSetup(dir, e); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 6; n++ {
		for algorithm, ratio := range map[string]float64{"none": 1, "calc": 0.9 * speed} {
			ratio += float64(n) / 1000 * (1 - ratio)
			committed := uint64(1e6 * ratio)
			tput := float64(committed)
			x := result.Trial{Schema: result.Schema, Experiment: "x", Algorithm: algorithm, Trial: n, Round: n, ConfigHash: "c",
				Status: result.OK, Verdict: result.Verdict{Mode: "trial", OK: true}, Workers: 2, Records: 10,
				Elapsed: 1, Committed: committed, Throughput: &tput, Relative: &ratio,
				Buckets: []result.Bucket{{Elapsed: 1, Commits: committed}}}
			if edit != nil {
				edit(&x)
			}
			if err := result.Save(dir, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// TestCompareExit checks the exit statuses that CI goes by.
func TestCompareExit(t *testing.T) {
	base := saved(t, "base", 1, nil)
	same, slow, fast := saved(t, "same", 1, nil), saved(t, "slow", 0.85, nil), saved(t, "fast", 1.15, nil)
	elsewhere := saved(t, "elsewhere", 1, nil)
	failed := saved(t, "failed", 1, func(x *result.Trial) {
		if x.Algorithm == "calc" && x.Trial == 3 {
			x.Status, x.Error, x.Verdict.OK, x.Throughput, x.Relative = result.Failed, "image 1 is wrong", false, nil, nil
		}
	})
	profiled := saved(t, "profiled", 1, func(x *result.Trial) { x.Profiled = true })
	other := saved(t, "other", 1, func(x *result.Trial) { x.ConfigHash = "d" })
	damaged := saved(t, "damaged", 0.5, nil)
	if err := os.Truncate(filepath.Join(damaged, "trials", "calc-4", "trial.json"), 100); err != nil {
		t.Fatal(err)
	}
	stored := filepath.Join(t.TempDir(), "b.json")
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "tracked")

	check := func(want int, say string, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		got := ckptbench(context.Background(), append([]string{"compare"}, args...), &stdout, &stderr)
		if got != want || !strings.Contains(stdout.String()+stderr.String(), say) {
			t.Errorf("compare %v exits %d, want %d with %q:\n%s%s", args, got, want, say, stdout.String(), stderr.String())
		}
		if want == exitUsage && stdout.Len() > 0 {
			t.Errorf("compare %v: output although it cannot compare: %s", args, stdout.String())
		}
	}
	check(0, "Same or better", base, same)
	check(exitWrong, "Regressed: calc", base, slow)
	check(0, "Same or better", base, slow, "--threshold", "20%")
	check(0, "Better: calc", base, fast)
	check(exitWrong, "image 1 is wrong", base, failed)
	check(0, "Same or better", base+","+same, same+","+base)
	check(exitWrong, "| REGRESSED", base, slow, "--format", "markdown")
	check(exitWrong, `"verdict": "regressed"`, base, slow, "--format", "json")

	check(exitUsage, "--across-machines", base, elsewhere)
	check(exitUsage, "--across-machines", base+","+elsewhere, same)
	check(0, "Different machines", base, elsewhere, "--across-machines")
	check(exitUsage, "profiled", base, profiled)
	check(exitUsage, "--ignore-config", base, other)
	check(0, "Same or better", base, other, "--ignore-config")
	check(exitUsage, "calc-4", base, damaged)
	check(exitUsage, "calc-4", damaged, base)
	check(exitUsage, "calc-4", base, same+","+damaged)
	check(exitUsage, "twice", base+","+base, same)
	check(exitUsage, "no such file", base, filepath.Join(base, "absent"))
	check(exitUsage, "name BASE and HEAD", base)
	check(exitUsage, "--threshold", base, same, "--threshold", "5")
	check(exitUsage, "--threshold", base, same, "--threshold", "much")
	check(exitUsage, "format", base, same, "--format", "html")

	check(0, "", base, "--write-baseline", stored)
	check(0, "Same or better", stored, same)
	check(exitUsage, "--across-machines", stored, elsewhere)
	check(0, "Same or better", stored, elsewhere, "--across-machines", "--threshold=10%")
	check(exitWrong, "Regressed: calc", stored, slow)
	check(exitUsage, "only be the base", same, stored)
	check(exitUsage, "broken.json", broken, same)
	check(exitUsage, "image 1 is wrong", failed, "--write-baseline", stored+"2")
	check(exitUsage, "single result", base, same, "--write-baseline", stored)
	check(exitUsage, "is a baseline", stored, "--export", out)
	check(exitWrong, "Regressed", base, slow, "--export", out)
	check(0, "", base, "--export", out)
	check(exitUsage, "export", base, slow, "--export", filepath.Join(stored, "below-a-file"))
	for _, name := range []string{"bigger-is-better.json", "smaller-is-better.json", "bencher.json"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(fmt.Errorf("export: %w", err))
		}
	}
}
