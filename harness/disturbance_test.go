package harness

import (
	"os"
	"runtime"
	"testing"
	"time"

	"ckptbench/harness/result"
)

func TestDisturbance(t *testing.T) {
	start := time.Unix(100, 0)
	before := cpuUse{at: start, busy: 50, own: 20, steal: 1}
	cores := float64(runtime.NumCPU())
	now := cpuUse{at: start.Add(10 * time.Second), busy: 50 + 6*cores, own: 20 + 4*cores, steal: 1 + cores, throttled: 2}
	if got, want := before.until(now), (result.Disturbance{Others: 0.2, Steal: 0.1, Throttled: 0.2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := before.until(cpuUse{at: start.Add(time.Second)}); got != (result.Disturbance{}) {
		t.Errorf("a system that says nothing: %+v", got)
	}
}

func TestOwnWorkIsNotOthers(t *testing.T) {
	a := readCPU()
	for time.Since(a.at) < 100*time.Millisecond {
	}
	if b := readCPU(); b.own <= a.own || b.busy == 0 && fileThere("/proc/stat") {
		t.Errorf("from %+v to %+v", a, b)
	}
}

func fileThere(name string) bool { _, err := os.Stat(name); return err == nil }

// A noisy trial is run again as often as asked, and every one of them is kept.
func TestRepeatNoisy(t *testing.T) {
	out := t.TempDir()
	e := parse(t, small+"algorithms: [none]\n")
	dir, err := Run(t.Context(), e, Options{Out: out, RepeatNoisy: 2, disturb: func(d *result.Disturbance) { d.Others = 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	got, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Trials) != 1 || got.Trials[0].Repeats != 2 || !got.Trials[0].Disturbed.Noisy() {
		t.Errorf("%d trials, the first %+v", len(got.Trials), got.Trials[0].Disturbed)
	}
	for _, n := range []string{"1", "2"} {
		if !fileThere(dir + "/noisy/" + n + "/trials/none-1/trial.json") {
			t.Errorf("noisy trial %s is not kept", n)
		}
	}
}
