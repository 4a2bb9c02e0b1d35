package bench

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

func fileThere(name string) bool { _, err := os.Stat(name); return err == nil }

// A noisy trial is run again as often as asked, and every one of them is kept. What was
// recorded before the first is judged once, and is in the verdict of each.
func TestRepeatNoisy(t *testing.T) {
	out, verified := t.TempDir(), 0
	progress := func(p Progress) {
		if p.Doing == "verifying" {
			verified++
		}
	}
	e := parse(t, small+"algorithms: [none]\n")
	dir, err := Run(t.Context(), e,
		Options{Out: out, RepeatNoisy: 2, calm: true, Progress: progress,
			disturb: func(d *result.Disturbance) { d.Others = 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	got, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	first := got.Trials[0]
	if len(got.Trials) != 1 || first.Repeats != 2 || !first.Disturbed.Noisy() {
		t.Errorf("%d trials, the first %+v", len(got.Trials), first.Disturbed)
	}
	if verified != 1 || first.Verdict.Transactions == 0 {
		t.Errorf("verified %d times, %d transactions recorded", verified, first.Verdict.Transactions)
	}
	if len(first.RepeatedFor) != 2 || !strings.Contains(first.RepeatedFor[1], "others used 50 % of the machine") {
		t.Errorf("run again for %q", first.RepeatedFor)
	}
	if c := first.Canary; c == nil || c.Before.Chase <= 0 || c.After.Arithmetic <= 0 {
		t.Errorf("canary %+v", c)
	}
	if got.Machine.Canary == nil || got.Machine.Canary.Chase <= 0 {
		t.Errorf("the machine's canary is %v", got.Machine.Canary)
	}
	for _, n := range []string{"1", "2"} {
		if !fileThere(dir + "/noisy/" + n + "/trials/none-1/trial.json") {
			t.Errorf("noisy trial %s is not kept", n)
		}
	}
}

// A quiet trial is not run again, and none is where repeats are off.
func TestNoRepeats(t *testing.T) {
	for _, c := range []struct {
		repeat int
		others float64
	}{{2, 0}, {0, 0.5}} {
		e := parse(t, small+"algorithms: [none]\nverify: off\n")
		dir, err := Run(t.Context(), e, Options{Out: t.TempDir(), RepeatNoisy: c.repeat, calm: true,
			disturb: func(d *result.Disturbance) { *d = result.Disturbance{Others: c.others} }})
		if err != nil {
			t.Fatal(err)
		}
		got, err := result.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if first := got.Trials[0]; first.Repeats != 0 || first.RepeatedFor != nil || fileThere(dir+"/noisy") {
			t.Errorf("%+v: run again %d times for %q", c, first.Repeats, first.RepeatedFor)
		}
	}
}

// On a machine that is never quiet the repeats of an experiment are bounded.
func TestMostRepeats(t *testing.T) {
	for _, c := range []struct{ repeat, trials, want int }{{2, 1, 2}, {2, 24, 5}, {1, 7, 1}, {5, 8, 6}} {
		if got := mostRepeats(c.repeat, c.trials); got != c.want {
			t.Errorf("%d for each of %d trials: %d in all, want %d", c.repeat, c.trials, got, c.want)
		}
	}
	e := parse(t, small+"algorithms: [none]\nverify: off\n")
	e.Trials = 5
	runs := 0
	_, err := Run(t.Context(), e,
		Options{Out: t.TempDir(), RepeatNoisy: 2, calm: true,
			disturb: func(d *result.Disturbance) { runs, d.Others = runs+1, 0.5 }})
	if err != nil || runs != 5+2 {
		t.Errorf("%d runs of 5 trials: %v", runs, err)
	}
}

// What ran just before an experiment is a warning, and the load average is not:
// that has the program's own compiler in it.
func TestWarnBefore(t *testing.T) {
	span := 100 * time.Millisecond
	quiet := host.Sight{Span: span, Known: true, Others: 10 * time.Millisecond,
		Stall: host.Pressure{Known: true, CPU: host.Stall{Some: 5 * time.Millisecond}}}
	if got := warnBefore(quiet, 2); got != nil {
		t.Errorf("a quiet machine: %q", got)
	}
	busy := host.Sight{Span: span, Known: true, Others: 90 * time.Millisecond,
		Stall: host.Pressure{CPU: host.Stall{Some: 60 * time.Millisecond}, Memory: host.Stall{Some: 30 * time.Millisecond}}}
	want := []string{
		"just before the run others used 45 % of the machine",
		"just before the run processes waited for a processor for 60 % of the time",
		"just before the run processes waited for memory for 30 % of the time",
	}
	if got := warnBefore(busy, 2); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestPreflight(t *testing.T) {
	for _, c := range []struct {
		name       string
		cores, max int
		facts      map[string]string
		limits     host.Limits
		want       []string
	}{
		{name: "nothing to say", cores: 2, max: 2,
			facts: map[string]string{"governor": "performance", "load average": "9.00 9.00 9.00"}},
		{name: "a quota", cores: 2, max: 2, limits: host.Limits{Cores: 0.2},
			want: []string{"the container may use 0.20 processors and GOMAXPROCS is 2: it will be held back"}},
		{name: "a quota that the program keeps to", cores: 8, max: 2, limits: host.Limits{Cores: 2},
			want: []string{"GOMAXPROCS is 2 on 8 cores"}},
		{name: "a governor", cores: 2, max: 2, facts: map[string]string{"governor": "powersave"},
			want: []string{"the CPU frequency governor is powersave, not performance"}},
	} {
		if got := Preflight(result.Machine{Cores: c.cores, GOMAXPROCS: c.max, Facts: c.facts},
			c.limits); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	facts := map[string]string{}
	limitFacts(facts, host.Limits{Cores: 0.2, Memory: 100 << 20})
	if facts[cpuLimit] != "0.20 processors" || facts[memoryLimit] != "100 MiB" {
		t.Errorf("the limits are told as %v", facts)
	}
}
