package flink

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"ckptbench/algorithms/flink/internal/cowmap"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// BenchmarkRest takes the distance between none and a table on the heap apart:
// each step adds one thing that the table has and none has not. The slices of
// all steps are run in turn, and a step's figures are the medians over the
// slices: nanoseconds of its thread's CPU time for an access, which is a read and
// a write of one record here, and none's as a part of that. No snapshot is
// outstanding; one worker, 10 records of 100 bytes a transaction, drawn evenly,
// of so few that the caches have all, where a step's own work shows, and of many;
// with and without the look ahead that the harness's clients have.
func BenchmarkRest(b *testing.B) {
	for _, records := range []uint64{1000, 300_000} {
		for _, ahead := range []bool{false, true} {
			b.Run(fmt.Sprintf("records=%d/ahead=%v", records, ahead), func(b *testing.B) { rest(b, records, ahead) })
		}
	}
}

func rest(b *testing.B, records uint64, ahead bool) {
	steps := []struct {
		name  string
		build store.New
		small bool // pages, as the heap has them
	}{
		{"none", none.New, false},
		{"small-pages", none.New, true},
		{"heap", newOnHeap, true},        // states are objects of their own, a pointer away
		{"chain", newInChains, true},     // found by hash: a chain head, an entry, the object
		{"versions", newUnlatched, true}, // in cowmap, whose only owner is the worker: versions as well
		{"latches", newLatched, true},    // a latch per group as well, held for one access
		{"flink", New, true},             // all of it, each record found once, and cache misses overlap
		{"flink-cow-write", NewCowWrite, true},
		{"flink-nested", NewNested, true},
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runs := make([]func() float64, len(steps))
	took := make([][]float64, len(steps))
	of := make([][]float64, len(steps))
	for i, st := range steps {
		runs[i] = restSlices(b, records, st.build, !st.small, ahead)
		runs[i]()
	}
	b.ResetTimer()
	for range b.N {
		for range 40 {
			var base float64
			for i, run := range runs {
				t := run()
				if i == 0 {
					base = t
				}
				took[i] = append(took[i], t)
				of[i] = append(of[i], base/t)
			}
		}
	}
	b.StopTimer()
	for i, st := range steps {
		slices.Sort(took[i])
		slices.Sort(of[i])
		b.ReportMetric(took[i][len(took[i])/2], st.name+"-ns/access")
		b.ReportMetric(of[i][len(of[i])/2], st.name+"-of-none")
	}
}

// restSlices returns what runs a slice of transactions, and returns the
// nanoseconds that an access took.
func restSlices(b *testing.B, records uint64, build store.New, huge, ahead bool) func() float64 {
	b.Helper()
	const size, keys, slice = 100, 10, 2000
	s, err := store.Open(store.Options{
		Algorithm: "rest", New: build, Workers: 1, Huge: huge, Touch: true,
		Tables: []store.TableSpec{{Name: "t", ValueSize: size, Capacity: records}},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	err = s.Load(0, records, func(i uint64, buf []byte) (uint64, []byte) { return i, buf })
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	next, access := make([]store.Access, keys), make([]store.Access, keys)
	buf, out := make([]byte, size), make([]byte, size)
	q := store.Request{Body: func(tx *store.Txn) error {
		for i := range tx.Len() {
			v, _ := tx.Read(i)
			copy(out, v)
			tx.Write(i, store.Whole, buf)
		}
		return nil
	}}
	draw := func() {
		next, access = access, next
		for i := range uint64(keys) {
			next[i] = store.Access{Key: records/keys*i + rng.Uint64N(records/keys), Mode: store.Exclusive}
		}
	}
	draw()
	return func() float64 {
		began := threadTime(b)
		for range slice {
			draw()
			for i := range next {
				if ahead {
					s.Worker(0).Soon(0, next[i].Key)
				}
			}
			q.Access = access
			if err := s.Worker(0).Do(&q); err != nil {
				b.Fatal(err)
			}
		}
		return float64(threadTime(b)-began) / slice / keys
	}
}

// threadTime returns the CPU time that the thread has used, in nanoseconds.
func threadTime(b *testing.B) int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		b.Fatal(err)
	}
	return ts.Nano()
}

// A bare is an algorithm that only finds a record's state, for one worker.
type bare struct {
	store.Plain
	env  *store.Env
	load func(key uint64, s *store.Version)
	find func(key uint64) *store.Version
}

func (a *bare) Loaded() error {
	a.env.Records(func(r store.Rec) { a.load(r.Key(), deepCopy(r.Live())) })
	return nil
}

func (a *bare) Read(_ *store.Txn, r store.Rec) *store.Version { return a.find(r.Key()) }

func (a *bare) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	a.find(r.Key()).Apply(tx.Stamp(), off, v)
}

func (a *bare) Checkpoint(context.Context, *store.Image) (store.Point, error) {
	return store.Point{}, none.ErrNone
}

func newOnHeap(env *store.Env) (store.Algorithm, error) {
	states := make([]*store.Version, env.Slots)
	return &bare{
		env:  env,
		load: func(key uint64, s *store.Version) { states[key] = s },
		find: func(key uint64) *store.Version { return states[key] },
	}, nil
}

func newInChains(env *store.Env) (store.Algorithm, error) {
	type entry struct {
		key   uint64
		state *store.Version
		next  *entry
		_     [3]uint64 // as large as cowmap's
	}
	heads := make([]*entry, 1<<19)
	head := func(key uint64) **entry {
		h := key * 0x9E3779B97F4A7C15
		return &heads[(h^h>>32)%uint64(len(heads))]
	}
	return &bare{
		env: env,
		load: func(key uint64, s *store.Version) {
			h := head(key)
			*h = &entry{key: key, state: s, next: *h}
		},
		find: func(key uint64) *store.Version {
			e := *head(key)
			for e.key != key {
				e = e.next
			}
			return e.state
		},
	}, nil
}

func newLatched(env *store.Env) (store.Algorithm, error) {
	var groups [keyGroups]*group
	for i := range groups {
		groups[i] = newGroup(env)
	}
	return &bare{
		env: env,
		load: func(key uint64, s *store.Version) {
			groups[groupOf(key)].m.Put(0, key, s)
		},
		find: func(key uint64) *store.Version {
			g := groups[groupOf(key)]
			g.mu.Lock()
			defer g.mu.Unlock()
			s, _ := g.m.Get(0, key)
			return s
		},
	}, nil
}

func newUnlatched(env *store.Env) (store.Algorithm, error) {
	var maps [keyGroups]*cowmap.Map[*store.Version]
	for i := range maps {
		maps[i] = cowmap.New(firstSlots, env.First, deepCopy)
	}
	return &bare{
		env:  env,
		load: func(key uint64, s *store.Version) { maps[groupOf(key)].Put(0, key, s) },
		find: func(key uint64) *store.Version {
			s, _ := maps[groupOf(key)].Get(0, key)
			return s
		},
	}, nil
}
