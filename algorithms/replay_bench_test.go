package algorithms_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

// BenchmarkReplayOfRun tells how much faster recovery replays a log than the
// transactions ran that wrote it, with as many goroutines as there were workers:
// changes a second of both, and the ratio. The transactions are CALC's, on records
// beyond the caches, without a checkpoint meanwhile.
func BenchmarkReplayOfRun(b *testing.B) {
	const records, each = 1 << 20, 100_000
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			sets := keySets(1<<14, benchKeys, records)
			spec := store.TableSpec{Name: "t", ValueSize: benchSize, Capacity: records}
			var ran, replayed time.Duration
			for range b.N {
				images, log := b.TempDir(), b.TempDir()
				ran += runLogged(b, images, log, spec, workers, each, sets)
				replayed += recoverLogged(b, images, log, spec, workers, each)
			}
			n := float64(b.N) * float64(workers*each*benchKeys)
			b.ReportMetric(n/ran.Seconds(), "run-changes/s")
			b.ReportMetric(n/replayed.Seconds(), "replayed-changes/s")
			b.ReportMetric(float64(ran)/float64(replayed), "ratio")
		})
	}
}

// logged opens a store with images and a log.
func logged(b *testing.B, images, log string, spec store.TableSpec, workers int) *store.Store {
	b.Helper()
	calc, _ := algorithms.Find("calc")
	o := store.Options{Tables: []store.TableSpec{spec}, Workers: workers, Touch: true, Huge: true}
	calc.Apply(&o)
	o.Images.Dir, o.Log.Dir = images, log
	s, err := store.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// runLogged loads a store, takes an image and runs transactions, each of every
// worker; it returns how long these took, until the log had them.
func runLogged(
	b *testing.B, images, log string, spec store.TableSpec, workers, each int, sets [][]store.Access,
) time.Duration {
	s := logged(b, images, log, spec, workers)
	value := make([]byte, benchSize)
	err := s.Load(0, spec.Capacity, func(i uint64, _ []byte) (uint64, []byte) { return i, value })
	if err == nil {
		err = s.Start()
	}
	if err == nil {
		_, err = s.Checkpoint(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			w, v := s.Worker(i), make([]byte, benchSize)
			q := store.Request{Body: func(tx *store.Txn) error {
				for k := range tx.Len() {
					if old, ok := tx.Read(k); ok {
						copy(v, old)
					}
					tx.Write(k, store.Whole, v)
				}
				return nil
			}}
			for n := range each {
				q.Access = sets[(n*workers+i)%len(sets)]
				if err := w.Do(&q); err != nil {
					b.Error(err)
					return
				}
			}
			if err := s.Log().WaitDurable(b.Context(), w.Epoch()); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// recoverLogged recovers and returns how long the replay took.
func recoverLogged(b *testing.B, images, log string, spec store.TableSpec, workers, each int) time.Duration {
	s := logged(b, images, log, spec, workers)
	r, err := s.Recover(b.Context(), store.Source{Images: images, Log: log, Parallel: workers})
	if err != nil || r.Changes != uint64(workers*each*benchKeys) {
		b.Fatal(r.Changes, err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return r.Replay
}
