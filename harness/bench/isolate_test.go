package bench

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// A trial whose process is killed is a failed one that says so, and the others are run all the same.
func TestKilledTrialIsOneTrial(t *testing.T) {
	e := parse(t, strings.Replace(small, "trials: 1", "trials: 2", 1)+"verify: off\nalgorithms: [none, calc]\n")
	o := Options{Out: t.TempDir(), calm: true}
	inner := o
	o.Isolate = func(ctx context.Context, j Job) error {
		if j.Algorithm == "calc" && j.Round == 1 {
			return errors.New("signal: killed")
		}
		return RunJob(ctx, e, inner, j)
	}
	dir, err := Run(t.Context(), e, o)
	if !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("error %v, want one that some trials cannot count and why", err)
	}
	got, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]string{}
	for i := range got.Trials {
		status[filepath.Base(result.TrialDir(got.Trials[i]))] = string(got.Trials[i].Status) + " " + got.Trials[i].Error
	}
	want := map[string]string{"none-1": "ok ", "none-2": "ok ", "calc-2": "ok ",
		"calc-1": "failed trial 1 of calc in a process of its own: signal: killed"}
	for name, w := range want {
		if status[name] != w {
			t.Errorf("%s: %q, want %q", name, status[name], w)
		}
	}
}
