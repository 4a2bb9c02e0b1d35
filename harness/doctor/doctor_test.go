package doctor

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/host"
)

const ms = time.Millisecond

// quiet is a machine on which nothing else runs.
func quiet() Findings {
	return Findings{
		CPU: "AMD EPYC", Cores: 2, GOMAXPROCS: 2, Span: 10 * time.Second,
		Gaps: []host.Gaps{
			{Core: 0, Watched: 4 * time.Second, Host: 2 * ms, LongestHost: ms / 4, Others: 8 * ms, LongestOthers: 3 * ms, N: 40},
			{Core: 1, Watched: 4 * time.Second, N: 0},
		},
		Speeds: []host.Speed{{Arithmetic: 1.5, Chase: 30}, {Arithmetic: 1.65, Chase: 36}, {Arithmetic: 1.5, Chase: 31.2}},
		Sight: host.Sight{
			Span: 4 * time.Second, Known: true, Others: 16 * ms, Worst: 9 * ms, Steal: 8 * ms,
			Stall: host.Pressure{Known: true, CPU: host.Stall{Some: 80 * ms}, IO: host.Stall{Some: ms}},
		},
		Facts: []host.Fact{{Name: "governor"}, {Name: "clock source", Value: "tsc"}, {Name: "hardware counters"}},
		Least: 0.0057,
	}
}

// disturbed is a machine whose host takes a processor for tens of milliseconds,
// in a container with a quota.
func disturbed() Findings {
	f := quiet()
	f.Gaps[1] = host.Gaps{Core: 1, Watched: 4 * time.Second, Host: 210 * ms, LongestHost: 34 * ms, N: 120}
	f.Sight.Others, f.Sight.Worst = 2*time.Second, 600*ms
	f.Sight.Stall.CPU.Some = 3 * time.Second
	f.Limits = host.Limits{Cores: 0.2, Memory: 100 << 20, Available: 20 << 20}
	f.Sight.Throttled = 3 * time.Second
	f.Least = 0.047
	return f
}

// silent is a system that says nothing.
func silent() Findings { return Findings{Cores: 4, GOMAXPROCS: 4, Span: time.Second} }

// The text of each is as stored; UPDATE=1 stores it anew.
func TestText(t *testing.T) {
	for name, f := range map[string]Findings{"quiet": quiet(), "disturbed": disturbed(), "silent": silent()} {
		var b strings.Builder
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		file := "testdata/" + name + ".txt"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || b.String() != string(want) {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// Each reason alone makes a machine not quiet.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		says   string
		change func(*Findings)
	}{
		{"", func(*Findings) {}},
		{"the host took core 0 for 34 ms at a stretch", func(f *Findings) { f.Gaps[0].LongestHost = 34 * ms }},
		{"the host took 2.5 % of the processors' time", func(f *Findings) { f.Gaps[0].Host = 200 * ms }},
		{"others used 10 % of the machine", func(f *Findings) { f.Sight.Others = 800 * ms }},
		{"others used 0.60 s of processor time within a second", func(f *Findings) { f.Sight.Worst = 600 * ms }},
		{"gave 3 % of the machine", func(f *Findings) { f.Sight.Steal = 240 * ms }},
		{"waited for memory for 5 %", func(f *Findings) { f.Sight.Stall.Memory.Some = 200 * ms }},
		{"waited for a processor for 75 %", func(f *Findings) { f.Sight.Stall.CPU.Some = 3 * time.Second }},
		{"may use 1.50 processors, and the program uses 2", func(f *Findings) { f.Limits.Cores = 1.5 }},
		{"held back by its container's limit for 50 %", func(f *Findings) { f.Sight.Throttled = 2 * time.Second }},
		{"stood still for 0.50 s", func(f *Findings) { f.Sight.StoodStill = 500 * ms }},
		{"speed of arithmetic varied by 50 %", func(f *Findings) { f.Speeds[1].Arithmetic = 2.25 }},
		{"speed of memory varied by 100 %", func(f *Findings) { f.Speeds[1].Chase = 60 }},
		{"does not show what else runs", func(f *Findings) { f.Gaps, f.Sight = nil, host.Sight{Span: time.Second} }},
		{"only differences over 4.0 % could be seen", func(f *Findings) { f.Least = 0.04 }},
	} {
		f := quiet()
		c.change(&f)
		got := f.Reasons()
		if c.says == "" && len(got) > 0 || c.says != "" && (len(got) != 1 || !strings.Contains(got[0], c.says)) {
			t.Errorf("%q: %q", c.says, got)
		}
	}
}

func TestHalfWidth(t *testing.T) {
	for _, c := range []struct {
		blocks []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{0.3}, 0},
		{[]float64{0.1, 0.1, 0.1}, 0},
		// Variance 0.01 * 4/3 with n - 1, over 4.
		{[]float64{0.1, -0.1, 0.1, -0.1}, 1.96 * math.Sqrt(0.01*4/3/4)},
	} {
		if got := halfWidth(c.blocks); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %v, want %v", c.blocks, got, c.want)
		}
	}
}

// In the order of slices a steady drift cancels out, and each loop follows
// itself and the other.
func TestOrder(t *testing.T) {
	drift, follows := 0, map[string]int{}
	for i, side := range order {
		if side == 'a' {
			drift += i
		} else {
			drift -= i
		}
		if i > 0 {
			follows[order[i-1:i+1]]++
		}
	}
	if drift != 0 || follows["ab"] < 2 || follows["ba"] < 2 || follows["aa"] != 1 || follows["bb"] != 1 {
		t.Errorf("drift %d, %v", drift, follows)
	}
}

// A real look fills in what this machine shows, and ends with its context.
func TestExamine(t *testing.T) {
	f, err := Examine(t.Context(), 500*ms)
	if err != nil || len(f.Speeds) != readings || f.Speeds[0].Chase <= 0 || f.Sight.Span <= 0 || f.Least < 0 {
		t.Errorf("%v: %+v", err, f)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Examine(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("the context's end: %v", err)
	}
}
