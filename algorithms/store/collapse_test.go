package store

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/image"
)

// part is plain with partial images, of all that is marked: its one worker
// rests while an image is taken.
type part struct {
	plain
	env *Env
	n   *uint64 // the period
}

func (p part) Write(tx *Txn, r Rec, off int, v []byte) {
	p.env.Dirty.Mark(*p.n, r)
	p.plain.Write(tx, r, off, v)
}

func (p part) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	p.env.Dirty.Close(*p.n)
	*p.n++
	return Point{Kind: "test", Seq: *p.n}, p.env.ScanDirty(ctx, w, func(out *Out, r Rec) { out.Put(r, r.Live()) })
}

func openPart(t *testing.T, im Images) *Store {
	return openTest(t, func(o *Options) {
		o.New = func(e *Env) (Algorithm, error) { return part{env: e, n: new(uint64)}, nil }
		o.Partial, o.Images = TrackBits, im
	})
}

func takes(t *testing.T, s *Store, n int) {
	t.Helper()
	for i := range n {
		do(t, s.Worker(0), rw(uint64(i%8)), func(tx *Txn) { tx.Write(0, Whole, []byte{byte(i)}) })
		if _, err := s.Checkpoint(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// The collapser keeps a chain short by itself, and says what it cost.
func TestCollapserRuns(t *testing.T) {
	s := openPart(t, Images{Dir: "images", FS: fstest.NewMem(), Collapse: 2, Base: true})
	takes(t, s, 5)
	for s.Collapses().N == 0 || s.images.Unmerged() >= 2 { // the test's time limit ends it
		time.Sleep(time.Millisecond)
	}
	if c := s.Collapses(); c.Read == 0 || c.Written == 0 || c.Inputs < 3 || c.Time == 0 || c.Err != nil {
		t.Errorf("collapses: %+v", c)
	}
}

// A chain that may not grow any more is made a full image on the way.
func TestChainIsBounded(t *testing.T) {
	mem := fstest.NewMem()
	s := openPart(t, Images{Dir: "images", FS: mem})
	takes(t, s, image.MaxBases+5)
	if n, c := s.images.Chain(), s.Collapses(); n > image.MaxBases+1 || c.N != 1 {
		t.Errorf("a chain of %d images after %d collapses", n, c.N)
	}
	r := openTest(t, nil)
	if _, err := r.Recover(context.Background(), Source{Images: "images", FS: mem}); err != nil {
		t.Fatal(err)
	}
	s.Each(func(table int, key, stamp uint64, v []byte) {
		rec, _ := r.tables[table].find(key)
		if rec.Live().Stamp() != stamp || string(rec.Live().Bytes()) != string(v) {
			t.Errorf("key %d: %x of %#x, want %x of %#x", key, rec.Live().Bytes(), rec.Live().Stamp(), v, stamp)
		}
	})
}

// Close ends a collapse under way and returns when nothing is left running; a
// chain stays that can be read.
func TestCloseDuringCollapse(t *testing.T) {
	mem := fstest.NewMem()
	var merging atomic.Bool
	under, goOn := make(chan struct{}), make(chan struct{})
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if c.Op == "create" && strings.Contains(c.Name, "merge") && merging.CompareAndSwap(false, true) {
			close(under)
			<-goOn
		}
		return fstest.Outcome{}
	})
	s := openPart(t, Images{Dir: "images", FS: disk, Collapse: 2})
	takes(t, s, 3)
	<-under
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	for !s.closed.Load() {
		time.Sleep(time.Millisecond)
	}
	close(goOn)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.collapser.done:
	default:
		t.Error("the collapser runs on")
	}
	set, problems, err := image.Latest(mem, "images")
	if err != nil || len(problems) > 0 || set.Newest().Seq != 3 || s.Collapses().Failed != 0 {
		t.Errorf("%v, %v, %v; %+v", set, problems, err, s.Collapses())
	}
}
