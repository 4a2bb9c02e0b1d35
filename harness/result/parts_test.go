package result

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/host"
	"ckptbench/harness/result/paired"
)

// A simulation is an algorithm whose every cost is known.
type simulation struct {
	none               float64 // txn/s
	rest               float64 // of none
	capture            float64 // of none, beside the same checkpointer
	taken              float64 // of the machine, by the checkpointer, alone
	each, pause        float64 // of a checkpoint, s: all of it, and its pause
	interval, duration float64 // s
}

// trial returns the trial that runs alone, and its throughput over none's.
func (m simulation) trial() (*Trial, float64) {
	t := &Trial{Schema: Schema, Experiment: "x", Algorithm: "calc", Trial: 1, Status: OK, Elapsed: m.duration}
	committed := m.duration * m.rest
	for n, at := 1, 0.5; at < m.duration; n, at = n+1, at+m.interval {
		end := min(at+m.each, m.duration)
		paused := min(m.pause, end-at)
		committed += paused*(-m.rest) + (end-at-paused)*(m.capture*(1-m.taken)-m.rest)
		t.Events = append(t.Events, Event{at, n, "trigger"}, Event{at, n, "closed"}, Event{at + m.pause, n, "opened"})
		c := Checkpoint{N: n, Total: m.each, Pause: m.pause}
		if at+m.each <= m.duration {
			t.Events = append(t.Events, Event{at + m.each, n, "durable"})
		} else {
			c.Error = "not finished when the measured part ended"
		}
		t.Checkpoints = append(t.Checkpoints, c)
	}
	return t, committed / m.duration
}

// pair returns what the turns would measure of it, in openings that each have the
// ratio at rest off by a few parts in a thousand, paced to half the rate.
func (m simulation) pair(off ...float64) *Pair {
	p := &Pair{Schema: Schema, Experiment: "x", Algorithm: "calc", Status: OK}
	paced := 2 * (m.each - m.pause)
	left := 1 - m.taken*(m.each-m.pause)/paced // the same work, over twice the time
	for _, d := range off {
		p.Openings = append(p.Openings, Opening{
			Rest:    Turns{Quads: 16, Base: m.none, Side: m.none * m.rest * (1 + d)},
			Capture: Turns{Quads: 20, Base: m.none * left, Side: m.none * left * m.capture * (1 + d)},
			Total:   paced,
		})
	}
	return p
}

// TestPartsSum: the parts add up to what a trial that runs alone loses.
func TestPartsSum(t *testing.T) {
	for name, m := range map[string]simulation{
		"calc":      {none: 3e6, rest: 0.95, capture: 0.9, taken: 0.1, each: 1, interval: 3, duration: 7},
		"quiescing": {none: 3e6, rest: 0.8, capture: 0.8, taken: 0.2, each: 1, pause: 0.2, interval: 2, duration: 8},
		"cut off":   {none: 1e6, rest: 0.97, capture: 0.7, taken: 0.3, each: 2, interval: 3, duration: 4.5},
		"no cost":   {none: 1e6, rest: 1, capture: 1, each: 1, interval: 2, duration: 4},
	} {
		trial, want := m.trial()
		parts, ok := Compose(m.pair(0, 0, 0, 0), []*Trial{trial})
		if i, known := OfNone(m.pair(0, 0, 0, 0), []*Trial{trial}); known != ok || i != parts.OfNone {
			t.Errorf("%s: of none alone %+v (%v), among the parts %+v", name, i, known, parts.OfNone)
		}
		if !ok {
			t.Fatalf("%s: no parts", name)
		}
		if got := parts.OfNone.Mid; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: of none %.6f, the trial has %.6f", name, got, want)
		}
		sum := parts.RestLoss.Mid + parts.CaptureLoss.Mid + parts.MachineLoss.Mid + parts.PauseLoss.Mid
		if math.Abs(sum-(1-want)) > 1e-9 {
			t.Errorf("%s: the losses add up to %.6f, the trial loses %.6f", name, sum, 1-want)
		}
		if parts.OfNone.HalfWidth() > 1e-9 {
			t.Errorf("%s: openings that agree have an interval of ± %v", name, parts.OfNone.HalfWidth())
		}
		inside := m.capture * (1 - m.taken) * (m.each - m.pause) / m.each
		if math.Abs(parts.During.Mid-inside) > 0.02 || !parts.HasDuring {
			t.Errorf("%s: during a checkpoint %.4f of none, want %.4f", name, parts.During.Mid, inside)
		}
		if math.Abs(parts.Share.Mid-(1-m.taken)) > 1e-9 {
			t.Errorf("%s: the checkpointer left %.4f of the machine, want %.4f", name, parts.Share.Mid, 1-m.taken)
		}
	}
}

// TestPartsOfPause: an algorithm that keeps transactions out for the whole of a
// capture has no ratio there, and loses by its pause alone.
func TestPartsOfPause(t *testing.T) {
	m := simulation{none: 2e6, rest: 0.99, each: 1, pause: 1, interval: 2, duration: 4}
	trial, want := m.trial()
	p := m.pair(0, 0)
	for i := range p.Openings {
		p.Openings[i].Capture = Turns{}
	}
	parts, ok := Compose(p, []*Trial{trial})
	if !ok || math.Abs(parts.OfNone.Mid-want) > 1e-9 || math.Abs(parts.PauseLoss.Mid-0.99/2) > 1e-9 || parts.HasCapture {
		t.Errorf("parts %+v, %t, want %.4f of none", parts, ok, want)
	}
}

// TestPartsInterval: openings that differ are in the interval.
func TestPartsInterval(t *testing.T) {
	m := simulation{none: 3e6, rest: 0.9, capture: 0.9, each: 1, interval: 2, duration: 8}
	trial, _ := m.trial()
	parts, _ := Compose(m.pair(-0.01, 0.01, -0.02, 0.02), []*Trial{trial})
	if h := parts.Rest.HalfWidth(); h < 0.015 || h > 0.04 {
		t.Errorf("the interval at rest is ± %.4f", h)
	}
	if _, ok := Compose(m.pair(0), []*Trial{trial}); ok {
		t.Error("one opening has parts")
	}
	if _, ok := Compose(m.pair(0, 0), nil); ok {
		t.Error("there are parts without a trial")
	}
}

// TestDisturbedOpening: what was disturbed is left out, unless next to nothing is
// left.
func TestDisturbedOpening(t *testing.T) {
	m := simulation{none: 3e6, rest: 0.9, capture: 0.9, each: 1, interval: 2, duration: 8}
	trial, _ := m.trial()
	p := m.pair(0, -0.5, 0)
	p.Openings[1].Disturbed.Others = 0.4
	parts, ok := Compose(p, []*Trial{trial})
	if !ok || parts.Openings != 2 || parts.Disturbed != 1 || math.Abs(parts.Rest.Mid-0.9) > 1e-9 {
		t.Errorf("%+v, %t", parts, ok)
	}
	p.Openings[0].Disturbed.Canary = 4.9
	if parts, _ := Compose(p, []*Trial{trial}); parts.Openings != 2 || parts.Disturbed != 1 {
		t.Errorf("with one opening between two speeds of the machine: %+v", parts)
	}
	if got := p.Worst().String(); got != "others used 40 % of the machine" {
		t.Errorf("what the canary saw is why openings are left out: %q", got)
	}
	p.Openings[0].Disturbed.StoodStill = 0.5
	if parts, _ := Compose(p, []*Trial{trial}); parts.Openings != 3 || parts.Disturbed != 0 {
		t.Errorf("with one opening left alone: %+v", parts)
	}
	if got := p.Worst().String(); !strings.Contains(got, "others used 40 %") {
		t.Errorf("the worst is %q", got)
	}
}

// TestSpeed: the canary's fastest and slowest chase are over both ends of all openings.
func TestSpeed(t *testing.T) {
	p := &Pair{Openings: []Opening{{}, {}, {}}}
	if _, _, ok := p.Speed(); ok {
		t.Error("no canary ran, and there is a speed")
	}
	p.Openings[1].Canary = &Canary{Before: host.Speed{Chase: 20}, After: host.Speed{Chase: 110}}
	p.Openings[2].Canary = &Canary{Before: host.Speed{Chase: 18}, After: host.Speed{Chase: 30}}
	if fastest, slowest, ok := p.Speed(); fastest != 18 || slowest != 110 || !ok {
		t.Errorf("%v to %v, %t, want 18 to 110", fastest, slowest, ok)
	}
}

// TestPairRoundTrip: a pair that was saved is loaded, and gives the row its figure.
func TestPairRoundTrip(t *testing.T) {
	dir := t.TempDir()
	m := simulation{none: 3e6, rest: 0.95, capture: 0.9, taken: 0.1, each: 1, interval: 3, duration: 7}
	trial, want := m.trial()
	tput := 1e6
	none := Trial{Schema: Schema, Experiment: "x", Algorithm: "none", Trial: 1, Status: OK, Elapsed: 7, Throughput: &tput,
		Committed: 7e6}
	trial.Verdict.Mode, none.Verdict.Mode = "trial", "trial"
	p := m.pair(0, 0, 0)
	p.Settled = true
	e := &Experiment{Trials: []Trial{none, *trial}, Pairs: []Pair{*p}}
	if err := SavePair(dir, *p); err != nil {
		t.Fatal(err)
	}
	got, ok, err := LoadPair(dir, Pair{Algorithm: "calc"})
	if err != nil || !ok || len(got.Openings) != 3 || got.Openings[1] != p.Openings[1] {
		t.Fatalf("%+v, %t, %v", got, ok, err)
	}
	back := &Experiment{Dir: dir}
	if err := back.loadPairs(); err != nil || len(back.Pairs) != 1 {
		t.Fatalf("%d pairs, %v", len(back.Pairs), err)
	}
	rows := e.Aggregate(nil)
	r := rows[0]
	if r.Algorithm != "calc" || r.Parts == nil || math.Abs(r.Relative.Median-want) > 1e-9 || r.Relative.Level != 0.95 {
		t.Errorf("row %+v", r.Relative)
	}
	if lost := 7e6 * (1 - want); math.Abs(r.Lost.Median-lost) > 1e-3 {
		t.Errorf("lost %v, want %v", r.Lost.Median, lost)
	}
	e.Pairs[0].Status, e.Pairs[0].Error = Failed, "image 3 is wrong"
	if r := e.Aggregate(nil)[0]; r.Relative.N != 0 || r.Parts != nil || len(r.Errors) != 1 {
		t.Errorf("a failed pair left %+v with errors %v", r.Relative, r.Errors)
	}
}

// TestPairIsSealed: every changed byte of a pair is noticed.
func TestPairIsSealed(t *testing.T) {
	dir := t.TempDir()
	p := simulation{none: 3e6, rest: 0.95, capture: 0.9, each: 1}.pair(0, 0.01)
	if err := SavePair(dir, *p); err != nil {
		t.Fatal(err)
	}
	name := pairPath(dir, *p)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(name, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := LoadPair(dir, *p); err == nil {
			t.Fatalf("byte %d, %q, was changed, and nobody noticed", i, good[i])
		}
	}
}

func TestPairRefused(t *testing.T) {
	good := simulation{none: 1, rest: 1, capture: 1, each: 1}.pair(0, 0)
	for name, change := range map[string]func(p *Pair){
		"status":   func(p *Pair) { p.Status = "fine" },
		"number":   func(p *Pair) { p.Openings[1].Rest.Side = math.NaN() },
		"negative": func(p *Pair) { p.Openings[0].Capture.Dropped = -1 },
		"both":     func(p *Pair) { p.Settled, p.Unsettled = true, "why" },
		"schema":   func(p *Pair) { p.Schema = Schema + 1 },
		"base":     func(p *Pair) { p.Base = "calc" },
	} {
		p := *good
		p.Openings = append([]Opening(nil), good.Openings...)
		change(&p)
		if err := SavePair(filepath.Join(t.TempDir(), "r"), p); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
}

// TestBesideLog: of an algorithm that was measured beside none under a log, what it
// has of none is what that has, times what none under the log has.
func TestBesideLog(t *testing.T) {
	e := &Experiment{Name: "x"}
	add := func(name, base string, m simulation, off ...float64) {
		trial, _ := m.trial()
		tput := 1e6
		trial.Algorithm, trial.Trial, trial.Round, trial.Throughput = name, 1, 1, &tput
		e.Trials = append(e.Trials, *trial)
		if len(off) > 0 {
			p := m.pair(off...)
			p.Algorithm, p.Base = name, base
			e.Pairs = append(e.Pairs, *p)
		}
	}
	idle := simulation{none: 1e6, rest: 0.6, capture: 0.6, duration: 0.4}
	gleaning := simulation{none: 6e5, rest: 0.95, capture: 0.95, duration: 0.4}
	add("none", "", simulation{rest: 1, duration: 0.4})
	add("hekaton", LogBase, gleaning, -0.01, 0, 0.01) // before what it is compared with
	add(LogBase, "", idle, -0.01, 0, 0.01)
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-4 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	rows := e.Aggregate(nil)
	for _, r := range rows {
		switch r.Algorithm {
		case "hekaton":
			near("of none under the log", r.RelativeLog.Median, 0.95)
			near("of none", r.Relative.Median, 0.57)
			near("lost", r.Lost.Median/(1e6*0.4), 0.43)
			single, both := r.RelativeLog, r.Relative
			if a, b := (single.Hi-single.Lo)/single.Median, (both.Hi-both.Lo)/both.Median; math.Abs(b/a-math.Sqrt2) > 0.01 {
				t.Errorf("relative widths %v and %v: two errors of one size add up to √2 of it", a, b)
			}
		case LogBase:
			if r.RelativeLog.N != 0 {
				t.Error("none under a log has a share of itself")
			}
			near("none under a log", r.Relative.Median, 0.6)
		}
	}
	e.Pairs = e.Pairs[:1]
	for _, r := range e.Aggregate(nil) {
		if r.Algorithm == "hekaton" && (r.Relative.N != 0 || r.RelativePaired) {
			t.Errorf("of none without a log %+v, which nothing measured", r.Relative)
		}
	}
}

func TestNewInterval(t *testing.T) {
	s := NewInterval(paired.Interval{Mid: 0.9, Lo: 0.8, Hi: 1}, 5)
	if s.N != 5 || s.Median != 0.9 || s.Lo != 0.8 || s.Hi != 1 || s.Range() != "95.0 % interval" {
		t.Errorf("%+v, %s", s, s.Range())
	}
}

// TestCarry: how much the ratio differs after a slice of the same side is a part of
// the ratio, with an interval over the openings that know it.
func TestCarry(t *testing.T) {
	m := simulation{none: 3e6, rest: 0.9, capture: 0.9, each: 1, interval: 3, duration: 7}
	trial, _ := m.trial()
	p := m.pair(0, 0, 0)
	if parts, _ := Compose(p, []*Trial{trial}); !parts.Carry.Contains(10) {
		t.Errorf("carry %+v of a pair that does not know it", parts.Carry)
	}
	for i := range p.Openings {
		o := &p.Openings[i].Rest
		o.BaseAgain, o.SideAgain = 1.1*o.Base, 1.1*0.95*o.Side
	}
	parts, _ := Compose(p, []*Trial{trial})
	if math.Abs(parts.Carry.Mid+0.05) > 1e-9 || parts.Carry.HalfWidth() > 1e-9 {
		t.Errorf("carry %+v, want -0.05 for certain", parts.Carry)
	}
}
