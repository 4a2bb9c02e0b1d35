package tpcc_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/workload"
	"ckptbench/workload/tpcc"
)

// The engine is imported by tests alone: package tpcc knows nothing of it.

const workers = 3

// open opens a store for b under an algorithm, its images in dir.
func open(t *testing.T, b *tpcc.Benchmark, algorithm, dir string) *store.Store {
	t.Helper()
	e, ok := algorithms.Find(algorithm)
	if !ok {
		t.Fatalf("no algorithm %q", algorithm)
	}
	o := store.Options{Workers: workers, Images: store.Images{Dir: dir}}
	for _, table := range b.Tables() {
		o.Tables = append(o.Tables,
			store.TableSpec{Name: table.Name, ValueSize: table.ValueSize, Capacity: table.Capacity, Hash: table.Hash})
	}
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func start(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *store.Store, b *tpcc.Benchmark) {
	t.Helper()
	for i := range b.Tables() {
		for key, v := range b.Load(i) {
			err := s.Load(i, 1, func(_ uint64, buf []byte) (uint64, []byte) { return key, buf[:copy(buf, v)] })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	start(t, s)
}

// state is what a store holds while nothing runs.
type state []map[uint64][]byte

func stateOf(s *store.Store, b *tpcc.Benchmark) state {
	st := make(state, len(b.Tables()))
	for i := range st {
		st[i] = map[uint64][]byte{}
	}
	s.Each(func(table int, key, _ uint64, v []byte) {
		if v != nil {
			st[table][key] = append([]byte{}, v...)
		}
	})
	return st
}

func (s state) Get(table int, key uint64) ([]byte, bool) {
	v, ok := s[table][key]
	return v, ok
}

func (s state) All(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for key, v := range s[table] {
			if !yield(key, v) {
				return
			}
		}
	}
}

// A runner runs one client's calls on one worker.
type runner struct {
	worker *store.Worker
	client workload.Client
	access []workload.Access
	again  int
}

func (r *runner) next() error { return r.run(r.client.Next()) }

func (r *runner) run(call workload.Call) error {
	q := store.Request{MayAbort: call.MayAbort(), Body: func(tx *store.Txn) error { return call.Body(tx) }}
	for {
		r.access = call.Declare(r.access[:0])
		q.Access = q.Access[:0]
		for _, a := range r.access {
			mode := store.Shared
			if a.Write {
				mode = store.Exclusive
			}
			q.Access = append(q.Access, store.Access{Table: uint16(a.Table), Key: a.Key, Mode: mode})
		}
		switch err := r.worker.Do(&q); {
		case errors.Is(err, workload.ErrAgain):
			r.again++
		case errors.Is(err, workload.ErrAbort):
			return nil
		default:
			return err
		}
	}
}

// running runs a client on every worker, each for at least 500 calls, until
// during has returned. await, which during gets, returns once another 50 calls
// have been made, or false if a client has failed.
func running(t *testing.T, s *store.Store, b *tpcc.Benchmark, seed uint64, during func(await func() bool)) {
	t.Helper()
	ctx, fail := context.WithCancel(t.Context())
	defer fail()
	var wg sync.WaitGroup
	var done atomic.Bool
	tick := make(chan struct{})
	for i := range workers {
		wg.Go(func() {
			r := runner{worker: s.Worker(i), client: b.Client(seed, i, workers)}
			for n := 0; n < 500 || !done.Load(); n++ {
				if err := r.next(); err != nil {
					t.Error(err)
					fail()
					return
				}
				if n%50 == 49 {
					select {
					case tick <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	during(func() bool {
		select {
		case <-tick:
			return true
		case <-ctx.Done():
			return false
		}
	})
	done.Store(true)
	wg.Wait()
}

// Clients that run at the same time keep every condition, and so does every
// image that a checkpoint algorithm takes meanwhile; and a database recovered from
// one goes on from there.
func TestImagesMeetTheConditions(t *testing.T) {
	c := tpcc.Config{Warehouses: 1, Districts: 4, Customers: 20, Items: 50, Orders: 30, History: 25}
	check := func(algorithm, mix string, images int) {
		t.Run(algorithm+" "+mix, func(t *testing.T) {
			c.Mix = mix
			b, err := tpcc.New(c)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			s := open(t, b, algorithm, dir)
			load(t, s, b)
			var last string
			running(t, s, b, 1, func(await func() bool) {
				for range images {
					if !await() {
						return
					}
					report, err := s.Checkpoint(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					last = report.Image.Path
					if err := b.Check(recovered(t, b, dir, last)); err != nil {
						t.Errorf("image %s: %v", last, err)
					}
				}
			})
			if err := b.Check(stateOf(s, b)); err != nil {
				t.Error(err)
			}
			if last != "" {
				goOn(t, c, dir, last)
			}
		})
	}
	check("none", tpcc.MixFull, 0)
	check("none", tpcc.MixCalc, 0)
	check("calc", tpcc.MixFull, 4)
	if testing.Short() {
		return
	}
	for _, algorithm := range []string{"naive", "zigzag", "pingpong", "cpr", "lineairdb"} {
		check(algorithm, tpcc.MixFull, 4)
	}
	check("calc", tpcc.MixCalc, 4)
}

// recovered returns the state that an image holds.
func recovered(t *testing.T, b *tpcc.Benchmark, dir, path string) state {
	s := open(t, b, "none", t.TempDir())
	if _, err := s.Recover(context.Background(), store.Source{Images: dir, Image: path}); err != nil {
		t.Error(err)
	}
	return stateOf(s, b)
}

// goOn recovers an image and runs clients of a new benchmark on it, whose hints
// are those of a database just loaded.
func goOn(t *testing.T, c tpcc.Config, dir, path string) {
	t.Helper()
	b, err := tpcc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, b, "none", t.TempDir())
	if _, err := s.Recover(context.Background(), store.Source{Images: dir, Image: path}); err != nil {
		t.Fatal(err)
	}
	start(t, s)
	running(t, s, b, 2, func(func() bool) {})
	if err := b.Check(stateOf(s, b)); err != nil {
		t.Errorf("after going on from %s: %v", path, err)
	}
}
