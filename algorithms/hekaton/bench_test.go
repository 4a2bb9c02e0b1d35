package hekaton_test

import (
	"context"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

// BenchmarkCompact takes checkpoints of a log of a hundred thousand writes of 100
// bytes, to ten thousand records: what a byte of the log costs to compact.
func BenchmarkCompact(b *testing.B) {
	const records, writes, size = 100_000, 100_000, 100
	e, _ := algorithms.Find("hekaton")
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: size, Capacity: records}},
		Workers: 1, Images: store.Images{Discard: true}, Log: store.Log{Dir: b.TempDir()},
	}
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		b.Fatal(err)
	}
	v := make([]byte, size)
	var key, bytes uint64
	q := store.Request{Body: func(tx *store.Txn) error { tx.Write(0, store.Whole, v); return nil }}
	q.Access = make([]store.Access, 1)
	for b.Loop() {
		b.StopTimer()
		for range writes {
			key = key*6364136223846793005 + 1442695040888963407
			q.Access[0] = store.Access{Key: key >> 33 % (records / 10), Mode: store.Exclusive}
			if err := s.Worker(0).Do(&q); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		r, err := s.Checkpoint(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		bytes += uint64(r.LogRead)
	}
	b.ReportMetric(float64(bytes)/1e6/b.Elapsed().Seconds(), "log-MB/s")
}
