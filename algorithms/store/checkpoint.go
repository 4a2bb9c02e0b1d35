package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/sched"
)

// The moments that every checkpoint has; algorithms add their phases by name.
const (
	MarkTrigger = "trigger"     // it was asked for
	MarkClosed  = "closed"      // no transaction may start
	MarkPoint   = "point"       // the point of consistency
	MarkOpened  = "opened"      // transactions may start again
	MarkCapture = "capture end" // the last record was handed over
	MarkDurable = "durable"     // the image is on disk and published
	MarkFailed  = "failed"
)

// kindUnlogged is the kind of the point of an image that only the log can repair,
// where the log holds no changes.
const kindUnlogged = "unlogged"

// A Mark is a moment of a checkpoint.
type Mark struct {
	At   time.Time
	Name string
}

// A Report is what a checkpoint did and cost. The costs are cut at the same
// moments for every algorithm.
type Report struct {
	Image image.Info
	Marks []Mark

	Wait    time.Duration // from the trigger to the point of consistency
	Pause   time.Duration // no transaction could start
	Capture time.Duration // from the point to the last block written, less Write
	Write   time.Duration // of that, kept waiting by the device or the rate limit
	Sync    time.Duration // from the last block written to durable and published
	Total   time.Duration // from the trigger to durable

	Chain   int           // images that have to be read for this one: 1 for a full one
	Stalls  uint64        // times that the algorithm made a transaction wait in a write
	Stalled time.Duration // for so long in all, over all workers: none of it is in Pause

	// Of an algorithm with files of its own, or that reads the log, in bytes;
	// the image is not among them. All three count what was asked for.
	LogRead, OwnRead, OwnWritten int64
	// LogLag is by how many bytes the log grew from the trigger to the end, at
	// least: what the image was behind the log by then. LogSince is by how many
	// it grew from the trigger before to this one: what was changed between the
	// two. 0 without a log.
	LogLag, LogSince int64

	// Copies is how many versions transactions copied because of the
	// checkpoint, CopiedBytes how much that was, with what was copied on the way
	// to them. 0 of an algorithm that does not count them (see Env.Copied).
	Copies, CopiedBytes int64
}

// trace collects the marks of one checkpoint.
type trace struct {
	mu    sync.Mutex
	marks []Mark
}

// mark notes a moment now. The algorithm's and the engine's goroutines both do.
func (t *trace) mark(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.marks = append(t.marks, Mark{time.Now(), name})
}

// take returns the moments since the last take, and forgets them.
func (t *trace) take() []Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	marks := t.marks
	t.marks = nil
	return marks
}

// Checkpoint takes one image and publishes it. A second caller waits for the
// first. After an error, ctx's included, the image before is still there and
// the store goes on; the report then holds what was marked.
func (s *Store) Checkpoint(ctx context.Context) (Report, error) {
	trigger := Mark{time.Now(), MarkTrigger}
	select {
	case s.ckpt <- struct{}{}:
	case <-ctx.Done():
		return Report{}, fmt.Errorf("checkpoint under %s: wait for the one before: %w", s.opts.Algorithm, ctx.Err())
	}
	defer func() { <-s.ckpt }()
	if s.closed.Load() {
		return Report{}, ErrClosed
	}
	s.trace.take()
	before, from := s.Counts(), s.volume()
	info, err := s.checkpoint(ctx)
	if err != nil {
		s.trace.mark(MarkFailed)
	}
	marks := append([]Mark{trigger}, s.trace.take()...)
	// A checkpoint that failed, or was cancelled, is settled as well, now or
	// before the next.
	if e := s.settle(ctx); e != nil && err == nil {
		err = fmt.Errorf("image %s is published, but not settled: %w", info.Path, e)
	}
	r := Report{Image: info, Marks: marks}
	if err == nil {
		r = report(marks, info)
	} else {
		err = fmt.Errorf("checkpoint under %s: %w", s.opts.Algorithm, err)
	}
	after := s.Counts()
	r.since(from, s.volume())
	r.LogSince, s.logAt = from.log-s.logAt, from.log
	r.Stalls, r.Stalled = after.Stalls-before.Stalls, after.Stalled-before.Stalled
	r.Chain = s.images.Chain()
	r.Copies, r.CopiedBytes = s.env.copies.Swap(0), s.env.copied.Swap(0)
	return r, err
}

// settle has the algorithm end the checkpoint before this one, if it has not yet. The
// caller holds ckpt.
func (s *Store) settle(ctx context.Context) error {
	if !s.unsettled {
		return nil
	}
	if err := s.alg.Settle(ctx); err != nil {
		return err
	}
	s.env.Dirty.settle(s.env.published)
	s.unsettled = false
	return nil
}

// checkpoint takes an image and publishes it. The caller holds ckpt. Where it fails, the
// image's file is gone, and the changes marked for it count for the next one.
func (s *Store) checkpoint(ctx context.Context) (image.Info, error) {
	if err := s.settle(ctx); err != nil {
		return image.Info{}, err
	}
	if err := s.shorten(ctx); err != nil {
		return image.Info{}, err
	}
	w, err := s.images.BeginPartial(s.base)
	if err != nil {
		return image.Info{}, err
	}
	s.unsettled, s.env.published = true, false
	s.noteLog()
	point, err := s.alg.Checkpoint(ctx, &Image{w: w, e: s.env, base: s.base})
	if err == nil {
		s.trace.mark(MarkCapture)
		if s.opts.Log.NotesOnly && point.LogTo != 0 {
			point.Kind = kindUnlogged
		}
		point, err = s.logReaches(ctx, point)
	}
	if err != nil {
		_ = w.Abort() // the error that matters is err
		return image.Info{}, err
	}
	info, err := w.Commit(ctx, point)
	if err != nil {
		_ = w.Abort()
		return image.Info{}, err
	}
	s.trace.mark(MarkDurable)
	s.prefix.publish(info, time.Now())
	s.env.published = true
	if s.opts.Partial != TrackNone {
		s.base = info.Seq
		s.collapser.wake()
	}
	return info, s.dropLog(info)
}

// report works out the costs. The pause may lie before the point, after it, or
// (a dump while transactions are kept out) around the capture.
func report(marks []Mark, info image.Info) Report {
	r := Report{Image: info, Marks: marks, Write: info.WriteTime, Sync: info.SyncTime}
	var trigger, closed, point, durable time.Time
	for _, m := range marks {
		switch m.Name {
		case MarkTrigger:
			trigger = m.At
		case MarkClosed:
			closed = m.At
		case MarkOpened:
			r.Pause += m.At.Sub(closed)
		case MarkPoint:
			point = m.At
		case MarkDurable:
			durable = m.At
		}
	}
	r.Wait, r.Total = point.Sub(trigger), durable.Sub(trigger)
	r.Capture = max(0, r.Total-r.Wait-r.Write-r.Sync)
	return r
}

// strideOfOne is the bytes of a slot with one version.
func strideOfOne(spec TableSpec) int { return record.Stride(spec.ValueSize, 1) }

// Quiesce brings the store to a physical point of consistency: it keeps
// transactions from starting, waits for those that run, calls f, and lets
// transactions in again. f marks the point, or lets Quiesce mark it before.
func (e *Env) Quiesce(ctx context.Context, f func() error) error {
	e.Mark(MarkClosed)
	e.Clock.Close()
	defer func() {
		e.Clock.Open()
		e.Mark(MarkOpened)
	}()
	if err := e.Clock.AwaitNone(ctx); err != nil {
		return err
	}
	sched.Point("quiesced")
	e.Mark(MarkPoint)
	return f()
}

// SetDiskRate limits what is written from now on, images and the log together,
// to rate bytes a second; 0 is without limit.
func (s *Store) SetDiskRate(rate int64) { s.disk.SetRate(rate) }

// PaceImages limits images further, from now on, to rate bytes a second; 0 is without
// a limit beside the disk's. The log is not paced.
func (s *Store) PaceImages(rate int64) { s.pace.SetRate(rate) }
