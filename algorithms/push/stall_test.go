package push

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/latch"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

const (
	records = 64
	size    = 1000 // bytes of every value: a block of an image takes eight
)

// A rig is a store with the smallest queues on a disk that can be held up.
type rig struct {
	t    *testing.T
	s    *store.Store
	p    *push
	mem  *fstest.Mem
	held chan struct{} // writes of image blocks wait until it is closed
	once sync.Once

	sealed chan struct{} // nil, or images become durable when it is closed
}

func newRig(t *testing.T, workers int) *rig {
	watch(t)
	g := &rig{t: t, mem: fstest.NewMem(), held: make(chan struct{})}
	disk := fstest.Hook(g.mem, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 && strings.HasPrefix(c.Name, "images/image") {
			<-g.held
		}
		if c.Op == "sync" && g.sealed != nil {
			<-g.sealed
		}
		return fstest.Outcome{}
	})
	var err error
	g.s, err = store.Open(store.Options{
		Algorithm: "push", Workers: workers, Tables: tables,
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := NewSmall(env)
			g.p = a.(*push)
			return a, err
		},
		Images: store.Images{Dir: "images", FS: disk, BlockSize: 8192},
	})
	g.must(err)
	g.must(g.s.Load(0, records/2, func(i uint64, buf []byte) (uint64, []byte) {
		binary.LittleEndian.PutUint64(buf, i)
		return i, buf
	}))
	g.must(g.s.Start())
	t.Cleanup(func() { g.must(g.s.Close()) })
	t.Cleanup(g.release)
	return g
}

var tables = []store.TableSpec{{Name: "t", ValueSize: size, Capacity: records}}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// release lets the disk go on.
func (g *rig) release() { g.once.Do(func() { close(g.held) }) }

// watch ends the program, saying where every goroutine is, when the test hangs.
func watch(t *testing.T) {
	timer := time.AfterFunc(time.Minute, func() {
		buf := make([]byte, 1<<20)
		panic(t.Name() + " hangs; its goroutines:\n\n" + string(buf[:runtime.Stack(buf, true)]))
	})
	t.Cleanup(func() { timer.Stop() })
}

// until waits for what another goroutine does.
func until(what func() bool) {
	for !what() {
		time.Sleep(20 * time.Microsecond)
	}
}

// A done is a checkpoint that is over.
type done struct {
	r   store.Report
	err error
}

// checkpoint starts one and returns when transactions that begin are later than
// its cut.
func (g *rig) checkpoint(ctx context.Context) chan done {
	before, ch := g.p.env.Clock.Now(), make(chan done, 1)
	go func() {
		r, err := g.s.Checkpoint(ctx)
		ch <- done{r, err}
	}()
	until(func() bool { return g.p.env.Clock.Now() > before })
	return ch
}

// do runs one transaction that has one record for itself.
func (g *rig) do(worker int, key uint64, body func(tx *store.Txn)) {
	g.t.Helper()
	q := store.Request{Access: []store.Access{{Key: key, Mode: store.Exclusive}}, Body: func(tx *store.Txn) error {
		body(tx)
		return nil
	}}
	if err := g.s.Worker(worker).Do(&q); err != nil {
		g.t.Error(err)
	}
}

// write is the body that gives a record a new value.
func write(tx *store.Txn) {
	v := make([]byte, size)
	binary.LittleEndian.PutUint64(v, tx.ID())
	tx.Write(0, store.Whole, v)
}

func remove(tx *store.Txn) { tx.Delete(0) }

// overwrite has a worker write every record, last ones first.
func (g *rig) overwrite(worker int) (over chan struct{}) {
	over = make(chan struct{})
	go func() {
		defer close(over)
		for key := range uint64(records) {
			g.do(worker, records-1-key, write)
		}
	}()
	return over
}

// A state is the stamp and the value of every record that is there.
type state map[uint64][2]uint64

func stateOf(s *store.Store) state {
	m := state{}
	s.Each(func(_ int, key, stamp uint64, v []byte) {
		if v != nil {
			m[key] = [2]uint64{stamp, binary.LittleEndian.Uint64(v)}
		}
	})
	return m
}

// image compares the newest image with what it ought to be.
func (g *rig) image(want state) {
	g.t.Helper()
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: tables, Workers: 1})
	g.must(err)
	defer s.Close()
	r, err := s.Recover(context.Background(), store.Source{Images: "images", FS: g.mem, Parallel: 1})
	g.must(err)
	if len(r.Problems) > 0 {
		g.t.Errorf("recovery met problems: %v", r.Problems)
	}
	got := stateOf(s)
	for key := range uint64(records) {
		if got[key] != want[key] {
			g.t.Errorf("key %d is %x in the image, want %x", key, got[key], want[key])
		}
	}
}

// A writer that finds its queue full waits until the image gets on, and that is
// counted; the image is the state at the cut, and memory is what it was.
func TestFullQueueWaits(t *testing.T) {
	g := newRig(t, 1)
	g.do(0, 3, remove)
	g.do(0, records-1, write)
	want, memory := stateOf(g.s), g.s.Memory()
	ch := g.checkpoint(context.Background())
	over := g.overwrite(0)
	until(g.p.queues[0].waiting.Load)
	select {
	case <-over: // the blocks in memory and the queue do not hold all records
		t.Error("it did not wait")
	default:
	}
	g.release()
	<-over
	d := <-ch
	g.must(d.err)
	if d.r.Stalls == 0 || d.r.Stalled == 0 || d.r.Pause != 0 {
		t.Errorf("%d waits of %v in all and a pause of %v are reported, want some waits and no pause", d.r.Stalls,
			d.r.Stalled, d.r.Pause)
	}
	if c := g.s.Counts(); c.Stalls != d.r.Stalls || c.Stalled != d.r.Stalled {
		t.Errorf("%d waits of %v were counted, %d of %v reported", c.Stalls, c.Stalled, d.r.Stalls, d.r.Stalled)
	}
	if g.s.Memory() != memory {
		t.Errorf("memory is %+v, was %+v", g.s.Memory(), memory)
	}
	g.image(want)
}

// A transaction that waited says so to whoever times it, since when, and the
// next one does not.
func TestStallIsAWait(t *testing.T) {
	g := newRig(t, 1)
	var q store.Request
	for key := range uint64(records) {
		q.Access = append(q.Access, store.Access{Key: key, Mode: store.Exclusive})
	}
	v := make([]byte, size)
	q.Body = func(tx *store.Txn) error {
		for i := range tx.Len() {
			tx.Write(tx.Len()-1-i, store.Whole, v)
		}
		return nil
	}
	ch := g.checkpoint(context.Background())
	over := make(chan error)
	began := time.Now()
	go func() { over <- g.s.Worker(0).Do(&q) }()
	until(g.p.queues[0].waiting.Load)
	asked := time.Now()
	g.release()
	g.must(<-over)
	since, ok := g.s.Worker(0).Waited()
	if !ok || since.Before(began) || since.After(asked) {
		t.Errorf("it waited: %v, since %v; want since between %v and %v", ok, since, began, asked)
	}
	g.must((<-ch).err)
	g.do(0, 0, write)
	if g.s.Worker(0).HadToWait() {
		t.Error("a transaction had to wait, though no image was taken")
	}
}

// The end of the context lets a writer go that waits for room, though the disk
// does not get on; the next image is right.
func TestCancelReleases(t *testing.T) {
	g := newRig(t, 2)
	ctx, cancel := context.WithCancel(context.Background())
	ch := g.checkpoint(ctx)
	over := g.overwrite(0)
	until(g.p.queues[0].waiting.Load)
	over2 := g.overwrite(1)
	cancel()
	<-over
	<-over2
	g.release()
	if d := <-ch; !errors.Is(d.err, context.Canceled) {
		t.Errorf("checkpoint: %v, want %v", d.err, context.Canceled)
	}
	if c := g.s.Counts(); c.Stalls == 0 || c.Stalled == 0 {
		t.Errorf("%d waits of %v in all were counted", c.Stalls, c.Stalled)
	}
	want := stateOf(g.s)
	_, err := g.s.Checkpoint(context.Background())
	g.must(err)
	g.image(want)
}

// A transaction that began while an image was taken which was given up may still
// deliver something for that one: the next does not begin before it has ended.
func TestGivenUpIsSettledFirst(t *testing.T) {
	g := newRig(t, 1)
	ctx, cancel := context.WithCancel(context.Background())
	ch := g.checkpoint(ctx)
	began, leave, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		g.do(0, records-1, func(tx *store.Txn) {
			close(began)
			<-leave
			write(tx)
		})
	}()
	<-began
	cancel()
	g.release()
	if d := <-ch; !errors.Is(d.err, context.Canceled) {
		t.Fatalf("checkpoint: %v, want %v", d.err, context.Canceled)
	}
	next := g.checkpoint(context.Background())
	for range 100 {
		time.Sleep(20 * time.Microsecond)
		if !g.p.queues[0].over.Load() {
			t.Error("the next image has begun")
			break
		}
	}
	close(leave)
	<-over
	g.must((<-next).err)
	g.image(stateOf(g.s))
}

// Close while a writer waits: the checkpoint goes on, lets the writer go, and
// Close returns.
func TestCloseReleases(t *testing.T) {
	g := newRig(t, 1)
	want := stateOf(g.s)
	g.sealed = make(chan struct{}) // memory is given back only when no transaction runs
	ch := g.checkpoint(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		q := store.Request{Access: []store.Access{{Mode: store.Exclusive}}, Body: func(tx *store.Txn) error {
			write(tx)
			return nil
		}}
		for key, err := uint64(0), error(nil); !errors.Is(err, store.ErrClosed); key++ {
			q.Access[0].Key = records - 1 - key%records
			if err = g.s.Worker(0).Do(&q); err != nil && !errors.Is(err, store.ErrClosed) {
				t.Error(err)
				return
			}
		}
	}()
	until(g.p.queues[0].waiting.Load)
	closed := make(chan error)
	go func() { closed <- g.s.Close() }()
	g.release()
	<-over
	close(g.sealed)
	g.must(<-closed)
	g.must((<-ch).err)
	g.image(want)
}

// The queues are drained from the cut on, not when the scan begins: while a
// transaction from before the cut runs, later ones get on, however many records
// they overwrite. What is inserted and deleted on either side of the cut is in
// the image or is not.
func TestDrainedBeforeTheScan(t *testing.T) {
	g := newRig(t, 2)
	g.release()
	const inserted, deleted, born, died = records - 2, 1, records - 1, 2
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() { // from before the cut
		defer close(left)
		q := store.Request{Access: []store.Access{
			{Key: deleted, Mode: store.Exclusive}, {Key: inserted, Mode: store.Exclusive},
		}, Body: func(tx *store.Txn) error {
			close(entered)
			<-leave
			tx.Delete(0)
			tx.Write(1, store.Whole, make([]byte, size))
			return nil
		}}
		if err := g.s.Worker(0).Do(&q); err != nil {
			t.Error(err)
		}
	}()
	<-entered
	want := state{}
	for key := range uint64(records / 2) {
		want[key] = [2]uint64{0, key}
	}
	delete(want, deleted)
	want[inserted] = [2]uint64{1 << 16, 0}

	ch := g.checkpoint(context.Background())
	for key := range uint64(records) {
		switch key {
		case inserted, deleted:
		case died:
			g.do(1, key, remove)
			g.do(1, key, write)
			g.do(1, key, remove)
		default:
			g.do(1, key, write)
		}
	}
	select {
	case <-ch:
		t.Error("the image was complete before the transactions of its version were")
	default:
	}
	close(leave)
	<-left
	g.must((<-ch).err)
	if _, ok := stateOf(g.s)[born]; !ok {
		t.Error("what was inserted after the cut is not there")
	}
	g.image(want)
}

// A writer that waits for room may find, when it has the record's latch, that the
// scan has delivered the record meanwhile: it must not deliver it again.
func TestDeliveredWhileItWaited(t *testing.T) {
	g := newRig(t, 1)
	q, cut := g.p.queues[0], g.p.begin() // nobody scans but this test
	var key atomic.Uint64
	over := make(chan struct{})
	go func() {
		defer close(over)
		for k := range uint64(records / 2) {
			key.Store(k)
			g.do(0, k, write)
		}
	}()
	until(q.waiting.Load)
	waited := key.Load()
	word := &g.p.env.Rec(waited).Head().Word
	if v := latch.Take(word); v > cut {
		t.Errorf("it waits with a record of version %d after the cut, %d", v, cut)
	}
	latch.Give(word, cut+1) // the scan has been there
	for done := false; !done; {
		select {
		case <-over:
			done = true
		default:
		}
		for q.head.Load() != q.tail.Load() {
			if ordinal, _ := q.front(); ordinal == waited {
				t.Errorf("record %d is delivered twice", ordinal)
			}
			q.pop()
		}
		runtime.Gosched()
	}
	g.p.end()
}
