package algorithms_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

// open opens a store of one table, loaded, for a benchmark.
func open(b *testing.B, e algorithms.Entry, spec store.TableSpec, workers int) *store.Store {
	b.Helper()
	o := store.Options{Tables: []store.TableSpec{spec}, Workers: workers, Touch: true, Huge: true}
	e.Apply(&o)
	if e.NeedsLog {
		o.Log.Dir = b.TempDir()
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
	benchRecords = 1 << 20
	benchSize    = 100
	benchKeys    = 10
)

// BenchmarkBareLoop is the same reads and writes as BenchmarkRMW with no
// engine: what its figures are to be compared with.
func BenchmarkBareLoop(b *testing.B) {
	data := make([]byte, benchRecords*128)
	for i := range data {
		data[i] = 1
	}
	sets := keySets(1<<16, benchKeys, benchRecords)
	buf, out := make([]byte, benchSize), make([]byte, benchSize)
	for i := 0; b.Loop(); i++ {
		binary.LittleEndian.PutUint64(buf, uint64(i))
		for _, a := range sets[i&(1<<16-1)] {
			rec := data[a.Key*128 : a.Key*128+benchSize]
			copy(out, rec)
			copy(rec, buf)
		}
	}
}

// BenchmarkRMW is CALC's transaction: 10 read-modify-writes of 100-byte
// records, uniform, dense index, one worker.
func BenchmarkRMW(b *testing.B) {
	sets := keySets(1<<16, benchKeys, benchRecords)
	for _, e := range algorithms.All() {
		b.Run("algorithm="+e.Name, func(b *testing.B) {
			s := open(b, e, store.TableSpec{Name: "t", ValueSize: benchSize, Capacity: benchRecords}, 1)
			w := s.Worker(0)
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
				q.Access = sets[i&(1<<16-1)]
				if err := w.Do(&q); err != nil {
					b.Fatal(err)
				}
			}
		})
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
		for _, name := range []string{"none", "calc", "cpr", "lineairdb"} {
			e, _ := algorithms.Find(name)
			b.Run(fmt.Sprintf("distribution=%s/algorithm=%s", d.name, name), func(b *testing.B) {
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
					q.Access = accs[i&(n-1) : i&(n-1)+1]
					if err := w.Do(&q); err != nil {
						b.Fatal(err)
					}
				}
			})
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
