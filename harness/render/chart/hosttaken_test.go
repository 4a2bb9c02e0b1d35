package chart

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ckptbench/harness/result"
)

// A bucket is marked from a share of the workers' time on; neighbours make one
// mark, the warm-up makes none.
func TestHostTaken(t *testing.T) {
	ms := uint64(1e6)
	tr := &result.Trial{Workers: 2, Buckets: []result.Bucket{
		{Start: -0.1, Elapsed: 0.1, HostTaken: 90 * ms},
		{Start: 0, Elapsed: 0.1, HostTaken: 10 * ms}, // 5 % of two workers' time: not over it
		{Start: 0.1, Elapsed: 0.1, HostTaken: 34 * ms},
		{Start: 0.2, Elapsed: 0.1, HostTaken: 12 * ms},
		{Start: 0.3, Elapsed: 0.1},
		{Start: 0.4, Elapsed: 0.2, HostTaken: 21 * ms},
		{Start: 0.6, Elapsed: 0.1},
		{Start: 0.7, Elapsed: 0.1, HostTaken: 38 * ms}, // a checkpoint, below its share
		{Start: 0.8, Elapsed: 0.1},
		{Start: 0.9, Elapsed: 0.1, HostTaken: 60 * ms}, // over it
	}, Events: []result.Event{
		{At: 0.65, Checkpoint: 1, Name: "trigger"}, {At: 0.75, Checkpoint: 1, Name: "durable"},
		{At: 0.95, Checkpoint: 2, Name: "trigger"}, {At: 0.98, Checkpoint: 2, Name: "durable"},
	}}
	got := hostTaken(tr)
	for i := range got { // sums of tenths
		got[i] = span{round3(got[i].from), round3(got[i].to)}
	}
	if want := []span{{0.1, 0.3}, {0.4, 0.6}, {0.9, 1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := hostTaken(nil); got != nil {
		t.Errorf("no trial: %v", got)
	}
}

func round3(v float64) float64 { return float64(int(1000*v+0.5)) / 1000 }

// The legend has the mark only where there is one to explain.
func TestHostLegend(t *testing.T) {
	has := func(e *result.Experiment) bool {
		v := newView(e, nil, Style{})
		return anyHostTaken(v.drawable(hasTimeline))
	}
	quiet, hit := demo(1), hostDemo()
	if has(quiet) || !has(hit) {
		t.Errorf("quiet %v, hit %v", has(quiet), has(hit))
	}
	if dir := os.Getenv("LOOK"); dir != "" { // to be looked at
		for _, c := range append(TimelineAll(hit, nil, Style{}), Timeline(hit, nil, Style{})) {
			png, err := c.Encode("png")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, c.Name+".png"), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// hostDemo is the demo with dips that the host made.
func hostDemo() *result.Experiment {
	e := demo(1)
	for i := range e.Trials {
		t := &e.Trials[i]
		for k := range t.Buckets {
			if n := (k + 7*i) % 53; n == 0 || n == 1 && i%2 == 0 {
				b := &t.Buckets[k]
				b.HostTaken, b.LongestGap = uint64(0.34*b.Elapsed*1e9), uint64(0.3*b.Elapsed*1e9)
				b.Commits = b.Commits * 6 / 10
			}
		}
	}
	return e
}
