package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

func timeline(bs ...result.Bucket) *result.Trial { return &result.Trial{Buckets: bs} }

func TestSteps(t *testing.T) {
	tr := timeline(
		result.Bucket{Start: -1, Elapsed: 1, Commits: 99}, // warm-up
		result.Bucket{Start: 0, Elapsed: 1, Commits: 10},
		result.Bucket{Start: 1, Elapsed: 1, Commits: 20},
		result.Bucket{Start: 2.001, Elapsed: 1, Commits: 30},
		result.Bucket{Start: 5, Elapsed: 1, Commits: 40},  // after a gap
		result.Bucket{Start: 6, Elapsed: 0.1, Commits: 9}, // a rest, joins the last
	)
	check := func(limit int, want ...string) {
		t.Helper()
		var got []string
		for _, run := range steps(tr, throughput, limit) {
			s := ""
			for _, x := range run {
				s += fmt.Sprintf("%.4g..%.4g:%.4g ", x.t0, x.t1, x.v)
			}
			got = append(got, s)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("limit %d: %s", limit, d)
		}
	}
	check(0, "0..1:10 1..2:20 2.001..3.001:30 ", "5..6.1:44.55 ")
	check(3, "0..2:15 2.001..3.001:30 ", "5..6.1:44.55 ")
	check(1, "0..3.001:20 ", "5..6.1:44.55 ")
}

// TestStepsKeepCommits merges ever more coarsely: the area stays the number of
// commits.
func TestStepsKeepCommits(t *testing.T) {
	e := demo(1)
	for i := range e.Trials {
		tr := &e.Trials[i]
		for _, limit := range []int{0, 7, 50, 119} {
			area := 0.0
			for _, run := range steps(tr, throughput, limit) {
				for _, s := range run {
					area += s.v * (s.t1 - s.t0)
				}
			}
			if math.Abs(area/float64(tr.Committed)-1) > 0.005 { // buckets overlap by that
				t.Errorf("%s, limit %d: %v commits drawn, %d made", tr.Algorithm, limit, area, tr.Committed)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	ev := func(at float64, n int, name string) result.Event {
		return result.Event{At: at, Checkpoint: n, Name: name}
	}
	check := func(tr *result.Trial, wantWindows, wantPauses []span) {
		t.Helper()
		opt := cmp.AllowUnexported(span{})
		if d := cmp.Diff(wantWindows, windows(tr), opt); d != "" {
			t.Error("windows", d)
		}
		if d := cmp.Diff(wantPauses, pauses(tr), opt); d != "" {
			t.Error("pauses", d)
		}
	}
	check(&result.Trial{}, nil, nil)
	check(&result.Trial{Checkpoints: []result.Checkpoint{{Trigger: 1, Pause: 0.5, Total: 2}}}, []span{{1, 3}},
		[]span{{1, 1.5}})
	check(&result.Trial{Elapsed: 10, Events: []result.Event{
		ev(1, 1, "trigger"), ev(1.1, 1, "closed"), ev(1.2, 1, "opened"), ev(1.4, 1, "closed"), ev(1.5, 1, "opened"),
		ev(2, 1, "durable"),
		ev(4, 2, "trigger"), ev(5, 2, "failed"), ev(8, 3, "trigger"), ev(9, 3, "closed"),
	}}, []span{{1, 2}, {4, 5}, {8, 10}}, []span{{1.1, 1.2}, {1.4, 1.5}, {9, 10}})
	check(&result.Trial{Checkpoints: []result.Checkpoint{{Trigger: 1, Pause: 0, Total: 1}},
		Events: []result.Event{ev(1, 1, "trigger"), ev(2, 1, "durable")}}, []span{{1, 2}}, nil)
}

func TestPeakPassesOverASpike(t *testing.T) {
	var run []step
	for range 100 {
		run = append(run, step{v: 10})
	}
	run[50].v = 1000
	if got := peak([][]step{run}); got != 15 {
		t.Errorf("%v, want 15", got)
	}
	run[50].v = 12
	if got := peak([][]step{run}); got != 12 {
		t.Errorf("%v, want 12", got)
	}
}

func TestMergedTail(t *testing.T) {
	p := func(v float64, c uint64) result.Percentile { return result.Percentile{Value: v, Count: c} }
	got := mergedTail([][]result.Percentile{{p(1000, 90), p(9000, 100)}, {p(2000, 99), p(3000, 100)}})
	want := []struct{ ns, share float64 }{{1000, 90. / 200}, {2000, 189. / 200}, {3000, 190. / 200}, {9000, 1 - 1./200}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i, w := range want {
		if math.Abs(got[i].log-(math.Log10(w.ns)-9)) > 1e-9 || math.Abs(got[i].nines+math.Log10(1-w.share)) > 1e-9 {
			t.Errorf("step %d: %v, want %v", i, got[i], w)
		}
	}
}

func TestTicks(t *testing.T) {
	check := func(tk gonum.Ticker, lo, hi float64, want string) {
		t.Helper()
		got := ""
		for _, x := range tk.Ticks(lo, hi) {
			if x.Label != "" {
				got += x.Label + " "
			}
		}
		if got != want {
			t.Errorf("%v..%v: %q, want %q", lo, hi, got, want)
		}
	}
	check(siTicks{4}, 0, 2.1e6, "0 0.5M 1.0M 1.5M 2.0M ")
	check(siTicks{6}, 0, 12.03, "0 2 4 6 8 10 12 ")
	check(siTicks{4}, -30, 100, "0 50 100 ")
	check(siTicks{4}, 0, 0, "0 ")
	check(siTicks{4}, 0, 1e-7, "0 25n 50n 75n 100n ")
	check(logTicks{units.Seconds}, -6.1, -1.9, "1 µs 10 µs 100 µs 1 ms 10 ms ")
	check(ninesTicks{}, 0, 4.2, "50 90 99 99.9 99.99 ")
}

// TestLabelsKeepClear puts labels to crowded points: none may cover another or a
// point, or leave the frame.
func TestLabelsKeepClear(t *testing.T) {
	area := vg.Rectangle{Max: vg.Point{X: 200, Y: 100}}
	check := func(what string, n int, at func(i int) vg.Point) {
		t.Helper()
		ls := make([]label, n)
		for i := range ls {
			ls[i] = label{at: at(i), w: 30, h: 6}
		}
		place(area, ls)
		for i, l := range ls {
			for j, o := range ls {
				if j < i && overlap(l.box, o.box) > 0 {
					t.Errorf("%s: label %d covers %d", what, i, j)
				}
				if overlap(l.box, around(o.at, markerRoom, markerRoom)) > 1 { // a corner's touch
					t.Errorf("%s: label %d covers the point of %d", what, i, j)
				}
			}
			if outside(area, l.box) > 1e-9 {
				t.Errorf("%s: label %d is outside", what, i)
			}
		}
	}
	check("a knot", 12, func(i int) vg.Point { return vg.Point{X: 95 + vg.Length(i%4)*4, Y: 45 + vg.Length(i/4)*4} })
	check("the corners", 4, func(i int) vg.Point { return vg.Point{X: vg.Length(i%2) * 200, Y: vg.Length(i/2) * 100} })
	check("twenty-five", 25,
		func(i int) vg.Point { return vg.Point{X: 10 + vg.Length(i*37%180), Y: 5 + vg.Length(i*53%90)} })
	check("one place", 5, func(int) vg.Point { return vg.Point{X: 100, Y: 50} })
}

// Pages hold families whole, each algorithm once, and the baseline every time.
func TestPages(t *testing.T) {
	s := NewStyle(manyOrder)
	var as []algorithm
	for _, n := range manyOrder {
		as = append(as, algorithm{name: n, look: s.Look(n)})
	}
	var got []string
	for _, p := range paged(as) {
		var names []string
		for _, a := range p {
			names = append(names, a.name)
		}
		got = append(got, strings.Join(names, " "))
	}
	want := []string{
		"none naive naive-copy pnaive fuzzy pfuzzy cou cou-block",
		"none zigzag pzigzag pingpong pingpong-drain ppingpong hourglass",
		"none piggyback calc calc-mutex pcalc cpr cpr-verify",
		"none lineairdb hyper push flink flink-nested foedus",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if n := len(paged(as[:10])); n != 1 {
		t.Errorf("ten algorithms take %d pages", n)
	}
}
