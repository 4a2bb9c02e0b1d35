package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"

	"ckptbench/harness/config"
)

// Work is what a fixed number of transactions of one worker, drawn from a fixed
// seed, cost an algorithm. Nothing in it depends on time: it is the same at every
// run of a build, on every machine of one architecture.
// So a difference between two builds is one of the code.
type Work struct {
	Allocations float64 // on the Go heap, a transaction, in tenths: what a logger allocates meanwhile is less
	HeapBytes   float64 // allocated there, a transaction, in words of 8 bytes
	Own         int64   // memory of the algorithm's own after the load, bytes
	Images      []ImageWork
}

// ImageWork is what an image holds. The first is taken after half of the
// transactions, the second after all of them.
type ImageWork struct{ Records, Bytes int64 }

// exactTransactions is how many are counted.
const exactTransactions = 20_000

// Exact runs an algorithm on point i of e's matrix with one worker, in the folder
// dir, which it empties and removes, and returns what the transactions cost. The
// images are taken between transactions, so that no capture races with a write.
// It is for comparing builds. It turns the garbage collector off while it counts.
func Exact(ctx context.Context, e *config.Experiment, i int, algorithm, dir string) (w Work, err error) {
	one := *e
	one.Workers = 1
	o, err := NewOpenings(&one, i)
	if err != nil {
		return w, err
	}
	s, err := o.Reserve(algorithm, dir)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := o.Load(s); err != nil {
		return w, err
	}
	w.Own = s.store.Memory().Own
	// Buffers that the first transactions grow are kept. Without the collector
	// nothing else allocates in between.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	if err := s.transactions(exactTransactions / 4); err != nil {
		return w, err
	}
	objects, bytes := allocated()
	// Images are taken between two halves, so that the second finds records that changed.
	for range 2 {
		if err := s.transactions(exactTransactions / 2); err != nil {
			return w, err
		}
		o, b := allocated()
		w.Allocations += float64(o - objects)
		w.HeapBytes += float64(b - bytes)
		if err := s.image(ctx, &w); err != nil {
			return w, err
		}
		// What the image allocated is not the transactions'.
		objects, bytes = allocated()
	}
	w.Allocations = math.Round(w.Allocations/exactTransactions*10) / 10
	w.HeapBytes = 8 * math.Round(w.HeapBytes/exactTransactions/8)
	return w, nil
}

// transactions runs n transactions of the first worker, one after another.
func (s *Side) transactions(n int) error {
	d := s.drivers[0]
	for range n {
		if err := errors.Join(d.next(), d.timer.acks.settle()); err != nil {
			return fmt.Errorf("run a counted transaction: %w", err)
		}
	}
	d.worker.Flush()
	return nil
}

// image takes an image and adds what it holds.
// Both numbers are in its report: nothing is read back.
func (s *Side) image(ctx context.Context, w *Work) error {
	if s.entry.Baseline {
		return nil
	}
	r, err := s.store.Checkpoint(ctx)
	if err != nil {
		return fmt.Errorf("take a counted image: %w", err)
	}
	w.Images = append(w.Images, ImageWork{int64(r.Image.Records), r.Image.Bytes})
	return nil
}

// allocated returns how many objects were allocated on the Go heap so far, and
// their bytes. It stops all goroutines to count what their threads hold.
func allocated() (objects, bytes uint64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs, m.TotalAlloc
}
