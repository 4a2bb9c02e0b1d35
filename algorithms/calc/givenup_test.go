package calc

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// What a transaction of PREPARE wrote is in the next partial image, although the
// checkpoint it began under was given up before its point, and the transaction
// committed in COMPLETE.
func TestGivenUp(t *testing.T) {
	var c *calc
	s, err := store.Open(store.Options{
		Algorithm: "pcalc", Partial: store.TrackBits, Workers: 2,
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := New(env)
			if err == nil {
				c = a.(*calc)
			}
			return a, err
		},
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 8}},
		Images: store.Images{Dir: "images", FS: fstest.NewMem()},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	// begin runs a transaction that writes key w, and stands still in its body.
	begin := func(w int) (goOn, done chan struct{}) {
		in := make(chan struct{})
		goOn, done = make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			err := s.Worker(w).Do(&store.Request{
				Access: []store.Access{{Key: uint64(w), Mode: store.Exclusive}},
				Body: func(tx *store.Txn) error {
					close(in)
					<-goOn
					tx.Write(0, store.Whole, []byte("new"))
					return nil
				},
			})
			if err != nil {
				t.Error(err)
			}
		}()
		<-in
		return goOn, done
	}
	phase := func(p uint64) {
		for c.env.Clock.Now()&phaseMask != p {
			time.Sleep(time.Millisecond)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	given := make(chan error)
	goOnA, doneA := begin(0) // keeps the checkpoint in PREPARE
	go func() { _, err := s.Checkpoint(ctx); given <- err }()
	phase(prepare)
	goOnB, doneB := begin(1)
	cancel()
	if err := <-given; err == nil {
		t.Fatal("the checkpoint was not given up")
	}
	phase(complete)
	close(goOnA)
	close(goOnB)
	<-doneA
	<-doneB
	r, err := s.Checkpoint(context.Background())
	if err != nil || r.Image.Records != 2 || r.Image.Base == 0 {
		t.Errorf("%d records in an image over %d, want the 2 written: %v", r.Image.Records, r.Image.Base, err)
	}
}
