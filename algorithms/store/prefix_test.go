package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/image"
)

// phased is plain with a period that a test sets: what its images hold.
type phased struct {
	plain
	period *uint64
	point  func() Point
}

func (a phased) Begin(tx *Txn) error {
	tx.Seq = *a.period
	return nil
}

func (a phased) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	if _, err := a.plain.Checkpoint(ctx, w); err != nil {
		return Point{}, err
	}
	return a.point(), nil
}

// openPhased opens a store whose images stand at period until a test says otherwise.
func openPhased(t *testing.T, period *uint64, disk fs.FS, change func(*Options)) (*Store, *phased) {
	a := &phased{period: period}
	a.point = func() Point { return Point{Kind: "period", Seq: *period} }
	return openTest(t, func(o *Options) {
		o.New = func(*Env) (Algorithm, error) { return a, nil }
		o.Images = Images{Dir: "images", FS: disk}
		if change != nil {
			change(o)
		}
	}), a
}

// A transaction is durable when an image of its place is published, with the time at
// which it was, and no other.
func TestPrefix(t *testing.T) {
	period := uint64(0)
	s, _ := openPhased(t, &period, fstest.NewMem(), nil)
	w, p := s.Worker(0), s.Prefix()
	do(t, w, rw(1), func(*Txn) {})
	if w.Place() != 1 || p.Durable() != 0 {
		t.Fatalf("place %d, durable to %d before the first image", w.Place(), p.Durable())
	}
	if at, _ := p.DurableAt(1); !at.IsZero() {
		t.Errorf("durable since %v before the first image", at)
	}
	var before, after [2]time.Time
	for i, at := range []uint64{0, 4} {
		period = at
		before[i] = time.Now()
		r, err := s.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		after[i] = time.Now()
		if published := r.Marks[len(r.Marks)-1].At; published.After(before[i]) {
			before[i] = published
		}
	}
	if p.Durable() != 5 {
		t.Errorf("durable to %d, want 5", p.Durable())
	}
	check := func(place, wantLast uint64, image int) {
		t.Helper()
		at, last := p.DurableAt(place)
		if last != wantLast || at.Before(before[image]) || at.After(after[image]) {
			t.Errorf("place %d: durable at %v, as all to %d; want image %d, and all to %d", place, at, last, image+1, wantLast)
		}
	}
	check(1, 1, 0)
	check(2, 5, 1)
	check(5, 5, 1)
	if at, last := p.DurableAt(6); !at.IsZero() || last != 6 {
		t.Errorf("place 6: durable at %v, as all to %d", at, last)
	}
}

// Nothing is durable by an image that is not published, wherever that failed, by one
// that needs the log, or by one that is thrown away.
func TestPrefixStandsStill(t *testing.T) {
	period := uint64(7)
	lost := errors.New("lost")
	op := ""
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if c.Op == op {
			return fstest.Outcome{Err: lost}
		}
		return fstest.Outcome{}
	})
	s, a := openPhased(t, &period, disk, nil)
	for _, op = range []string{"write", "sync", "rename", "syncdir"} {
		if _, err := s.Checkpoint(context.Background()); !errors.Is(err, lost) || s.Prefix().Durable() != 0 {
			t.Errorf("%s fails: error %v, durable to %d", op, err, s.Prefix().Durable())
		}
	}
	op = ""
	a.point = func() Point { return Point{Kind: "period", Seq: 7, LogFrom: 1, LogTo: 2} }
	if _, err := s.Checkpoint(context.Background()); err != nil || s.Prefix().Durable() != 0 {
		t.Errorf("an image that the log repairs: error %v, durable to %d", err, s.Prefix().Durable())
	}
	a.point = func() Point { return Point{Kind: "period", Seq: 7} }
	if _, err := s.Checkpoint(context.Background()); err != nil || s.Prefix().Durable() != 8 {
		t.Errorf("error %v, durable to %d, want 8", err, s.Prefix().Durable())
	}
	s, _ = openPhased(t, &period, fstest.NewMem(), func(o *Options) { o.Images.Discard = true })
	if _, err := s.Checkpoint(context.Background()); err != nil || s.Prefix().Durable() != 0 {
		t.Errorf("a discarded image: error %v, durable to %d", err, s.Prefix().Durable())
	}
}

// The times of the last images are kept; who asks for an older one is told a later
// time, and never an earlier.
func TestPrefixKeepsLast(t *testing.T) {
	var p Prefix
	zero := time.Unix(1000, 0)
	const n = 10 * pointsKept
	for i := range n {
		image := ImageInfo{Path: "x", Point: image.Point{Seq: uint64(i)}}
		p.publish(image, zero.Add(time.Duration(i)*time.Second))
		p.publish(image, zero.Add(time.Duration(i)*time.Second+time.Millisecond)) // the same point again
	}
	if p.Durable() != n || len(p.points) > 2*pointsKept {
		t.Errorf("durable to %d of %d, %d points kept", p.Durable(), n, len(p.points))
	}
	for place := uint64(1); place <= n; place++ {
		at, last := p.DurableAt(place)
		took := at.Sub(zero.Add(time.Duration(place-1) * time.Second))
		if took < 0 || last < place || place > n-pointsKept && (took != 0 || last != place) {
			t.Fatalf("place %d of %d: told %v late, as all to %d", place, n, took, last)
		}
	}
}
