package plot

import (
	"slices"
	"testing"

	gonum "gonum.org/v1/plot"

	"ckptbench/harness/result"
)

// A sweep has one parameter of numbers, and may have one of words, with a line for
// each of its values; where another varies there is none.
func TestSweepKeys(t *testing.T) {
	grid := func(keys []string, values ...[]string) [][]result.Param {
		points := [][]result.Param{nil}
		for k, vs := range values {
			var next [][]result.Param
			for _, p := range points {
				for _, v := range vs {
					next = append(next, append(slices.Clone(p), result.Param{Key: keys[k], Value: v}))
				}
			}
			points = next
		}
		return points
	}
	check := func(key, by int, points [][]result.Param) {
		t.Helper()
		if k, b := sweepKeys(points); k != key || key >= 0 && b != by {
			t.Errorf("%v: over %d by %d, want %d by %d", points, k, b, key, by)
		}
	}
	names := []string{"record_size", "restore", "x"}
	sizes, ways := []string{"100B", "1KB"}, []string{"rows", "batch", "invokeall"}
	check(0, -1, grid(names, sizes))
	check(0, 1, grid(names, sizes, ways))
	check(1, 0, grid([]string{"restore", "record_size"}, ways, sizes))
	check(0, -1, grid(names, sizes, ways[:1]))
	check(-1, -1, grid(names, []string{"1"}, ways))
	check(-1, -1, grid(names, sizes, ways, []string{"1", "2"}))
	check(-1, -1, grid(names, sizes, ways, []string{"a", "b"}))
	check(-1, -1, grid(names, sizes[:1]))

	points := grid(names, sizes, ways)
	e := &result.Experiment{}
	for _, p := range points {
		e.Trials = append(e.Trials, result.Trial{Algorithm: "pagestore", Params: p})
	}
	lines := func() (out []string) {
		for _, l := range linesOf(e, points, 1, NewStyle(nil)) {
			out = append(out, l.name)
		}
		return out
	}
	if got := lines(); !slices.Equal(got, ways) {
		t.Errorf("lines of one algorithm: %v, want %v", got, ways)
	}
	e.Trials = append(e.Trials, result.Trial{Algorithm: "zigzag", Params: points[0]})
	if got := lines(); len(got) != 6 || !slices.Contains(got, "zigzag, batch") {
		t.Errorf("lines of two algorithms: %v", got)
	}
}

// TestSweeps: too many lines for a panel are drawn word by word, under the
// algorithms' own names and on the same axes.
func TestSweeps(t *testing.T) {
	names := func(algorithms ...string) (out []string) {
		e := &result.Experiment{Name: "x"}
		for _, size := range []string{"100B", "1KB"} {
			for _, wal := range []string{"off", "async"} {
				for _, a := range algorithms {
					p := []result.Param{{Key: "record_size", Value: size}, {Key: "wal", Value: wal}}
					half := 0.5
					e.Trials = append(e.Trials, result.Trial{Algorithm: a, Params: p, Status: result.OK, Relative: &half})
				}
			}
		}
		for _, c := range Sweeps(e, NewStyle(nil)) {
			out = append(out, c.Name)
		}
		return out
	}
	check := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(names("calc"), "sweep")
	check(names("none", "calc", "cpr", "zigzag", "naive"), "sweep")
	check(names("none", "calc", "cpr", "zigzag", "naive", "fuzzy"), "sweep-wal-async", "sweep-wal-off")
	check(names("none"))
}

// The labels that inner panels leave out are still there for the outer ones.
func TestUnlabelled(t *testing.T) {
	all := gonum.ConstantTicks{{Value: 1, Label: "10k"}, {Value: 2}}
	for _, k := range (unlabelled{all}).Ticks(0, 3) {
		if k.Label != "" && k.Label != " " {
			t.Errorf("%q", k.Label)
		}
	}
	if all[0].Label != "10k" {
		t.Errorf("the label is %q now", all[0].Label)
	}
}
