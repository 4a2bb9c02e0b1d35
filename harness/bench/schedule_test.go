package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// after returns a moment of the measured part.
func after(d time.Duration) time.Time { return fakeZero.Add(d) }

// taken7 is a checkpoint no two of whose figures are equal.
func taken7() taken {
	return taken{report: store.Report{
		Image: store.ImageInfo{Path: "images/image-7", Seq: 7, Bytes: 1001, Records: 1002, Tombstones: 1003,
			Point: store.Point{Kind: "epoch", Seq: 57}},
		Marks: []store.Mark{
			{At: after(1500 * ms), Name: store.MarkTrigger}, {At: after(1600 * ms), Name: store.MarkPoint},
			{At: after(2700 * ms), Name: store.MarkDurable},
		},
		Wait: 11 * ms, Pause: 12 * ms, Capture: 13 * ms, Write: 14 * ms, Sync: 15 * ms, Total: 16 * ms,
		Chain: 3, Stalls: 21, Stalled: 22 * ms, LogRead: 31, OwnRead: 32, OwnWritten: 33, LogLag: 34, LogSince: 35,
		Copies: 41, CopiedBytes: 42,
	}}
}

// wanted7 is what taken7 is in a result, as the fourth.
func wanted7() result.Checkpoint {
	return result.Checkpoint{
		N: 4, Trigger: 1.5, Wait: 0.011, Pause: 0.012, Capture: 0.013, Write: 0.014, Sync: 0.015, Total: 0.016,
		Stalls: 21, Stalled: 0.022, LogRead: 31, OwnRead: 32, OwnWritten: 33, LogLag: 34, LogSince: 35, Copies: 41,
		Copied: 42,
		Bytes:  1001, Records: 1002, Kind: "full", Chain: 3, Point: "epoch 57",
	}
}

// Every figure of a report is its own figure in the result.
func TestCheckpointByValue(t *testing.T) {
	s := &schedule{zero: fakeZero}
	check := func(what string, n int, change func(*taken), differs func(*result.Checkpoint)) {
		t.Helper()
		have, want := taken7(), wanted7()
		change(&have)
		differs(&want)
		if d := cmp.Diff(want, s.checkpoint(n, have)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	unfinished := func(c *result.Checkpoint) {
		c.Kind, c.Chain, c.Point, c.Error = "", 0, "", "not finished when the measured part ended"
	}
	check("full", 4, func(*taken) {}, func(*result.Checkpoint) {})
	check("first", 1, func(*taken) {}, func(c *result.Checkpoint) { c.N, c.Cold = 1, true })
	check("partial", 4, func(t *taken) { t.report.Image.Base = 6 }, func(c *result.Checkpoint) { c.Kind = "partial" })
	check("no image", 4, func(t *taken) { t.report.Image.Path, t.report.Image.Records = "", 0 },
		func(c *result.Checkpoint) { c.Bytes, c.Records = 0, 0 })
	check("discarded", 4, func(t *taken) { t.report.Image.Path = "" }, func(*result.Checkpoint) {})
	check("out of time", 4, func(t *taken) { t.err = fmt.Errorf("x: %w", context.DeadlineExceeded) }, unfinished)
	check("interrupted", 4, func(t *taken) { t.err = fmt.Errorf("x: %w", context.Canceled) }, unfinished)
	check("failed", 4, func(t *taken) { t.err = errors.New("disk is gone") }, func(c *result.Checkpoint) {
		unfinished(c)
		c.Error = "disk is gone"
	})
	check("nothing marked", 4, func(t *taken) { t.report.Marks = nil }, func(c *result.Checkpoint) { c.Trigger = 0 })
}

// Events carry the number of their checkpoint, and seconds of the measured part.
func TestEventsOfCheckpoints(t *testing.T) {
	s := &schedule{zero: fakeZero, reports: []taken{
		{report: store.Report{Marks: []store.Mark{{At: after(-ms), Name: store.MarkTrigger},
			{At: after(ms), Name: store.MarkFailed}}}, err: errors.New("x")},
		taken7(),
	}}
	cs, es := s.results()
	want := []result.Event{
		{At: -0.001, Checkpoint: 1, Name: "trigger"}, {At: 0.001, Checkpoint: 1, Name: "failed"},
		{At: 1.5, Checkpoint: 2, Name: "trigger"}, {At: 1.6, Checkpoint: 2, Name: "point"},
		{At: 2.7, Checkpoint: 2, Name: "durable"},
	}
	if d := cmp.Diff(want, es); d != "" {
		t.Error(d)
	}
	if len(cs) != 2 || cs[0].N != 1 || !cs[0].Cold || cs[0].Error != "x" || cs[1].N != 2 || cs[1].Cold ||
		cs[1].Total != 0.016 {
		t.Errorf("%+v", cs)
	}
}

// A checkpoint is due an interval after the one before was. One that took longer is
// followed at once by one, not by all that were missed.
func TestMissedCheckpointsAreNotCaughtUp(t *testing.T) {
	for _, c := range []struct{ now, want time.Duration }{
		{0, 300 * ms}, {299 * ms, 300 * ms}, {300 * ms, 300 * ms}, {301 * ms, 301 * ms}, {2 * time.Second, 2 * time.Second},
	} {
		if got := afterwards(after(100*ms), 200*ms, after(c.now)).Sub(fakeZero); got != c.want {
			t.Errorf("due at 100 ms, ended at %v: the next at %v, want %v", c.now, got, c.want)
		}
	}
}

// A checkpoint that fails ends the trial; one that the end of the measured part cut
// off does not. Neither is followed by another.
func TestFailedCheckpointFailsTheTrial(t *testing.T) {
	gone := errors.New("disk is gone")
	for _, c := range []struct {
		err        error
		more, ends bool
	}{{nil, true, false}, {gone, false, true}, {fmt.Errorf("x: %w", context.DeadlineExceeded), false, false},
		{context.Canceled, false, false}} {
		s := &schedule{zero: fakeZero}
		if more := s.add(taken{err: c.err}); more != c.more || (s.err != nil) != c.ends || len(s.reports) != 1 {
			t.Errorf("after %v another is taken: %v; the trial fails with %v; %d noted", c.err, more, s.err, len(s.reports))
		}
	}
}
