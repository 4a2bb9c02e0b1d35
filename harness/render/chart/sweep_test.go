package chart

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

// The panels of a sweep show each figure in the unit that they name.
func TestSweepUnits(t *testing.T) {
	stat := func(v float64) result.Stat { return result.Stat{N: 1, Median: v, Lo: v / 2, Hi: 2 * v} }
	row := result.Row{Algorithm: "calc", Open: true, Relative: stat(0.9), P999: stat(1.5e6), Pause: stat(2),
		Total: stat(0.25), Recovery: stat(30)}
	row.DurableP50 = stat(0.25e9)
	row.Lag, row.ReadPer, row.WrittenPer = stat(7e6), stat(1.25), stat(1.75)
	at := func(f figure, r result.Row) (title string, v stem) {
		p, drawn := f.panel([]line{{"calc", "calc", -1, "", "calc"}}, NewStyle(nil), []result.Row{r},
			func([]result.Param) float64 { return 4 })
		if len(drawn) == 0 {
			return p.title, stem{}
		}
		return p.title, p.plotters[len(p.plotters)-1].(trend).points[0]
	}
	want := []struct {
		title string
		v     float64
	}{
		{"throughput (% of none)", 90}, {"p99.9 response (µs)", 1500}, {"longest pause (s)", 2}, {"checkpoint (ms)", 250},
		{"recovery (s)", 30},
		{"until a commit is durable, p50 (ms)", 250}, {"behind the log (MB)", 7}, {"read (bytes per byte logged)", 1.25},
		{"written (bytes per byte logged)", 1.75},
	}
	if len(figures) != len(want) {
		t.Fatalf("%d figures, want %d", len(figures), len(want))
	}
	near := func(a, b float64) bool { return a > b*(1-1e-9) && a < b*(1+1e-9) }
	for i, w := range want {
		title, v := at(figures[i], row)
		if title != w.title || v.x != 4 || !near(v.y, w.v) || !near(v.lo, w.v/2) || !near(v.hi, 2*w.v) {
			t.Errorf("%s: %+v, want %s at %v", title, v, w.title, w.v)
		}
	}
	row.P999 = stat(8e6)
	if title, v := at(figures[1], row); title != "p99.9 response (ms)" || !near(v.y, 8) {
		t.Errorf("%s: %+v, want 8 ms", title, v)
	}
	row.Open = false
	if _, v := at(figures[1], row); v.y != 0 {
		t.Errorf("a closed loop has a response of %v", v.y)
	}
}
