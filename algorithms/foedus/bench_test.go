package foedus

import (
	"path/filepath"
	"testing"

	"ckptbench/algorithms/store"
)

// What a transaction on one record costs: with the record in its slot, in a page
// that is resident, and in one that has to be fetched, for which another goes.
// The files are in the page cache.
func BenchmarkTransaction(b *testing.B) {
	const records = 40_000
	for _, bench := range []struct {
		name   string
		budget int64
	}{{"slot", 0}, {"resident", 1 << 30}, {"fetched", 1 << 20}} {
		for _, mode := range []store.Mode{store.Shared, store.Exclusive} {
			name := bench.name + "/read"
			if mode == store.Exclusive {
				name = bench.name + "/write"
			}
			b.Run(name, func(b *testing.B) {
				dir := b.TempDir()
				s, err := store.Open(store.Options{
					Algorithm: "foedus", New: New, NeedsLog: true, Own: Own(), Budget: bench.budget, Workers: 1,
					Tables: []store.TableSpec{{Name: "t", ValueSize: 100, Capacity: records}},
					Log:    store.Log{Dir: filepath.Join(dir, "log")},
				})
				if err != nil {
					b.Fatal(err)
				}
				defer s.Close()
				if err := s.Load(0, records, func(k uint64, buf []byte) (uint64, []byte) { return k, buf }); err != nil {
					b.Fatal(err)
				}
				if err := s.Start(); err != nil {
					b.Fatal(err)
				}
				key, field := uint64(0), make([]byte, 8)
				q := store.Request{Access: []store.Access{{Mode: mode}}, Body: func(tx *store.Txn) error {
					if mode == store.Shared {
						tx.Read(0)
					} else if key%64 == 0 { // or no page could go
						tx.Write(0, 0, field)
					}
					return nil
				}}
				b.ReportAllocs()
				for b.Loop() {
					key = (key + 7919) % records
					q.Access[0].Key = key
					if err := s.Worker(0).Do(&q); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(s.Paging().Fetched)/float64(b.N), "pages/op")
			})
		}
	}
}
