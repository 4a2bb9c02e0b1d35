package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// afterFailures are the rules for a test that reads the newest image again after a failed
// checkpoint: two images in a row may be the same one.
var afterFailures = oracle.Rules{}

// A looked is a context that is cancelled when it is looked at for the n-th time: with
// growing n a checkpoint is cancelled at every moment at which it could notice.
type looked struct {
	context.Context
	// Looks until it ends; several goroutines of a checkpoint look.
	left atomic.Int64
	once sync.Once
	done chan struct{}
}

// looks returns a context that ends at its n-th look.
func looks(n int64) *looked {
	c := &looked{Context: context.Background(), done: make(chan struct{})}
	c.left.Store(n)
	return c
}

// look counts a look, and reports whether the context has ended.
func (c *looked) look() bool {
	if c.left.Add(-1) > 0 {
		return false
	}
	c.once.Do(func() { close(c.done) })
	return true
}

// Err implements context.Context. It counts as a look.
func (c *looked) Err() error {
	if c.look() {
		return context.Canceled
	}
	return nil
}

// Done implements context.Context. It counts as a look.
func (c *looked) Done() <-chan struct{} {
	c.look()
	return c.done
}

// testCancelled: wherever a checkpoint is cancelled, it says so, the image
// before is still there, the store goes on, and the next image is right. The
// context ends at its first look, then at its second, and so on until a
// checkpoint gets through.
func testCancelled(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{workers: 3, tables: []store.TableSpec{table("t", 48, 100, true)}, streams: 2})
	l := w.start(seed, usual)
	start := time.Now()
	// Every early moment, and fewer of the later ones.
	for n := int64(1); ; n += 1 + n/8 {
		l.progress(between)
		ctx := looks(n)
		if !l.failing(ctx, context.Canceled) || time.Since(start) > share(time.Second) || t.Failed() {
			break
		}
		if n%2 == 0 { // otherwise the next one finds what two left
			// After all failures one more has to succeed, and to be right.
			w.checkpoint()
		}
	}
	w.checkpoint()
	l.progress(between)
	l.end()
	w.verify(afterFailures)
}

// failing takes a checkpoint that may fail with an error, reads the newest
// image back, and reports whether it failed.
func (l *load) failing(ctx context.Context, want error) bool {
	w := l.w
	w.t.Helper()
	_, err := w.s.Checkpoint(ctx)
	if err != nil && !errors.Is(err, want) {
		w.t.Errorf("checkpoint: %v, want %v", err, want)
	}
	w.readNewest()
	return err != nil
}

// testCancelledAtRandom: as testCancelled, at any time, while transactions that
// hold their locks for milliseconds make every phase long.
func testCancelledAtRandom(t *testing.T, e entry, seed uint64) {
	long := usual
	long.long, long.hold, long.skew = 100, 2*time.Millisecond, false
	w := open(t, e, plan{workers: 3, tables: []store.TableSpec{table("t", 48, 12, false)}})
	l := w.start(seed, long, usual, usual)
	rng := rand.New(rand.NewPCG(seed, 1))
	// About as long as a checkpoint takes here.
	most := 5 * time.Millisecond
	if strings.Contains(e.Paper, "LineairDB") {
		most = 120 * time.Millisecond // it waits for epochs
	}
	start := time.Now()
	for i := 0; i < few(4) || i < 60 && time.Since(start) < share(time.Second); i++ {
		l.progress(between)
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rng.Int64N(int64(most))))
		l.failing(ctx, context.DeadlineExceeded)
		cancel()
		if rng.IntN(3) == 0 {
			w.checkpoint()
		}
	}
	w.checkpoint()
	l.progress(between)
	l.end()
	w.verify(afterFailures)
}

// testDiskFaults: whichever call to the disk fails, the checkpoint says so, an
// image that can be recovered is there, the store goes on, and the next image
// is right. The first call fails, then the second, and so on until a
// checkpoint gets through.
func testDiskFaults(t *testing.T, e entry, seed uint64) {
	mem := fstest.NewMem()
	var left atomic.Int64 // calls that succeed before one fails; negative when none is to
	left.Store(-1)
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		// The log's disk stays well: its failure ends the store.
		if strings.HasPrefix(c.Name, imageDir) && left.Load() >= 0 && left.Add(-1) == -1 {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	w := openOn(t, e, plan{workers: 2, streams: 2, tables: []store.TableSpec{table("t", 300, 200, false)}}, mem, disk)
	l := w.start(seed, usual)
	w.checkpoint()
	start := time.Now()
	for n := int64(0); !t.Failed(); n++ {
		l.progress(between)
		left.Store(n)
		_, err := w.s.Checkpoint(context.Background())
		// No fault from here on, so that the newest image can be read.
		fired := left.Swap(-1) < 0
		w.readNewest()
		// A fault may be met and got round, as in removing an old file.
		if err == nil && !fired {
			break // it got through without meeting the fault
		}
		if n%2 == 0 { // otherwise the next one finds what two left
			w.checkpoint()
		}
		if time.Since(start) > share(1500*time.Millisecond) {
			break
		}
	}
	w.checkpoint()
	l.progress(between)
	l.end()
	w.verify(afterFailures)
}

// testTwoCheckpoints: checkpoints asked for at the same time are taken one
// after the other, and all are right.
func testTwoCheckpoints(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{workers: 2})
	l := w.start(seed, usual)
	const callers = 3
	for range 2 {
		l.progress(between)
		var wg sync.WaitGroup
		reports := make([]store.Report, callers)
		for i := range callers {
			wg.Go(func() {
				var err error
				if reports[i], err = w.s.Checkpoint(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		seqs := map[uint64]bool{}
		for _, r := range reports {
			seqs[r.Image.Seq] = true
		}
		// Each caller got an image of its own.
		if len(seqs) != callers {
			t.Errorf("%d checkpoints at once made %d images", callers, len(seqs))
		}
		w.readNewest()
	}
	l.progress(between)
	l.end()
	w.verify(rules)
}

// testCloseDuringCheckpoint: Close waits for the checkpoint under way, whose
// image is right; what comes after is refused.
func testCloseDuringCheckpoint(t *testing.T, e entry, seed uint64) {
	var want *oracle.State
	k := stuckCheckpoint(t, e, plan{tables: []store.TableSpec{table("t", 400, 200, false)}}, func(w *world) {
		w.client(0, seed, usual).many(100)
		// What the image has to be, unless its point is where the capture ends.
		want = stateOf(w.s)
	})
	k.w.client(0, seed+1, usual).many(100)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		k.w.close()
	}()
	// Close refuses transactions before it waits for the checkpoint.
	for k.w.s.Worker(0).Do(&store.Request{Body: func(*store.Txn) error { return nil }}) != store.ErrClosed {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := k.w.s.Checkpoint(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a checkpoint that waited for the one under way: %v, want %v", err, context.DeadlineExceeded)
	}
	select {
	case <-closed:
		t.Error("Close did not wait for the checkpoint")
	case <-time.After(5 * time.Millisecond):
	}
	k.end()
	<-closed
	if got := k.w.readBack(k.r.Image.Point); !endsLate(e) {
		k.w.same("image", got, want)
	}
}

// testClosedStore: a closed store refuses transactions and checkpoints, and can
// be closed again.
func testClosedStore(t *testing.T, e entry, _ uint64) {
	w := open(t, e, plan{})
	w.close()
	check := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s after Close: %v, want %v", what, got, want)
		}
	}
	_, err := w.s.Checkpoint(context.Background())
	check("Checkpoint", err, store.ErrClosed)
	err = w.s.Worker(0).Do(&store.Request{Body: func(*store.Txn) error { return fmt.Errorf("the body ran") }})
	check("Do", err, store.ErrClosed)
	check("Close", w.s.Close(), nil)
}
