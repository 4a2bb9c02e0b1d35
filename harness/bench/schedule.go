package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/judge"
	"ckptbench/harness/result"
)

// A schedule takes a trial's checkpoints when the config says, and keeps their
// images for reading back.
// run has a goroutine of its own; the sampler asks state meanwhile.
type schedule struct {
	cell  cell
	store *store.Store
	// When the measured part begins and ends.
	zero time.Time
	end  time.Time
	keep string // folder for the images; the store keeps only the last two
	warm bool   // a checkpoint of the warm-up was not reported; run's until it returns
	log  bool   // the log is kept as well: the images are worth nothing without it

	mu      sync.Mutex
	reports []taken // protected by mu
	now     string  // what is going on; protected by mu
	err     error   // protected by mu until run returns
}

// taken is one checkpoint that was tried.
type taken struct {
	report store.Report
	err    error
	// What each worker had committed before the checkpoint was asked for, and after it returned.
	at   judge.Moments
	kept []string // second names of the full image, and of the partial ones based on it, the newest last
}

// image is the second name of the image as it was written; ok is false where it
// was not kept, or only what took its place when it was collapsed.
func (t taken) image() (path string, ok bool) {
	if len(t.kept) == 0 {
		return "", false
	}
	path = t.kept[len(t.kept)-1]
	return path, filepath.Base(path) == filepath.Base(t.report.Image.Path)
}

// newSchedule returns the schedule of one trial's checkpoints, from zero to end.
func newSchedule(c cell, s *store.Store, zero, end time.Time, keep string) *schedule {
	return &schedule{cell: c, store: s, zero: zero, end: end, keep: keep}
}

// run takes checkpoints until ctx ends.
// The first error of a checkpoint ends it, as the images after it would prove nothing.
func (s *schedule) run(ctx context.Context) {
	if s.cell.ByCheckpoint() {
		s.backToBack(ctx)
		return
	}
	c := s.cell.Checkpoint
	at := s.zero.Add(time.Duration(c.First))
	for n := 1; (c.Count == 0 || n <= int(c.Count)) && at.Before(s.end); n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(at)):
		}
		s.say(fmt.Sprintf("ckpt#%d", n))
		t := take(ctx, s.store)
		s.say("")
		if !s.add(t) {
			return
		}
		at = afterwards(at, time.Duration(c.Interval), time.Now())
	}
}

// afterwards returns when the checkpoint is due after one that was due at a moment
// and has ended by now: an interval later, or now. Those that were missed meanwhile
// are not caught up.
func afterwards(at time.Time, interval time.Duration, now time.Time) time.Time {
	if next := at.Add(interval); next.After(now) {
		return next
	}
	return now
}

// backToBack takes one checkpoint after the other until ctx ends, from now on: what
// transactions wait for is in a steady state when the measured part begins. Images
// that were published before it are not reported, nor read back.
func (s *schedule) backToBack(ctx context.Context) {
	for n := 1; ctx.Err() == nil; n++ {
		s.say(fmt.Sprintf("ckpt#%d", n))
		t := take(ctx, s.store)
		s.say("")
		if t.err == nil && time.Now().Before(s.zero) {
			s.warm = true
			continue
		}
		if !s.add(t) {
			return
		}
	}
}

// take takes a checkpoint.
func take(ctx context.Context, s *store.Store) (t taken) {
	// Read outside the checkpoint's own time.
	t.at.Before = s.Committed()
	t.report, t.err = s.Checkpoint(ctx)
	t.at.After = s.Committed()
	return t
}

// add notes a checkpoint, and reports whether another makes sense.
func (s *schedule) add(t taken) bool {
	// A second name keeps the file when the store removes the image.
	if t.err == nil && t.report.Image.Path != "" {
		t.kept, t.err = s.store.Retain(t.report.Image, s.keep)
	}
	if t.err == nil && s.log { // no checkpoint is under way, which could delete files of it
		t.err = s.store.RetainLog(s.keptLog())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reports = append(s.reports, t)
	if t.err != nil && !errors.Is(t.err, context.Canceled) && !errors.Is(t.err, context.DeadlineExceeded) {
		s.err = t.err
		return false
	}
	return t.err == nil
}

// keptLog returns the folder of the log's second names.
func (s *schedule) keptLog() string { return filepath.Join(s.keep, "log") }

// say notes what is under way, for the progress line.
func (s *schedule) say(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = what
}

// state says what checkpoint is under way, if one is.
func (s *schedule) state() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// images returns the kept images, in the order in which they were taken.
// They are read when the trial is over.
func (s *schedule) images() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	var whole []taken
	for _, t := range s.reports {
		if t.err == nil && len(t.kept) > 0 {
			whole = append(whole, t)
		}
	}
	return whole
}

// buffered reports whether an image went through the page cache.
// The disk may have refused direct I/O that was asked for.
func (s *schedule) buffered() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.reports, func(t taken) bool {
		return t.err == nil && t.report.Image.Path != "" && !t.report.Image.Direct
	})
}

// results turns the reports into figures and events.
// Times are seconds from the beginning of the measured part; those of the warm-up are negative.
func (s *schedule) results() (cs []result.Checkpoint, es []result.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.reports {
		cs = append(cs, s.checkpoint(i+1, t))
		for _, m := range t.report.Marks {
			es = append(es, result.Event{At: m.At.Sub(s.zero).Seconds(), Checkpoint: i + 1, Name: m.Name})
		}
	}
	return cs, es
}

// checkpoint is the n-th checkpoint as the result has it, in seconds and bytes.
func (s *schedule) checkpoint(n int, t taken) result.Checkpoint {
	r := t.report
	c := result.Checkpoint{
		N: n, Cold: n == 1 && !s.warm,
		Wait: seconds(r.Wait), Pause: seconds(r.Pause), Capture: seconds(r.Capture),
		Write: seconds(r.Write), Sync: seconds(r.Sync), Total: seconds(r.Total),
		Stalls: int64(r.Stalls), Stalled: seconds(r.Stalled),
		LogRead: r.LogRead, OwnRead: r.OwnRead, OwnWritten: r.OwnWritten, LogLag: r.LogLag, LogSince: r.LogSince,
		Copies: r.Copies, Copied: r.CopiedBytes,
		Bytes: r.Image.Bytes, Records: int64(r.Image.Records), Direct: r.Image.Direct,
	}
	if r.Image.Path == "" && r.Image.Records == 0 { // no image was written, not even its header
		c.Bytes = 0
	}
	// The first mark is the trigger.
	if len(r.Marks) > 0 {
		c.Trigger = seconds(r.Marks[0].At.Sub(s.zero))
	}
	switch {
	case errors.Is(t.err, context.Canceled) || errors.Is(t.err, context.DeadlineExceeded):
		c.Error = "not finished when the measured part ended"
	case t.err != nil:
		c.Error = t.err.Error()
	default:
		c.Point, c.Kind, c.Chain = r.Image.Point.String(), "full", r.Chain
		if r.Image.Base != 0 {
			c.Kind = "partial"
		}
	}
	return c
}
