package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/compare/gate"
	"ckptbench/harness/compare/remote"
	"ckptbench/harness/config"
)

// TestRegressExit checks the exit statuses of the built program, which CI goes by.
// The turns are far too short to find a slow-down: what fails here are exact
// figures, and what cannot be compared.
func TestRegressExit(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "ckptbench")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	tinier := "algorithms: [none, calc]\n" + tiny
	cfg := write(t, "x.yaml", tinier)
	e, err := config.Parse("x.yaml", []byte(tinier), known())
	if err != nil {
		t.Fatal(err)
	}
	stored := func(name string, bytes float64) string {
		t.Helper()
		path := filepath.Join(dir, name)
		figures := []remote.Figure{{Name: "bytes of image 1", Unit: "B", Value: bytes}}
		goVersion, err := exec.Command("go", "env", "GOVERSION").Output()
		if err != nil {
			t.Fatal(err)
		}
		b := gate.Baseline{ConfigHash: e.Hash(), Commit: "0123456789ab", Go: strings.TrimSpace(string(goVersion)),
			Algorithms: []gate.StoredFigures{{Algorithm: "calc", Exact: figures}}}
		if err := b.Save(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	check := func(want int, say string, args ...string) {
		t.Helper()
		all := append([]string{"regress", cfg, "--quiet", "--slice", "1ms", "--quads", "2", "--time", "1s", "--threshold",
			"30%"}, args...)
		cmd := exec.Command(binary, all...)
		cmd.Env = append(os.Environ(), "TMPDIR="+dir)
		out, _ := cmd.CombinedOutput() // the status is looked at
		if got := cmd.ProcessState.ExitCode(); got != want || !strings.Contains(string(out), say) {
			t.Errorf("regress %v exits %d, want %d with %q:\n%s", args, got, want, say, out)
		}
	}
	both := []string{"--base-binary", binary, "--head-binary", binary}
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho 'ckptbench: unexpected argument slices' >&2\nexit 2\n"),
		0o755); err != nil {
		t.Fatal(err)
	}
	check(1, "bytes of image 1 5 ->", append(both, "--baseline", stored("small.json", 5))...)
	check(2, "base is older or newer than this program", "--base-binary", old, "--head-binary", binary, "--baseline", "")
	check(2, "head is older or newer than this program", "--base-binary", binary, "--head-binary", old, "--baseline", "")
	check(2, "schema 1 holds throughput of another day", append(both, "--baseline", write(t, "b.json", `{"schema":1}`))...)
	check(2, "no algorithm is left", append(both, "--baseline", "", "--only", "crp")...)
	check(2, "a share above 0", append(both, "--threshold", "50%")...)
	left, err := filepath.Glob(filepath.Join(dir, "ckptbench-regress-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
