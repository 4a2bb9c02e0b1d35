package cou

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/latch"
	"ckptbench/algorithms/store"
)

const (
	records = 3 * blockRecords
	size    = 20_000 // so large that the shadow's memory shows every record that is copied
	copied  = int64(blockRecords * size)
)

// A rig is a store whose checkpoint is stuck at the beginning of the capture, as
// the disk is held up: the last block is not captured while a test runs.
type rig struct {
	t    *testing.T
	s    *store.Store
	c    *blockCOU
	stop context.CancelFunc // of the checkpoint
	done chan error         // gets the checkpoint's
	held chan struct{}      // the disk goes on when it is closed
	once sync.Once
}

func stuck(t *testing.T) *rig {
	g := &rig{t: t, held: make(chan struct{}), done: make(chan error, 1)}
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 && strings.HasPrefix(c.Name, "images/image") {
			<-g.held
		}
		return fstest.Outcome{}
	})
	var err error
	g.s, err = store.Open(store.Options{
		Algorithm: "cou-block", Workers: 3,
		Tables: []store.TableSpec{{Name: "t", ValueSize: size, Capacity: records}},
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := NewBlock(env)
			g.c = a.(*blockCOU)
			return a, err
		},
		Images: store.Images{Dir: "images", FS: disk, BlockSize: 32 << 10},
	})
	g.must(err)
	g.must(g.s.Load(0, records, func(i uint64, buf []byte) (uint64, []byte) { return i, buf }))
	g.must(g.s.Start())
	t.Cleanup(func() { g.must(g.s.Close()) })
	t.Cleanup(g.release)
	ctx, stop := context.WithCancel(context.Background())
	g.stop = stop
	go func() {
		_, err := g.s.Checkpoint(ctx)
		g.done <- err
	}()
	until(func() bool { return g.c.env.Clock.Now() == capture && !g.c.env.Clock.IsClosed() })
	return g
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// release lets the disk go on.
func (g *rig) release() { g.once.Do(func() { close(g.held) }) }

// until waits for what another goroutine does.
func until(what func() bool) {
	for !what() {
		time.Sleep(20 * time.Microsecond)
	}
}

// write writes a record after before has returned.
func (g *rig) write(worker int, key uint64, before func()) {
	q := store.Request{Access: []store.Access{{Key: key, Mode: store.Exclusive}}, Body: func(tx *store.Txn) error {
		before()
		tx.Write(0, 0, []byte{1})
		return nil
	}}
	if err := g.s.Worker(worker).Do(&q); err != nil {
		g.t.Error(err)
	}
}

// grown returns by how much the shadow has grown while f ran.
func (g *rig) grown(f func()) int64 {
	before := g.s.Memory().Own
	f()
	return g.s.Memory().Own - before
}

func nothing() {}

// The first update of a block copies all of it, a second one of the same record
// or of another nothing; the memory comes back.
func TestBlockIsCopiedOnce(t *testing.T) {
	g := stuck(t)
	base := int64(8 * 3)
	check := func(key uint64, want bool) {
		t.Helper()
		n := g.grown(func() { g.write(0, key, nothing) })
		if want && n < copied || !want && n != 0 {
			t.Errorf("an update of record %d took %d bytes of shadow; a block takes %d: to be copied now: %v", key, n,
				copied, want)
		}
	}
	check(records-1, true)
	check(records-1, false)
	check(records-2, false)
	check(records-blockRecords, false)
	check(records-blockRecords-1, true) // the block before
	g.release()
	g.must(<-g.done)
	if m := g.s.Memory().Own; m != base {
		t.Errorf("own memory is %d bytes after the checkpoint, want %d", m, base)
	}
}

// An updater waits while another copies the block, though it has a record of its
// own: it would overwrite what is still to be copied.
func TestUpdaterWaitsForCopier(t *testing.T) {
	g := stuck(t)
	const b = records/blockRecords - 1
	word := &g.c.blocks[b]
	held := latch.Take(word) // as a copier does
	over := make(chan struct{})
	began := make(chan struct{})
	go func() {
		defer close(over)
		g.write(0, records-1, func() { close(began) })
	}()
	<-began
	// The record must not change as long as the latch is held.
	for range 100 {
		time.Sleep(20 * time.Microsecond)
		select {
		case <-over:
			t.Fatal("the update did not wait for the latch of the block")
		default:
		}
	}
	latch.Give(word, held)
	<-over
	g.release()
	g.must(<-g.done)
}

// A transaction that began while there was an image to be captured copies no
// block that a later one, from after that, has begun to update.
func TestLateCopier(t *testing.T) {
	g := stuck(t)
	began, leave, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var late int64
	go func() {
		defer close(over)
		g.write(0, records-1, func() {
			close(began)
			<-leave
			late = g.s.Memory().Own
		})
	}()
	<-began
	g.stop()
	g.release()
	if err := <-g.done; !errors.Is(err, context.Canceled) {
		t.Fatalf("checkpoint: %v, want %v", err, context.Canceled)
	}
	g.write(1, records-2, nothing) // after the capture, which never came here
	close(leave)
	<-over
	if own := g.s.Memory().Own; own != late {
		t.Errorf("a block was copied (%d bytes) while a later transaction could change it", own-late)
	}
	_, err := g.s.Checkpoint(context.Background())
	g.must(err)
}
