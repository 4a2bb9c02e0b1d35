package glean

import (
	"context"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/wal"
)

// BenchmarkGlean gleans a window in which every record of 100 bytes is written
// five times.
func BenchmarkGlean(b *testing.B) {
	const records, n = 100_000, 500_000
	for name, hash := range map[string]bool{"array": false, "hash": true} {
		b.Run(name, func(b *testing.B) {
			d, err := Open(Options{FS: fs.OS(), Dir: b.TempDir(), Tables: []Table{{Name: "t", ValueSize: 100, Capacity: records, Hash: hash}}})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			if _, err := d.Load(context.Background(), &log{}, 0); err != nil {
				b.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			src := &log{streams: make([][]wal.Change, 1)}
			value := make([]byte, 100)
			for i := range uint64(n) {
				src.streams[0] = append(src.streams[0], wal.Change{Epoch: 1, Stamp: i, Key: rng.Uint64N(records), Kind: wal.KindPut, Value: value})
			}
			b.ResetTimer()
			for i := range b.N {
				if _, err := d.Glean(context.Background(), src, uint64(i+1)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}
