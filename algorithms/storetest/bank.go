package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
	"ckptbench/workload"
	"ckptbench/workload/smallbank"
)

// testSmallBank: with four workers moving money between few accounts, and
// checkpoints right after each other, no image has a cent more or less than
// there is. Nothing is recorded: what tells a wrong image is the image alone, so
// that a fault which oracle and recorder share would show.
//
// It is here rather than in harness so that every algorithm has it with its own
// three lines, under the race detector and the sched tag; workload knows nothing
// of stores, so that using it makes no circle.
func testSmallBank(t *testing.T, e entry, seed uint64) {
	for _, mix := range smallbank.Mixes() {
		t.Run(mix, func(t *testing.T) {
			b := newBanking(t, e, mix)
			stop := b.start(seed)
			// At least a few images, more while there is time.
			for i, start := 0, time.Now(); i < few(6) || i < 60 && time.Since(start) < share(300*time.Millisecond); i++ {
				b.progress(between)
				b.checkpoint(i)
			}
			stop()
			if err := b.bank.Check(inStore{b.w.s}); err != nil {
				t.Errorf("memory after the run: %v", err)
			}
			t.Logf("%d calls were committed, %d aborted", b.commits.Load(), b.aborts.Load())
		})
	}
}

// A banking is a bank in a store under test. The counters may be read while clients run.
type banking struct {
	w       *world
	bank    *smallbank.Bank
	commits atomic.Int64
	aborts  atomic.Int64
}

// bankWorkers is few enough for the race detector, and enough for the procedures to meet
// on 20 accounts.
const bankWorkers = 4

// newBanking opens a store with the bank's tables and loads the accounts.
func newBanking(t *testing.T, e entry, mix string) *banking {
	bank, err := smallbank.New(smallbank.Config{Accounts: 20, Mix: mix, Clients: bankWorkers})
	if err != nil {
		t.Fatal(err)
	}
	// Silent: without a recorder, see testSmallBank.
	p := plan{workers: bankWorkers, streams: 2, silent: true}
	for i, table := range bank.Tables() {
		p.tables = append(p.tables, store.TableSpec{
			Name: table.Name, ValueSize: table.ValueSize, Capacity: table.Capacity, Hash: table.Hash || i%2 == 0,
		})
	}
	b := &banking{w: build(t, e, p, fstest.NewMem(), nil), bank: bank}
	for i := range p.tables {
		var keys []uint64
		var values [][]byte
		for key, v := range bank.Load(i) {
			keys, values = append(keys, key), append(values, slices.Clone(v))
		}
		b.w.must(b.w.s.Load(i, uint64(len(keys)), func(j uint64, _ []byte) (uint64, []byte) { return keys[j], values[j] }))
	}
	b.w.must(b.w.s.Start())
	return b
}

// start sets a client to work on every worker. What it returns stops them; the
// test's end does, too.
func (b *banking) start(seed uint64) (stop func()) {
	var stopped atomic.Bool
	var wg sync.WaitGroup
	for i := range bankWorkers {
		wg.Go(func() {
			// One client a worker, as procedures keep their random state in it.
			for c := b.bank.Client(seed, i, bankWorkers); !stopped.Load(); {
				b.call(b.w.s.Worker(i), c.Next())
			}
		})
	}
	stop = func() {
		stopped.Store(true)
		wg.Wait()
	}
	b.w.t.Cleanup(stop) // before the store is closed
	return stop
}

// call runs one call. SmallBank's are never declared again and never abort after
// they wrote.
func (b *banking) call(w *store.Worker, c workload.Call) {
	// A call that cannot abort must not say that it may: undo has a cost, and algorithms may
	// rely on it.
	q := store.Request{MayAbort: c.MayAbort(), Body: func(tx *store.Txn) error { return c.Body(tx) }}
	for _, a := range c.Declare(nil) {
		mode := store.Shared
		if a.Write {
			mode = store.Exclusive
		}
		q.Access = append(q.Access, store.Access{Table: uint16(a.Table), Key: a.Key, Mode: mode})
	}
	switch err := w.Do(&q); {
	case err == nil:
		b.commits.Add(1)
	case errors.Is(err, workload.ErrAbort):
		b.aborts.Add(1)
	default:
		b.w.t.Errorf("%s: %v", c.Kind(), err)
	}
}

// progress returns when so many more calls have been committed, or one failed.
// It returns at once when the test has failed, or a client that stopped would be waited for in
// vain.
func (b *banking) progress(n int64) {
	for until := b.commits.Load() + n; b.commits.Load() < until && !b.w.t.Failed(); {
		time.Sleep(50 * time.Microsecond)
	}
}

// checkpoint takes an image and checks what it recovers to.
func (b *banking) checkpoint(i int) {
	w := b.w
	w.t.Helper()
	r, err := w.s.Checkpoint(context.Background())
	w.must(err)
	// The image is recovered into a store of its own, without an algorithm.
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
	w.must(err)
	defer func() { _ = s.Close() }()
	src := store.Source{Images: imageDir, FS: w.mem, Parallel: 2}
	// The image alone mixes versions; with its log it is consistent.
	if w.e.NeedsLog {
		src.Log, src.LogTo = logDir, r.Image.Point.LogTo
	}
	// A collapse meanwhile could remove the files that are being read.
	w.must(w.s.HoldCollapses(func() error {
		_, err := s.Recover(context.Background(), src)
		return err
	}))
	if err := b.bank.Check(inStore{s}); err != nil {
		w.t.Fatal(fmt.Errorf("image %d at %v: %w", i+1, r.Image.Point, err))
	}
}

// inStore presents a store, in which no transaction runs, as a benchmark's state.
// It implements workload.State.
type inStore struct{ s *store.Store }

func (c inStore) Get(table int, key uint64) ([]byte, bool) { return c.s.Value(table, key) }

func (c inStore) All(table int) iter.Seq2[uint64, []byte] { return c.s.All(table) }
