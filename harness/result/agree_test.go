package result

import (
	"strings"
	"testing"
)

// Each figure is held against what it was computed from, and every contradiction
// is refused, though the checksums are right.
func TestContradictionsAreRefused(t *testing.T) {
	check := func(want string, edit func(*Trial)) {
		t.Helper()
		x := sample()
		edit(&x)
		switch err := x.agrees(); {
		case want == "" && err != nil:
			t.Errorf("%v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("error %v, want %q", err, want)
		}
	}
	check("", func(*Trial) {})
	check("but committed/elapsed_s is", func(x *Trial) { tput := *x.Throughput * 1.00001; x.Throughput = &tput })
	check("in which nothing was committed", func(x *Trial) { x.Committed, x.Buckets = 0, x.Buckets[:1] })
	check("elapsed_s is -1", func(x *Trial) { x.Elapsed = -1 })
	check("add up to 21628696", func(x *Trial) { x.Buckets[1].Commits++ })
	check("add up to 21628694", func(x *Trial) { x.Buckets[1].Commits-- })
	check("add up to 12.1", func(x *Trial) { x.Buckets[1].Elapsed += 0.1 })
	check("", func(x *Trial) { x.Buckets[0].Commits += 1000 }) // of the warm-up
	check("nothing in timeline.csv", func(x *Trial) { x.Buckets = nil })
	check("the bucket at 12.2 s", func(x *Trial) { x.Buckets[2].P999 = 1 })
	check("service_ns: the quantiles do not ascend", func(x *Trial) { x.Service.P99 = 1 })
	check("durable_ns: the quantiles do not ascend", func(x *Trial) { x.Durable.Mean = x.Durable.Max + 1 })
	check("latency_between_ns: the quantiles", func(x *Trial) { x.LatencyBetween = &Quantiles{P50: 2, P90: 1, Max: 3} })
	check("pause_s is 1.1 of a total_s of 1", func(x *Trial) { x.Checkpoints[0].Pause = 1.1 })
	check("pause_s is -0.1", func(x *Trial) { x.Checkpoints[0].Pause = -0.1 })
	check("a time is negative", func(x *Trial) { x.Checkpoints[1].Wait = -1 })
	check("a time is negative", func(x *Trial) { x.Checkpoints[1].Write = -1 })
	check("bytes or records are negative", func(x *Trial) { x.Checkpoints[1].Bytes = -1 })
	check("", func(x *Trial) { x.Checkpoints[2].Pause = 1000 }) // it came to nothing
	check(`verdict.mode is "trail"`, func(x *Trial) { x.Verdict.Mode = "trail" })
	check("verdict.ok is true of a trial that is ok and verified off", func(x *Trial) { x.Verdict.Mode = ModeOff })
	check("verdict.ok is true of a trial that is partial", func(x *Trial) { x.Status = Partial })
	check("has 10 latencies, but the quantiles are of 9", func(x *Trial) { x.Service.Count = 9 })
	check("has 10 latencies, and there are no quantiles", func(x *Trial) { x.Durable = nil })
	check("relative_to_none is -1", func(x *Trial) { minus := -1.0; x.Relative = &minus })
}
