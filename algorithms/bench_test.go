package algorithms_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/store"
)

// open opens a store of one table, loaded, for a benchmark.
func open(b *testing.B, e algorithms.Entry, spec store.TableSpec, workers int) *store.Store {
	b.Helper()
	o := store.Options{Tables: []store.TableSpec{spec}, Workers: workers, Touch: true, Huge: true}
	e.Apply(&o)
	o.Images = store.Images{Dir: b.TempDir(), Rate: 100 << 20}
	if e.NeedsLog {
		o.Log.Dir, o.Log.NotesOnly = b.TempDir(), e.Unlogged
	}
	s, err := store.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	n := spec.Capacity
	err = s.Load(0, n, func(i uint64, buf []byte) (uint64, []byte) {
		return i, buf
	})
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// keySets draws n ascending sets of k distinct keys.
func keySets(n, k int, records uint64) [][]store.Access {
	rng := rand.New(rand.NewPCG(1, 2))
	sets := make([][]store.Access, n)
	all := make([]store.Access, 0, n*k)
	for i := range sets {
		from := len(all)
		for len(all)-from < k {
			key := rng.Uint64N(records)
			if !slices.ContainsFunc(all[from:], func(a store.Access) bool { return a.Key == key }) {
				all = append(all, store.Access{Key: key, Mode: store.Exclusive})
			}
		}
		set := all[from:len(all):len(all)]
		slices.SortFunc(set, func(a, b store.Access) int { return int(int64(a.Key) - int64(b.Key)) })
		sets[i] = set
	}
	return sets
}

const (
	benchSize = 100
	benchKeys = 10
)

// benchRecords are the sizes that the engine is measured at: in the caches,
// where its own work shows, and beyond them.
var benchRecords = []uint64{1 << 10, 1 << 20}

// BenchmarkBareLoop is the same reads and writes as BenchmarkRMW on the same
// memory with no engine: what its figures are to be compared with.
func BenchmarkBareLoop(b *testing.B) {
	const stride = 128
	for _, records := range benchRecords {
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			a, err := arena.New(int(records)*stride, arena.Options{Huge: true}, new(arena.Meter))
			if err != nil {
				b.Fatal(err)
			}
			defer a.Free()
			a.Touch()
			data := a.Bytes()
			sets := keySets(1<<14, benchKeys, records)
			buf, out := make([]byte, benchSize), make([]byte, benchSize)
			for i := 0; b.Loop(); i++ {
				binary.LittleEndian.PutUint64(buf, uint64(i))
				for _, a := range sets[i&(1<<14-1)] {
					rec := data[a.Key*stride : a.Key*stride+benchSize]
					copy(out, rec)
					copy(rec, buf)
				}
			}
		})
	}
}

// BenchmarkRMW is CALC's transaction: 10 read-modify-writes of 100-byte
// records, uniform, dense index, one worker.
func BenchmarkRMW(b *testing.B) {
	for _, records := range benchRecords {
		sets := keySets(1<<14, benchKeys, records)
		for _, e := range algorithms.All() {
			b.Run(fmt.Sprintf("records=%d/algorithm=%s", records, e.Name), func(b *testing.B) {
				s := open(b, e, store.TableSpec{Name: "t", ValueSize: benchSize, Capacity: records}, 1)
				benchRMW(b, s.Worker(0), sets)
			})
		}
	}
}

func benchRMW(b *testing.B, w *store.Worker, sets [][]store.Access) {
	buf, out := make([]byte, benchSize), make([]byte, benchSize)
	q := store.Request{Body: func(tx *store.Txn) error {
		binary.LittleEndian.PutUint64(buf, tx.Stamp())
		for i := range tx.Len() {
			v, _ := tx.Read(i)
			copy(out, v)
			tx.Write(i, store.Whole, buf)
		}
		return nil
	}}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		q.Access = sets[i%len(sets)]
		if err := w.Do(&q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkYCSBA is a single-key YCSB-A transaction over a hash index: reads
// and whole writes of 8 bytes in turn, as FASTER's benchmark has them.
func BenchmarkYCSBA(b *testing.B) {
	const records, n = 4_000_000, 1 << 20
	rng := rand.New(rand.NewPCG(1, 2))
	zipf := zipfian(rng, 0.99, records)
	for _, d := range []struct {
		name string
		next func() uint64
	}{{"uniform", func() uint64 { return rng.Uint64N(records) }}, {"zipf", zipf}} {
		accs := make([]store.Access, n)
		for i := range accs {
			accs[i] = store.Access{Key: d.next(), Mode: store.Mode(i & 1)}
		}
		for _, ahead := range []bool{false, true} {
			for _, name := range []string{"none", "calc", "cpr", "lineairdb"} {
				e, _ := algorithms.Find(name)
				b.Run(fmt.Sprintf("distribution=%s/ahead=%v/algorithm=%s", d.name, ahead, name), func(b *testing.B) {
					s := open(b, e, store.TableSpec{Name: "t", ValueSize: 8, Capacity: records, Hash: true}, 1)
					w := s.Worker(0)
					buf := make([]byte, 8)
					var sum uint64
					q := store.Request{Body: func(tx *store.Txn) error {
						if tx.Access(0).Mode == store.Shared {
							v, _ := tx.Read(0)
							sum += binary.LittleEndian.Uint64(v)
							return nil
						}
						binary.LittleEndian.PutUint64(buf, tx.Stamp())
						tx.Write(0, store.Whole, buf)
						return nil
					}}
					for i := 0; b.Loop(); i++ {
						if ahead {
							w.Ahead(0, accs[(i+8)&(n-1)].Key)
							w.Soon(0, accs[(i+4)&(n-1)].Key)
						}
						q.Access = accs[i&(n-1) : i&(n-1)+1]
						if err := w.Do(&q); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// zipfian draws scattered ranks by inversion over the exact distribution.
func zipfian(rng *rand.Rand, theta float64, n uint64) func() uint64 {
	cdf := zipfCDF(theta, n)
	return func() uint64 {
		rank, _ := slices.BinarySearch(cdf, rng.Float64()*cdf[n-1])
		return uint64(rank) * 2654435761 % n
	}
}
