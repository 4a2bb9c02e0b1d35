package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ckptbench/algorithms/internal/image"
)

// The costs of a checkpoint by value. They are cut at the marks: what lies before the
// point is Wait, what the device took is Write and Sync, the rest until the image
// is durable is Capture, and the four add up to Total. Every closing is a pause.
func TestReportByValue(t *testing.T) {
	const ms = time.Millisecond
	mark := func(at time.Duration, name string) Mark { return Mark{time.Unix(1000, 0).Add(at), name} }
	check := func(what string, info image.Info, want Report, marks ...Mark) {
		t.Helper()
		want.Image, want.Marks = info, marks
		if d := cmp.Diff(want, report(marks, info)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	info := image.Info{Seq: 7, WriteTime: 20 * ms, SyncTime: 30 * ms}
	check("quiesced before the capture", info,
		Report{Wait: 15 * ms, Pause: 7 * ms, Capture: 135 * ms, Write: 20 * ms, Sync: 30 * ms, Total: 200 * ms},
		mark(0, MarkTrigger), mark(9*ms, MarkClosed), mark(15*ms, MarkPoint), mark(16*ms, MarkOpened),
		mark(170*ms, MarkCapture), mark(200*ms, MarkDurable))
	check("dumped while closed", info,
		Report{Wait: 10 * ms, Pause: 160 * ms, Capture: 140 * ms, Write: 20 * ms, Sync: 30 * ms, Total: 200 * ms},
		mark(0, MarkTrigger), mark(10*ms, MarkClosed), mark(10*ms, MarkPoint), mark(170*ms, MarkCapture),
		mark(170*ms, MarkOpened), mark(200*ms, MarkDurable))
	check("closed twice", info,
		Report{Wait: 40 * ms, Pause: 16 * ms, Capture: 110 * ms, Write: 20 * ms, Sync: 30 * ms, Total: 200 * ms},
		mark(0, MarkTrigger), mark(10*ms, MarkClosed), mark(15*ms, MarkOpened), mark(30*ms, MarkClosed),
		mark(40*ms, MarkPoint), mark(41*ms, MarkOpened), mark(170*ms, MarkCapture), mark(200*ms, MarkDurable))
	check("never closed", info, Report{Wait: 100 * ms, Capture: 50 * ms, Write: 20 * ms, Sync: 30 * ms, Total: 200 * ms},
		mark(0, MarkTrigger), mark(50*ms, "prepare"), mark(100*ms, MarkPoint), mark(180*ms, MarkCapture),
		mark(200*ms, MarkDurable))
	check("written beside the capture", image.Info{WriteTime: 90 * ms, SyncTime: 80 * ms},
		Report{Wait: 100 * ms, Write: 90 * ms, Sync: 80 * ms, Total: 200 * ms},
		mark(0, MarkTrigger), mark(100*ms, MarkPoint), mark(180*ms, MarkCapture), mark(200*ms, MarkDurable))
}

// eventful is plain, with something that happens while an image is taken.
type eventful struct {
	plain
	during func()
}

func (e *eventful) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	e.during()
	return e.plain.Checkpoint(ctx, w)
}

// A checkpoint is charged with what stalled and what was copied from its trigger to
// its end, and not with what was before.
func TestReportOfItsOwn(t *testing.T) {
	alg := &eventful{}
	var env *Env
	s := openTest(t, func(o *Options) {
		o.Images = Images{Dir: t.TempDir()}
		o.New = func(e *Env) (Algorithm, error) { env = e; return alg, nil }
	})
	w := s.Worker(0)
	w.stalls.Add(5)
	w.stalled.Add(50)
	alg.during = func() {
		w.stalls.Add(2)
		w.stalled.Add(7)
		env.Copied(3, 4)
	}
	for n := range 2 {
		r, err := s.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if r.Stalls != 2 || r.Stalled != 7 || r.Copies != 3 || r.CopiedBytes != 4 || r.Chain != 1 {
			t.Errorf("checkpoint %d: %+v", n+1, r)
		}
		if len(r.Marks) < 3 || r.Marks[0].Name != MarkTrigger || r.Marks[len(r.Marks)-1].Name != MarkDurable {
			t.Errorf("marks %v", r.Marks)
		}
		if first, last := r.Marks[0].At, r.Marks[len(r.Marks)-1].At; r.Total != last.Sub(first) {
			t.Errorf("total is %v from %v to %v", r.Total, first, last)
		}
	}
}

// The sampler sees no commit that has not happened, each by the sixteenth after it,
// and all of them after a flush; an abort is no commit.
func TestCommitsArePublished(t *testing.T) {
	s := openTest(t, nil)
	w := s.Worker(0)
	one := func() { do(t, w, rw(1), func(tx *Txn) { tx.Write(0, Whole, []byte("x")) }) }
	for n := uint64(1); n <= 40; n++ {
		one()
		if got := s.Counts().Commits; got > n || n-got >= 16 || w.Committed() != n {
			t.Errorf("after %d commits %d are published, and %d counted", n, got, w.Committed())
		}
	}
	if w.Flush(); s.Counts().Commits != 40 {
		t.Errorf("%d are published after a flush, want 40", s.Counts().Commits)
	}
	no := errors.New("no")
	if err := w.Do(&Request{Access: rw(1), MayAbort: true, Body: func(*Txn) error { return no }}); !errors.Is(err, no) {
		t.Fatal(err)
	}
	w.Flush()
	if c := s.Counts(); c.Commits != 40 || c.Aborts != 1 || c.Conflicts != 0 || c.Shifts != 0 {
		t.Errorf("after an abort %+v", c)
	}
}
