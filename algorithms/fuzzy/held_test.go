package fuzzy

import (
	"context"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/store"
)

// stepped is an algorithm whose checkpoint the test steps through.
type stepped struct {
	store.Algorithm
	checkpoint func(ctx context.Context, w *store.Image) error
}

func (s *stepped) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	return store.Point{Kind: "log"}, s.checkpoint(ctx, w)
}

// A record that a transaction holds when the copier passes it is free for the
// next writer once that one lets it go, wherever the copier is in its pass.
func TestHeldRecordIsFreeForTheNextWriter(t *testing.T) {
	t.Run("full", func(t *testing.T) {
		var f *fuzzy
		build := func(env *store.Env) (store.Algorithm, error) {
			a, err := New(env)
			f, _ = a.(*fuzzy)
			return a, err
		}
		testHeld(t, "", build, func(ctx context.Context, _ *store.Image) (int, error) {
			if _, err := f.begin(ctx); err != nil {
				return 0, err
			}
			return f.pass(ctx, f.table[1-f.cur.Load()], false), nil
		})
	})
	t.Run("partial", func(t *testing.T) {
		var p *partial
		build := func(env *store.Env) (store.Algorithm, error) {
			a, err := NewPartial(env)
			p, _ = a.(*partial)
			return a, err
		}
		testHeld(t, store.TrackOwn, build, func(ctx context.Context, w *store.Image) (int, error) {
			if _, err := p.begin(ctx); err != nil {
				return 0, err
			}
			left, err := p.writeSome(ctx, w, p.table[1-p.cur.Load()], false)
			return len(left), err
		})
	})
}

// testHeld has a transaction hold a record during one pass of a checkpoint,
// which returns how many records it could not take.
func testHeld(
	t *testing.T, partial store.Tracking, build store.New, pass func(context.Context, *store.Image) (int, error),
) {
	alg, mem := &stepped{}, fstest.NewMem()
	var env *store.Env
	s, err := store.Open(store.Options{
		Algorithm: "stepped", Partial: partial, Workers: 1,
		New: func(e *store.Env) (a store.Algorithm, err error) {
			env = e
			alg.Algorithm, err = build(e)
			return alg, err
		},
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 100}},
		Images: store.Images{Dir: "images", FS: mem}, Log: store.Log{Dir: "log"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	held, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Worker(0).Do(&store.Request{
			Access: []store.Access{{Key: 0, Mode: store.Exclusive}},
			Body: func(tx *store.Txn) error {
				tx.Write(0, store.Whole, []byte("new"))
				close(held)
				<-goOn
				return nil
			},
		})
	}()
	<-held
	alg.checkpoint = func(ctx context.Context, w *store.Image) error {
		left, err := pass(ctx, w)
		close(goOn)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if left != 1 {
			t.Errorf("the pass left %d records, want the one that is held", left)
		}
		lock := &env.Rec(0).Head().Lock
		if _, ok := lock.TryLock(); !ok {
			t.Error("the record is kept from the next writer until the copier comes back")
		} else {
			lock.Unlock(lock.Clock())
		}
		return err
	}
	if _, err := s.Checkpoint(context.Background()); err != nil {
		t.Error(err)
	}
}

// A copier that claims a record has it before any other writer, unless its
// checkpoint is given up.
func TestTakeClaimed(t *testing.T) {
	var l record.Lock
	l.TryLock()
	taken := make(chan bool)
	go func() { taken <- take(context.Background(), &l, true) }()
	l.Unlock(7)
	if !<-taken {
		t.Error("not taken, and no transaction holds it")
	}
	if _, ok := l.TryLock(); ok {
		t.Fatal("a writer beside the copier")
	}
	l.EndCopy()
	l.TryLock()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if take(ctx, &l, true) {
		t.Error("taken from the transaction that holds it")
	}
	l.Unlock(8)
	if _, ok := l.TryLock(); !ok {
		t.Error("kept for a copier that has given up")
	}
}
