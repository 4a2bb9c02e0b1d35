package result

import (
	"slices"
	"testing"
)

// history is a trial with buckets of a tenth of a second, with these p99s, and
// checkpoints that begin and end at these times.
func history(p99s []uint64, checkpoints ...[2]float64) *Trial {
	t := &Trial{}
	for i, p := range p99s {
		t.Buckets = append(t.Buckets, Bucket{Start: float64(i) / 10, Elapsed: 0.1, P99: p})
	}
	for i, c := range checkpoints {
		n := i + 1
		t.Checkpoints = append(t.Checkpoints, Checkpoint{N: n})
		t.Events = append(t.Events,
			[]Event{{c[0], n, "trigger"}, {c[0] + 0.01, n, "point"}, {c[1] - 0.01, n, "capture end"}, {c[1], n, "durable"}}...)
	}
	return t
}

// How long after a checkpoint the p99 was back, by value.
func TestSettle(t *testing.T) {
	check := func(what string, tr *Trial, want ...float64) {
		t.Helper()
		tr.Settle(100)
		for i, c := range tr.Checkpoints {
			switch {
			case want[i] < 0 && c.Settled != nil:
				t.Errorf("%s: checkpoint %d: back after %v s, want never", what, c.N, *c.Settled)
			case want[i] >= 0 && c.Settled == nil:
				t.Errorf("%s: checkpoint %d: never back, want after %v s", what, c.N, want[i])
			case want[i] >= 0 && (*c.Settled < want[i]-1e-9 || *c.Settled > want[i]+1e-9):
				t.Errorf("%s: checkpoint %d: back after %v s, want %v", what, c.N, *c.Settled, want[i])
			}
		}
	}
	one := [2]float64{0.05, 0.25}
	check("at once", history([]uint64{100, 900, 900, 120, 120, 120, 900}, one), 0.05)
	check("above by one", history([]uint64{100, 900, 900, 121, 120, 120, 120}, one), 0.15)
	check("only two in a row", history([]uint64{100, 900, 900, 100, 100, 121, 100, 100, 100}, one), 0.35)
	check("nothing timed is not back", history([]uint64{100, 900, 900, 100, 100, 0, 100, 100, 100}, one), 0.35)
	check("never", history([]uint64{100, 900, 900, 100, 100}, one), -1)
	check("not before the next",
		history([]uint64{100, 900, 900, 900, 100, 100, 100, 100, 100, 100}, one, [2]float64{0.65, 0.7}), -1, 0)
	check("on a border", history([]uint64{100, 900, 900, 100, 100, 100}, [2]float64{0.05, 0.3}), 0)
	failed := history([]uint64{100, 900, 900, 100, 100, 100}, one)
	failed.Checkpoints[0].Error = "no space"
	check("failed", failed, -1)
	failed.Checkpoints[0].Error = ""
	if failed.Settle(0); failed.Checkpoints[0].Settled != nil {
		t.Error("back to a p99 that is not known")
	}
}

func TestMoments(t *testing.T) {
	tr := history(make([]uint64, 8), [2]float64{0.15, 0.45})
	tr.Buckets = append([]Bucket{{Start: -0.1, Elapsed: 0.1}}, tr.Buckets...)
	capturing, between := tr.Moments()
	var in, out []int
	for i, b := range tr.Buckets {
		if capturing(b) {
			in = append(in, i)
		}
		if between(b) {
			out = append(out, i)
		}
	}
	if !slices.Equal(in, []int{3, 4}) || !slices.Equal(out, []int{1, 6, 7, 8}) {
		t.Errorf("capturing %v and between %v, want 3 4 and 1 6 7 8", in, out)
	}
}
