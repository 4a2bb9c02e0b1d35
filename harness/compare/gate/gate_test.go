package gate

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/result/paired"
)

// A fakeOpening is an algorithm whose head runs at a share of base's speed, on a
// machine that spreads slices by 3 % and openings by 1 %.
type fakeOpening struct {
	clock      *time.Time
	rng        *rand.Rand
	base, head float64
	capturing  bool
	slow       float64 // of head, while capturing
}

type fakeSide struct {
	x    *fakeOpening
	head bool
}

func (s fakeSide) Run(d time.Duration) (paired.Slice, error) {
	rate := s.x.base
	if s.head {
		rate = s.x.head
		if s.x.capturing {
			rate *= s.x.slow
		}
	}
	start := *s.x.clock
	*s.x.clock = start.Add(d)
	return paired.Slice{Start: start, End: *s.x.clock, Rate: rate * (1 + 0.03*s.x.rng.NormFloat64())}, nil
}

func (x *fakeOpening) Base() paired.Side    { return fakeSide{x, false} }
func (x *fakeOpening) Head() paired.Side    { return fakeSide{x, true} }
func (x *fakeOpening) None() paired.Side    { return fakeSide{x, false} }
func (x *fakeOpening) StartCaptures() error { x.capturing = true; return nil }
func (x *fakeOpening) StopCaptures() error  { x.capturing = false; return nil }
func (x *fakeOpening) Close() error         { *x.clock = x.clock.Add(200 * time.Millisecond); return nil }

// fake measures on a fake machine. slow and capture are head's speed by algorithm;
// opened counts openings.
func fake(t *testing.T, seed uint64, slow, capture map[string]float64) (r *Report, opened map[string]int) {
	t.Helper()
	return fakeOn(t, seed, 0.007, slow, capture)
}

// fakeOn is fake on a machine whose openings spread by so much.
func fakeOn(
	t *testing.T, seed uint64, spread float64, slow, capture map[string]float64,
) (r *Report, opened map[string]int) {
	t.Helper()
	clock := time.Unix(0, 0)
	rng := rand.New(rand.NewPCG(seed, 0))
	opened = map[string]int{}
	share := func(m map[string]float64, a string) float64 {
		if v, ok := m[a]; ok {
			return v
		}
		return 1
	}
	r, err := Run(t.Context(), Options{
		Algorithms: []string{"none", "naive", "calc", "zigzag", "cpr"}, Threshold: 0.03, Time: 2 * time.Minute,
		Captures: func(a string) bool { return a != None },
		now:      func() time.Time { return clock },
		Open: func(_ context.Context, a string) (Opening, error) {
			opened[a]++
			x := &fakeOpening{clock: &clock, rng: rng, base: 1e6 * (1 + spread*rng.NormFloat64())}
			x.head = 1e6 * (1 + spread*rng.NormFloat64()) * share(slow, a)
			x.slow = share(capture, a)
			return x, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if clock.After(time.Unix(125, 0)) {
		t.Errorf("it took %v", clock.Sub(time.Unix(0, 0)))
	}
	return r, opened
}

func verdict(r *Report, algorithm string, p Phase) Verdict {
	for _, l := range r.Lines {
		if l.Algorithm == algorithm && l.Phase == p {
			return l.Verdict
		}
	}
	return ""
}

// TestSameCode: no alarm, and nothing faster, on 20 machines.
func TestSameCode(t *testing.T) {
	for seed := range uint64(20) {
		r, _ := fake(t, seed, nil, nil)
		if r.Regressed() || r.Unsettled() || !strings.HasPrefix(r.Sentence(), "Same or better") ||
			strings.Contains(r.Sentence(), "Faster") {
			t.Errorf("seed %d: %s", seed, r.Sentence())
		}
		if len(r.Lines) != 9 { // none has one phase
			t.Fatalf("%d lines", len(r.Lines))
		}
	}
}

// TestPlanted: 5 % in one algorithm is found, in the phase that has it, and
// confirmed by openings of its own.
func TestPlanted(t *testing.T) {
	for seed := range uint64(5) {
		r, opened := fake(t, seed, map[string]float64{"calc": 0.95}, nil)
		if verdict(r, "calc", Rest) != Regressed || verdict(r, "cpr", Rest) != Same {
			t.Errorf("seed %d: %s", seed, r.Sentence())
		}
		if opened["calc"] <= opened["cpr"] {
			t.Errorf("calc has %d openings and cpr %d: there was no confirmation", opened["calc"], opened["cpr"])
		}
		r, _ = fake(t, seed, nil, map[string]float64{"zigzag": 0.94})
		if verdict(r, "zigzag", Rest) != Same || verdict(r, "zigzag", Capture) != Regressed {
			t.Errorf("seed %d, while capturing: %s", seed, r.Sentence())
		}
		if r, _ = fake(t, seed, map[string]float64{"cpr": 1.08}, nil); verdict(r, "cpr", Rest) != Faster || r.Regressed() {
			t.Errorf("seed %d, faster: %s", seed, r.Sentence())
		}
	}
}

// TestTimeIsUsed: where nothing is to be confirmed and the machine is too noisy for narrow
// intervals, openings follow until the time is over.
func TestTimeIsUsed(t *testing.T) {
	r, opened := fakeOn(t, 3, 0.05, nil, nil)
	if r.Took < 110*time.Second || r.Took > 121*time.Second || r.Regressed() {
		t.Errorf("it took %v: %s", r.Took, r.Sentence())
	}
	for a, n := range opened {
		if n <= fewestBlocks {
			t.Errorf("%s has %d openings", a, n)
		}
	}
}

// TestControlIsNotJudged: base that differs from itself is noise, which hides what
// is smaller.
func TestControlIsNotJudged(t *testing.T) {
	r, _ := fake(t, 1, map[string]float64{Control: 0.93, "calc": 0.96}, nil)
	if r.Regressed() || r.Control.Hi > 0.96 {
		t.Errorf("control %v: %s", r.Control, r.Sentence())
	}
	for _, l := range r.Lines {
		if l.Algorithm == Control {
			t.Error("the control is among the lines")
		}
	}
}

func TestRunErrors(t *testing.T) {
	o := Options{Threshold: 0.5}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "threshold") {
		t.Errorf("threshold 50 %%: %v", err)
	}
	o = Options{Threshold: 0.03,
		Open: func(context.Context, string) (Opening, error) { return nil, errors.New("no memory") }}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "none-again: no memory") {
		t.Errorf("an opening that fails: %v", err)
	}
}
