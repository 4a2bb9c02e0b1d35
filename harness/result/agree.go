package result

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// modes are the words of Verdict.Mode.
// Anything else was written by another program.
var modes = []string{ModeTrial, ModeFull, ModeOff, ModelVerdict}

// How the images of a trial were checked, beside ModelVerdict.
const (
	ModeTrial = "trial" // every image of the measured part, and one recorded run a point
	ModeFull  = "full"  // likewise, and a recorded run before every trial
	ModeOff   = "off"   // not at all
)

// exactly is how far two numbers may be apart, relative to each other, that were
// computed from the same ones: seconds are stored with microseconds.
const exactly = 1e-6

// rounding is how far seconds may be off that were stored with microseconds.
const rounding = 5e-6

// agrees returns the first contradiction between the figures of t: each is stored
// beside what it was computed from.
// A result that was edited by hand, or damaged in a way that checksums cannot see, is found this
// way.
func (t *Trial) agrees() error {
	if !slices.Contains(modes, t.Verdict.Mode) && !(t.Verdict.Mode == "" && t.Schema < sumsSchema) {
		return fmt.Errorf("verdict.mode is %q, want %v", t.Verdict.Mode, modes)
	}
	// A verdict of right needs a trial that ended and was checked.
	if t.Schema >= sumsSchema && t.Verdict.OK && (t.Status != OK || t.Verdict.Mode == ModeOff) {
		return fmt.Errorf("verdict.ok is true of a trial that is %s and verified %s", t.Status, t.Verdict.Mode)
	}
	// Earlier versions did not say how.
	if n := t.Verdict.How.Sum(); n != 0 && n != t.Verdict.Images {
		return fmt.Errorf("verdict.images is %d, but those of verdict.how are %d", t.Verdict.Images, n)
	}
	for _, check := range []func() error{t.throughputAgrees, t.bucketsAgree, t.latenciesAgree, t.checkpointsAgree} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// throughputAgrees compares the throughput with the transactions over the time.
func (t *Trial) throughputAgrees() error {
	switch {
	case t.Elapsed < 0:
		return fmt.Errorf("elapsed_s is %v", t.Elapsed)
	case t.Throughput == nil:
		return nil
	case t.Committed == 0 && t.Schema >= sumsSchema:
		return errors.New("throughput_txn_s of a trial in which nothing was committed")
	case !near(*t.Throughput*t.Elapsed, float64(t.Committed), exactly*float64(t.Committed)):
		return fmt.Errorf("throughput_txn_s is %v, but committed/elapsed_s is %d/%v = %v",
			*t.Throughput, t.Committed, t.Elapsed, float64(t.Committed)/t.Elapsed)
	case t.Relative != nil && *t.Relative < 0:
		return fmt.Errorf("relative_to_none is %v", *t.Relative)
	case t.RelativeLog != nil && *t.RelativeLog < 0:
		return fmt.Errorf("relative_to_none_with_log is %v", *t.RelativeLog)
	}
	return nil
}

// Measured reports whether b belongs to the measured part. One that began before it
// because the clock was read late belongs to where most of it lies.
func (b Bucket) Measured() bool { return b.Start >= -b.Elapsed/2 }

// bucketsAgree adds the timeline up.
func (t *Trial) bucketsAgree() error {
	if len(t.Buckets) == 0 {
		if t.Throughput != nil && t.Schema >= sumsSchema {
			return fmt.Errorf("there is a throughput, and nothing in %s", timelineFile)
		}
		return nil
	}
	var commits uint64
	elapsed := 0.0
	// The warm-up is in the timeline too, before time 0.
	for _, b := range t.Buckets {
		if b.Measured() {
			commits, elapsed = commits+b.Commits, elapsed+b.Elapsed
		}
		if !ascend(b.P50, b.P99, b.P999, b.Max) {
			return fmt.Errorf("the latencies of the bucket at %v s in %s do not ascend", b.Start, timelineFile)
		}
	}
	switch {
	case commits != t.Committed:
		return fmt.Errorf("committed is %d, but the buckets of %s add up to %d", t.Committed, timelineFile, commits)
	case !near(elapsed, t.Elapsed, exactly*max(elapsed, 1)):
		return fmt.Errorf("elapsed_s is %v, but the buckets of %s add up to %v", t.Elapsed, timelineFile, elapsed)
	}
	return nil
}

// latenciesAgree compares quantiles with each other and with the distributions.
func (t *Trial) latenciesAgree() error {
	for _, q := range []struct {
		name string
		q    *Quantiles
	}{{"response_ns", t.Response}, {"service_ns", t.Service}, {"durable_ns", t.Durable},
		{"latency_between_ns", t.LatencyBetween}, {"latency_capturing_ns", t.LatencyCapturing}} {
		if q.q != nil && !q.q.ascend() {
			return fmt.Errorf("%s: the quantiles do not ascend: %+v", q.name, *q.q)
		}
	}
	if t.Bulk != nil && !t.Bulk.Messages.ascend() {
		return fmt.Errorf("bulk: messages: the quantiles do not ascend: %+v", t.Bulk.Messages)
	}
	if err := counted(latencyFile, t.HGRM, cmp.Or(t.Response, t.Service)); err != nil {
		return err
	}
	return counted(durableFile, t.DurableHGRM, t.Durable)
}

// ascend reports whether the quantiles are in order, and none above the largest value.
func (q *Quantiles) ascend() bool {
	return ascend(q.P50, q.P90, q.P99, q.P999, q.P9999, q.Max) && q.Mean <= q.Max
}

// counted compares the count of a distribution with that of its quantiles.
func counted(name string, hgrm []byte, q *Quantiles) error {
	steps, err := parseHGRM(name, hgrm)
	if err != nil || len(steps) == 0 {
		return err
	}
	switch n := steps[len(steps)-1].Count; {
	case q == nil:
		return fmt.Errorf("%s has %d latencies, and there are no quantiles of them", name, n)
	case n != q.Count:
		return fmt.Errorf("%s has %d latencies, but the quantiles are of %d", name, n, q.Count)
	}
	return nil
}

// checkpointsAgree compares the parts of a complete checkpoint with the whole.
// Incomplete ones have times of what they got through, which need not add up.
func (t *Trial) checkpointsAgree() error {
	for _, c := range complete(t.Checkpoints) {
		switch {
		case c.Pause < 0 || c.Pause > c.Total+rounding:
			return fmt.Errorf("checkpoint %d: pause_s is %v of a total_s of %v", c.N, c.Pause, c.Total)
		case min(c.Wait, c.Write, c.Sync, c.Stalled) < 0:
			return fmt.Errorf("checkpoint %d: a time is negative", c.N)
		case c.Bytes < 0 || c.Records < 0:
			return fmt.Errorf("checkpoint %d: bytes or records are negative", c.N)
		}
	}
	return nil
}

// near reports whether a and b differ by at most by.
// False where either is not a number.
func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// ascend reports whether no value is below the one before.
func ascend(vs ...uint64) bool { return slices.IsSorted(vs) }
