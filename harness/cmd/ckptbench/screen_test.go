package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ckptbench/harness/bench"
	"ckptbench/harness/result"
)

// Figures of progress have three digits and the unit that goes with them.
func TestProgressLine(t *testing.T) {
	check := func(p bench.Progress, want string) {
		t.Helper()
		if got := progressLine(p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(bench.Progress{Trial: 2, Trials: 7, Algorithm: "naive-copy", Doing: "loading"}, "[2/7 naive-copy]  loading")
	check(bench.Progress{Trial: 2, Trials: 7, Algorithm: "calc", Point: "records=1M", Doing: "warm-up",
		Bucket: result.Bucket{Start: -1, Elapsed: 0.1, Commits: 6000, P50: 46_079, P999: 281_018_367},
		Left:   162 * time.Second},
		"[2/7 calc records=1M]  60.0 k txn/s  p50 46.1 µs p99.9 281 ms  warm-up  2m42s left")
	check(bench.Progress{Trial: 1, Trials: 1, Algorithm: "calc",
		Bucket: result.Bucket{Start: 1, Elapsed: 0.5, Commits: 1_000_000, P50: 880_804_000, P999: 1_702_887_000}},
		"[1/1 calc]    1.5s  2.00 M txn/s  p50 881 ms p99.9 1.70 s")
}

func TestWantsColour(t *testing.T) {
	check := func(want bool, env map[string]string) {
		t.Helper()
		if got := wantsColour(func(name string) string { return env[name] }); got != want {
			t.Errorf("%v: %v", env, got)
		}
	}
	check(true, map[string]string{"TERM": "xterm"})
	check(true, map[string]string{"NO_COLOR": ""})
	check(false, map[string]string{"NO_COLOR": "1"})
	check(false, map[string]string{"TERM": "dumb"})
}

// Listings are no wider than the terminal.
func TestListFits(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		t.Setenv("COLUMNS", fmt.Sprint(width))
		for _, what := range []string{"algorithms", "workloads", "experiments", "charts", "columns", "formats", "keys",
			"claims"} {
			status, out, errOut := command(t, "list", what, "--configs", "../../../configs")
			if status != 0 {
				t.Fatal(errOut)
			}
			for line := range strings.Lines(out) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "-\n")); n > width {
					t.Errorf("list %s in %d columns: %d: %s", what, width, n, line)
					break
				}
			}
		}
	}
}

// A listing can be cut down to what one looks for.
func TestListFilter(t *testing.T) {
	status, out, errOut := command(t, "list", "keys", "Checkpoint.")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != 0 || len(lines) < 5 {
		t.Fatalf("status %d: %s%s", status, out, errOut)
	}
	for _, line := range lines[2:] {
		if !strings.HasPrefix(line, "checkpoint.") {
			t.Errorf("a line of another key: %s", line)
		}
	}
	// The word is in no key's name, and in what some mean.
	status, out, _ = command(t, "list", "keys", "o_direct")
	if status != 0 || !strings.Contains(out, "checkpoint.direct") || strings.Contains(out, "records ") {
		t.Errorf("status %d: %s", status, out)
	}
	status, out, _ = command(t, "list", "algorithms", "calc", "--json")
	if status != 0 || strings.Contains(out, "zigzag\"") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestVersion(t *testing.T) {
	status, out, _ := command(t, "version")
	if status != 0 || !strings.HasPrefix(out, "ckptbench ") || !strings.Contains(out, ", go1.") ||
		strings.Count(out, "\n") != 1 {
		t.Errorf("status %d: %q", status, out)
	}
}

// A config may come from a pipe.
func TestConfigFromStdin(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe, "run", "-", "--dry-run", "--out", t.TempDir())
	c.Env, c.Stdin = append(os.Environ(), asCommand+"=1"), strings.NewReader(tiny)
	if out, err := c.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "stdin: ") {
		t.Errorf("%v: %s", err, out)
	}
}

// A name that is like no experiment's gets the nearest ones, and not all.
func TestWrongNameGetsFew(t *testing.T) {
	_, _, errOut := command(t, "run", "../../../configs/qqqqqq.yaml")
	if n := strings.Count(errOut, ".yaml,") + strings.Count(errOut, ".yaml;"); n != nearNames ||
		!strings.Contains(errOut, "ckptbench list experiments") {
		t.Errorf("%d names: %s", n, errOut)
	}
	if _, _, errOut := command(t, "validate", "../../../configs"); strings.Count(errOut, ".yaml") > nearNames+1 ||
		!strings.Contains(errOut, "more") {
		t.Errorf("of a folder: %s", errOut)
	}
}

// A file that is only called like a log is none, and a result without images says how to have some.
func TestVerifyNothing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"log-compaction.yaml", "log-1", "log-0-1", "log-a-00000001"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("records: 1M\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	status, out, errOut := command(t, "verify", dir)
	if status != 1 || out != "" || strings.Contains(errOut, "keep_images") {
		t.Errorf("status %d: %s%s", status, out, errOut)
	}
	text := []byte(strings.Repeat("no log\n", 30))
	if err := os.WriteFile(filepath.Join(dir, "log-0-00000001"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := command(t, "verify", dir); status != 1 || !strings.Contains(out, "damaged") {
		t.Errorf("a log that is damaged from its first byte: status %d: %s", status, out)
	}
	made := t.TempDir()
	if status, _, errOut := command(t, "run", write(t, "tiny.yaml", tiny), "--only", "none,calc", "--out", made,
		"--plots", "", "-q"); status != 0 {
		t.Fatal(errOut)
	}
	status, _, errOut = command(t, "verify", filepath.Join(made, "tiny"))
	if status != 1 || !strings.Contains(errOut, "to keep them run it with --set keep_images=true") {
		t.Errorf("status %d: %s", status, errOut)
	}
}
