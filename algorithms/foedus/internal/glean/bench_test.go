package glean

import (
	"context"
	"fmt"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/wal"
)

// A generated Source makes n changes of 100-byte records up as it is read.
type generated struct {
	n       int
	records uint64
	value   [100]byte
}

func (g *generated) Streams() int { return 1 }

func (g *generated) Read(ctx context.Context, _ int, f func(wal.Change) error) error {
	c := wal.Change{Epoch: 1, Kind: wal.KindPut, Value: g.value[:]}
	key := uint64(1)
	for i := range g.n {
		key = key*6364136223846793005 + 1442695040888963407
		c.Stamp, c.Key = uint64(i), (key>>32)*g.records>>32
		if err := f(c); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkGlean gleans a window of 100-byte changes held in memory, of which
// every record has five or none to speak of (fold=1: as many records as changes),
// or that spills.
func BenchmarkGlean(b *testing.B) {
	for _, hash := range []bool{false, true} {
		for _, fold := range []uint64{5, 1} {
			b.Run(fmt.Sprintf("hash=%v/fold=%d", hash, fold), func(b *testing.B) {
				g := &generated{n: 300_000, records: 300_000 / fold}
				benchmarkGlean(b, g, g.n, Options{BufferBytes: 1 << 30,
					Tables: []durable.Table{{Name: "t", ValueSize: 100, Capacity: g.records, Hash: hash}}})
			})
		}
	}
	b.Run("spilling", func(b *testing.B) {
		g := &generated{n: 300_000, records: 60_000}
		benchmarkGlean(b, g, g.n, Options{BufferBytes: 8 << 20,
			Tables: []durable.Table{{Name: "t", ValueSize: 100, Capacity: g.records}}})
	})
}

func benchmarkGlean(b *testing.B, src Source, n int, o Options) {
	o.FS, o.Dir = fs.OS(), b.TempDir()
	d, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Load(b.Context(), &log{}, 0); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		if _, err := d.Glean(b.Context(), src, uint64(i+1)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

// BenchmarkGleanLog gleans from a log on the disk: reading and decoding are in it.
func BenchmarkGleanLog(b *testing.B) {
	const n = 300_000
	dir := b.TempDir()
	l, err := wal.Open(wal.Options{Dir: dir, FS: fs.OS(), Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	g := &generated{n: n, records: 60_000}
	w := l.Worker(0)
	err = g.Read(b.Context(), 0, func(c wal.Change) error {
		w.Begin()
		w.Put(0, c.Key, c.Value)
		w.Commit(c.Stamp)
		return nil
	})
	if err != nil || l.Close() != nil {
		b.Fatal(err, l.Err())
	}
	src, err := wal.OpenWindow(fs.OS(), dir, 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	d, err := Open(Options{FS: fs.OS(), Dir: b.TempDir(), BufferBytes: 1 << 30,
		Tables: []durable.Table{{Name: "t", ValueSize: 100, Capacity: 60_000}}})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	b.ResetTimer()
	for range b.N {
		if _, err := d.Load(b.Context(), src, src.To()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}
