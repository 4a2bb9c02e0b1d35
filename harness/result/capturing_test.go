package result

import (
	"math"
	"testing"
)

// Which buckets count as within a capture, and which as between checkpoints.
func TestCapturingAndBetween(t *testing.T) {
	buckets := func(commits ...uint64) (out []Bucket) {
		for i, n := range commits {
			out = append(out, Bucket{Start: float64(i-1) / 10, Elapsed: 0.1, Commits: n})
		}
		return out
	}
	ckpt := func(n int, trigger, point, captured, durable float64, end string) []Event {
		es := []Event{{trigger, n, "trigger"}, {point, n, "point"}}
		if captured > 0 {
			es = append(es, Event{captured, n, "capture end"})
		}
		return append(es, Event{durable, n, end})
	}
	check := func(what string, t9 Trial, capturing, between float64) {
		t.Helper()
		for _, f := range []struct {
			name string
			get  func() (float64, bool)
			want float64
		}{{"capturing", t9.Capturing, capturing}, {"between", t9.Between, between}} {
			if got, ok := f.get(); ok != (f.want >= 0) || ok && math.Abs(got-f.want) > 1e-6 {
				t.Errorf("%s, %s: %v, %v, want %v", what, f.name, got, ok, f.want)
			}
		}
	}
	bs := buckets(99, 10, 20, 30, 40, 50, 60) // the first is the warm-up's
	check("no checkpoint", Trial{Buckets: bs}, -1, 350)
	check("one", Trial{Buckets: bs, Events: ckpt(1, 0.15, 0.19, 0.41, 0.45, "durable")}, 350, 350)
	check("two", Trial{Buckets: bs,
		Events: append(ckpt(1, 0.01, 0.05, 0.25, 0.26, "durable"), ckpt(2, 0.27, 0.28, 0.45, 0.46, "durable")...)}, 300, 600)
	check("failed", Trial{Buckets: bs, Events: ckpt(1, 0.11, 0.15, 0, 0.35, "failed")}, 300, 400)
	check("not ended", Trial{Buckets: bs, Events: ckpt(1, 0.35, 0.38, 0, 0.39, "opened")}, 550, 200)
	check("no bucket within", Trial{Buckets: bs, Events: ckpt(1, 0.11, 0.12, 0.13, 0.14, "durable")}, -1, 380)
	check("no bucket between", Trial{Buckets: bs, Events: ckpt(1, -0.05, 0, 0, 1, "opened")}, 350, -1)
}
