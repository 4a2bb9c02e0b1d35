package flink

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ckptbench/algorithms/internal/cowmap"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// BenchmarkRest takes the distance between none and a table on the heap apart:
// each step adds one thing that the table has and none has not. The slices of
// all steps are run in turn, and a step's figures are medians: its throughput as
// a part of none's, and nanoseconds for an access, which is a read and a write of
// one record here. No snapshot is outstanding; one worker, 10 records of 100
// bytes a transaction, drawn evenly.
func BenchmarkRest(b *testing.B) {
	const records, size, keys, slice = 300_000, 100, 10, 2000
	steps := []struct {
		name  string
		build store.New
	}{
		{"none", none.New},
		{"heap", newOnHeap},      // values in objects of their own, a pointer away
		{"chain", newInChains},   // found by hash: a chain head, an entry, the object
		{"versions", newUnlatch}, // cowmap, whose owner is the only worker: versions as well
		{"flink", New},           // latches, and who set what aside, as well
		{"flink-cow-write", NewCowWrite},
		{"flink-nested", NewNested},
	}
	runs := make([]func() time.Duration, len(steps))
	took := make([][]float64, len(steps))
	of := make([][]float64, len(steps))
	for i, st := range steps {
		runs[i] = restSlices(b, st.build, records, size, keys, slice)
		runs[i]()
	}
	b.ResetTimer()
	for range b.N {
		for range 40 {
			var base float64
			for i, run := range runs {
				t := run().Seconds()
				if i == 0 {
					base = t
				}
				took[i] = append(took[i], t*1e9/slice/keys)
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

// restSlices returns what runs and times a slice of transactions.
func restSlices(b *testing.B, build store.New, records uint64, size, keys, slice int) func() time.Duration {
	b.Helper()
	s, err := store.Open(store.Options{
		Algorithm: "rest", New: build, Workers: 1, Huge: true, Touch: true,
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
	access := make([]store.Access, keys)
	buf, out := make([]byte, size), make([]byte, size)
	q := store.Request{Access: access, Body: func(tx *store.Txn) error {
		for i := range tx.Len() {
			v, _ := tx.Read(i)
			copy(out, v)
			tx.Write(i, store.Whole, buf)
		}
		return nil
	}}
	return func() time.Duration {
		began := time.Now()
		for range slice {
			for i := range access {
				lo, hi := records*uint64(i)/uint64(keys), records*uint64(i+1)/uint64(keys)
				access[i] = store.Access{Key: lo + rng.Uint64N(hi-lo), Mode: store.Exclusive}
			}
			if err := s.Worker(0).Do(&q); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
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

func newUnlatch(env *store.Env) (store.Algorithm, error) {
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
