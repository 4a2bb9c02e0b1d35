package algorithms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

// The tax benchmarks run an algorithm and none in turn, a few milliseconds each,
// and report the median of the paired ratios: figures of separate runs mean
// little on a machine that others use too.

const (
	taxRecords = 1 << 20
	taxRounds  = 60
	taxSlice   = 8_000 // transactions
)

// BenchmarkRestTax is throughput between checkpoints, as a part of none's.
func BenchmarkRestTax(b *testing.B) {
	for _, keys := range []int{1, 10} {
		for _, e := range algorithms.All() {
			if e.Baseline || e.Unsound {
				continue
			}
			b.Run(fmt.Sprintf("keys=%d/algorithm=%s", keys, e.Name), func(b *testing.B) {
				tax(b, e, keys, nil)
			})
		}
	}
}

// BenchmarkCaptureTax is throughput while images are captured one after another,
// written at 100 MiB/s, as a part of none's beside the same writing; with a core
// to spare. An algorithm that keeps transactions out for most of that is left
// out.
func BenchmarkCaptureTax(b *testing.B) {
	for _, e := range algorithms.All() {
		if e.Baseline || e.Unsound || strings.Contains(e.Quiesces, "image is written") {
			continue
		}
		b.Run("algorithm="+e.Name, func(b *testing.B) {
			tax(b, e, 10, func(ctx context.Context, s *store.Store) {
				for ctx.Err() == nil {
					_, _ = s.Checkpoint(ctx) // the context's end is the only error
				}
			})
		})
	}
}

// tax runs slices of none and of e in turn, with something beside both.
func tax(b *testing.B, e algorithms.Entry, keys int, beside func(context.Context, *store.Store)) {
	none, _ := algorithms.Find("none")
	spec := store.TableSpec{Name: "t", ValueSize: benchSize, Capacity: taxRecords}
	base, s := open(b, none, spec, 1), open(b, e, spec, 1)
	sets := keySets(1<<16, keys, taxRecords)
	runBase, run := slicer(b, base.Worker(0), sets), slicer(b, s.Worker(0), sets)
	runBase()
	run()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if beside != nil {
			beside(ctx, s)
		}
	}()
	var ratios []float64
	b.ResetTimer()
	for range b.N {
		for range taxRounds {
			t0 := runBase()
			ratios = append(ratios, t0.Seconds()/run().Seconds())
		}
	}
	b.StopTimer()
	cancel()
	<-done
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-none")
	b.ReportMetric(ratios[len(ratios)/4], "q1")
	b.ReportMetric(ratios[len(ratios)*3/4], "q3")
}

// slicer returns what runs a slice of transactions and times it.
func slicer(b *testing.B, w *store.Worker, sets [][]store.Access) func() time.Duration {
	buf, out := make([]byte, benchSize), make([]byte, benchSize)
	q := store.Request{Body: func(tx *store.Txn) error {
		for i := range tx.Len() {
			v, _ := tx.Read(i)
			copy(out, v)
			tx.Write(i, store.Whole, buf)
		}
		return nil
	}}
	next := 0
	return func() time.Duration {
		began := time.Now()
		for range taxSlice {
			q.Access = sets[next%len(sets)]
			next++
			if err := w.Do(&q); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
}
