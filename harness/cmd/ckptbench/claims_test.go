package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/compare/claims"
	"ckptbench/harness/result"
)

// memoryResult saves a result called calc-fig6 in which the memory of calc and
// zigzag is so many times the data.
func memoryResult(t *testing.T, calc, zigzag int64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "calc-fig6")
	if err := result.SaveSetup(dir, result.Experiment{}); err != nil {
		t.Fatal(err)
	}
	for name, peak := range map[string]int64{"calc": calc, "zigzag": zigzag} {
		err := result.Save(dir, result.Trial{Schema: result.Schema, Experiment: "calc-fig6", Algorithm: name,
			Trial: 1, Round: 1,
			Status: result.OK, Verdict: result.Verdict{Mode: "trial", OK: true}, Committed: 1,
			Memory: result.Memory{Data: 100, Peak: 100 * peak}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestClaims(t *testing.T) {
	good, bad := memoryResult(t, 0, 1), memoryResult(t, 1, 2)
	check := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := command(t, append([]string{"claims"}, args...)...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("claims %v: status %d, want %d; said %q, want %q", args, got, status, out+errOut, want)
		}
	}
	check(0, "0 held, 0 not held", "--strict") // with nothing to go by, all say what to run
	check(0, "run configs/paper/calc-fig6.yaml")
	check(0, "3 held, 0 not held", good, "--strict")
	check(0, "2 not held", bad) // a finding is no error
	check(1, "zigzag-memory: does not hold", bad, "--strict")
	check(0, "| not held | zigzag-memory: Zig-Zag", bad, "--format", "markdown")
	check(0, "**`zigzag-memory`** ", bad, "--format", "markdown")
	check(0, "<h3>zigzag-memory</h3>", bad, "--format", "html")
	check(2, "give the directory of one experiment", t.TempDir())
	check(2, "nowhere", "nowhere", "--strict")
	check(2, "nowhere", good, "nowhere")
	note := filepath.Join(t.TempDir(), "README.md") // as results/* names it
	if err := os.WriteFile(note, []byte("# Results"), 0o644); err != nil {
		t.Fatal(err)
	}
	check(0, "passed over 2 files and folders that are no results\n", note, good, t.TempDir())
	check(0, "3 held, 0 not held", note, good, t.TempDir())
	damaged := filepath.Join(bad, "trials", "calc-1", "trial.json")
	if err := os.WriteFile(damaged, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	check(2, "trial.json:1", bad, "--strict") // and what is damaged is no finding
}

func TestClaimsAsJSON(t *testing.T) {
	status, out, errOut := command(t, "claims", "--format", "json", memoryResult(t, 0, 1))
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil || status != 0 {
		t.Fatalf("status %d, %v, %s", status, err, errOut)
	}
	if len(rows) != len(claims.All()) {
		t.Errorf("%d rows of %d claims", len(rows), len(claims.All()))
	}
}

func TestListClaims(t *testing.T) {
	status, out, errOut := command(t, "list", "claims", "--json")
	var rows []map[string]string
	if err := json.Unmarshal([]byte(out), &rows); err != nil || status != 0 {
		t.Fatalf("status %d, %v, %s", status, err, errOut)
	}
	for _, r := range rows {
		if _, err := os.Stat("../../../" + r["experiment"]); err != nil {
			t.Errorf("%s: %v", r["claim"], err)
		}
	}
	if len(rows) != len(claims.All()) {
		t.Errorf("%d rows of %d claims", len(rows), len(claims.All()))
	}
}
