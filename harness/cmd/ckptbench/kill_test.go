package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/result"
)

// killsVariable is how often TestKilledAndResumed kills; a few times if it is not
// set.
const killsVariable = "CKPTBENCH_KILLS"

// a killed run is one of the command that is killed with SIGKILL after so long, or
// runs to its end if that is 0. It reports whether it ran to its end.
func killedRun(t *testing.T, after time.Duration, args ...string) bool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may be over
		defer kill.Stop()
	}
	err = cmd.Wait()
	if err != nil && !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%v: %v\n%s", args, err, &said)
	}
	return err == nil
}

// finished returns when every finished trial of a result began, which no other run
// of it would repeat.
func finished(t *testing.T, dir string) map[string]result.Trial {
	t.Helper()
	ts := map[string]result.Trial{}
	if !result.Begun(dir) {
		return ts
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range e.Trials {
		if x.Status == result.OK {
			ts[result.TrialDir(x)] = x
		}
	}
	return ts
}

// A run that is killed again and again and resumed each time loses no finished
// trial, measures none twice, counts none twice and leaves nothing behind.
func TestKilledAndResumed(t *testing.T) {
	kills := 4
	if text := os.Getenv(killsVariable); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killsVariable, err)
		}
	}
	out := t.TempDir()
	config := write(t, "killed.yaml", strings.Replace(tiny, "trials: 1", "trials: 6", 1)+"verify: off\n")
	dir := filepath.Join(out, "killed")
	args := []string{"run", config, "--resume", "--out", out, "--plots", "", "-q", "--only", "none,calc"}
	r := rand.New(rand.NewPCG(1, 2))
	known := map[string]result.Trial{}
	for n := 0; n < kills; n++ {
		over := killedRun(t, time.Duration(50+r.IntN(700))*time.Millisecond, args...)
		now := finished(t, dir)
		for name, was := range known {
			is, ok := now[name]
			if !ok || is.StartedAt != was.StartedAt || is.Committed != was.Committed || is.Elapsed != was.Elapsed {
				t.Errorf("kill %d: %s was finished and is another now, or gone", n, name)
			}
		}
		if known = now; over { // all is there: from the beginning
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			known = map[string]result.Trial{}
		}
	}
	if !killedRun(t, 0, args...) {
		t.Fatal("the last run was killed")
	}
	all := finished(t, dir)
	if len(all) != 12 {
		t.Errorf("%d trials, want 12", len(all))
	}
	for name, was := range known {
		if all[name].StartedAt != was.StartedAt || all[name].Committed != was.Committed {
			t.Errorf("%s was measured again", name)
		}
	}
	for name, x := range all {
		if x.Relative == nil {
			t.Errorf("%s was not compared with none of its round", name)
		}
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 1 {
		t.Errorf("results are %v, %v", entries, err)
	}
	for _, pattern := range []string{".*", "scratch", "trials/.*"} {
		if left, _ := filepath.Glob(filepath.Join(dir, pattern)); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}
