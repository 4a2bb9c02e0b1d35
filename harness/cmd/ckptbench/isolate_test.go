package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/bench"
	"ckptbench/harness/result"
)

// asCommand is set in the environment of the test's program where that is to be the
// command.
const asCommand = "CKPTBENCH_AS_COMMAND"

// TestMain makes the test's program be the command, for run --isolate and for tests
// that kill it, or for tests of signals a command that does not end.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "stubborn" {
		stubborn()
	}
	if len(os.Args) > 1 && os.Args[1] == "trial" || os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestIsolate(t *testing.T) {
	out := t.TempDir()
	good := write(t, "apart.yaml", tiny)
	status, said, errs := command(t, "run", good, "--isolate", "--out", out, "--plots", "", "--only", "none,calc",
		"--trials", "2")
	if status != 0 {
		t.Fatalf("status %d: %s%s", status, said, errs)
	}
	if !strings.Contains(errs, "[4/4 ") {
		t.Errorf("no progress of the last trial in %q", errs)
	}
	e, err := result.Load(filepath.Join(out, "apart"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range e.Trials {
		if tr.Status != result.OK || tr.Relative == nil || !tr.Verdict.OK {
			t.Errorf("%s %d: %s, relative %v", tr.Algorithm, tr.Trial, tr.Status, tr.Relative)
		}
	}
	if len(e.Trials) != 4 {
		t.Errorf("%d trials", len(e.Trials))
	}
}

func TestIsolateInterrupted(t *testing.T) {
	out := t.TempDir()
	slow := write(t, "slow.yaml", strings.Replace(tiny, "100ms", "1m", 1))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // as soon as the process is there and measures
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(out, "slow", "scratch")); err == nil {
				time.Sleep(time.Second)
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	var text bytes.Buffer
	args := []string{"run", slow, "--isolate", "--out", out, "--plots", "", "--only", "none", "--set", "verify=off", "-q"}
	if status := ckptbench(ctx, args, &text, &text); status != exitInterrupted {
		t.Errorf("status %d: %s", status, &text)
	}
}

func TestTicketThatIsNone(t *testing.T) {
	err := runChild(t.Context(), []byte("{"), nil, func(bench.Progress) {})
	if err == nil || !strings.Contains(err.Error(), "read the trial to run") {
		t.Errorf("error %v", err)
	}
}
