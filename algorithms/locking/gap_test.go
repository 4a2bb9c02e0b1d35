package locking

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// A stage is a store with one record, key 1, and transactions that stop within
// their bodies.
type stage struct {
	t   *testing.T
	s   *store.Store
	env *store.Env
}

func newStage(t *testing.T) *stage {
	g := &stage{t: t}
	var err error
	g.s, err = store.Open(store.Options{
		Algorithm: "locking", Workers: 3,
		New: func(env *store.Env) (store.Algorithm, error) {
			g.env = env
			return New(env)
		},
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 100, Hash: true}},
		Images: store.Images{Dir: "images", FS: fstest.NewMem()},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.s.Close() })
	err = g.s.Load(0, 1, func(uint64, []byte) (uint64, []byte) { return 1, []byte("loaded") })
	if err == nil {
		err = g.s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// write runs a transaction that writes one record when it is let go on, and
// returns when its body has begun.
func (g *stage) write(worker int, key uint64) (goOn chan struct{}, done chan error) {
	begun := make(chan struct{})
	goOn, done = make(chan struct{}), make(chan error, 1)
	go func() {
		done <- g.s.Worker(worker).Do(&store.Request{
			Access: []store.Access{{Key: key, Mode: store.Exclusive}},
			Body: func(tx *store.Txn) error {
				close(begun)
				<-goOn
				tx.Write(0, store.Whole, []byte("written"))
				return nil
			},
		})
	}()
	<-begun
	return goOn, done
}

// checkpoint starts one, and returns when it has listed the locks to take.
func (g *stage) checkpoint() (records chan uint64) {
	records = make(chan uint64, 1)
	go func() {
		report, err := g.s.Checkpoint(context.Background())
		if err != nil {
			g.t.Error(err)
		}
		records <- report.Image.Records
	}()
	g.until(func() bool { return g.env.Meter.Used() > 0 || len(records) > 0 })
	return records
}

func (g *stage) until(done func() bool) {
	for !done() {
		time.Sleep(100 * time.Microsecond)
	}
}

// soon returns when done has something, or after a while in which it would have.
func soon[T any](done chan T) {
	for i := 0; i < 100 && len(done) == 0; i++ {
		time.Sleep(time.Millisecond)
	}
}

// An insert that began before the scan's point, of a record that it has no lock
// on, is in the image, however late it is; one that began after it is not, however
// early.
func TestGap(t *testing.T) {
	g := newStage(t)
	first := g.env.Clock.Now()
	holder, held := g.write(0, 1)
	records := g.checkpoint() // waits for the holder, its list made
	before, inserted := g.write(1, 2)
	close(holder)
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	g.until(func() bool { return g.env.Clock.Now() > first })
	after, phantom := g.write(2, 3)
	close(after)
	soon(phantom)
	soon(records)
	close(before)
	if n := <-records; n != 2 {
		t.Errorf("the image holds %d records, want the one that was there and the one inserted before the point", n)
	}
	for _, done := range []chan error{inserted, phantom} {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if c := g.s.Counts(); c.Stalls != 1 {
		t.Errorf("%d writes waited for the scan, want the one behind its point", c.Stalls)
	}
}
