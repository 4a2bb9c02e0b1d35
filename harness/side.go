package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/paired"
)

// A Side is one of two that take turns: a loaded store under an algorithm, whose
// workers run in slices. It is a paired.Side. One goroutine uses it; a capture
// runs in one of its own.
type Side struct {
	cell    cell
	entry   algorithms.Entry
	dir     string // of its images and log, removed by Close
	store   *store.Store
	run     *run
	drivers []*driver

	ended   chan struct{} // closed when the capture under way has ended; nil where there is none
	report  store.Report  // of the last capture; written before ended is closed
	failure error         // likewise
}

// OpenSide opens a side for point i of e's matrix, under the algorithm of that
// name, in the folder dir, which it makes. opening numbers the openings of a pair
// from 1: both sides of one get the same transactions, and each opening others.
func OpenSide(e *config.Experiment, i int, algorithm, dir string, opening int) (*Side, error) {
	cells := e.Cells()
	if i < 0 || i >= len(cells) {
		return nil, fmt.Errorf("open a side of point %d of %d", i, len(cells))
	}
	c := cell{Experiment: cells[i].Experiment, params: cells[i].Params, index: i}
	var err error
	if c.bench, err = c.newBenchmark(); err != nil {
		return nil, err
	}
	entry, ok := algorithms.Find(algorithm)
	if !ok {
		return nil, fmt.Errorf("open a side: no algorithm %q", algorithm)
	}
	decks, err := c.decks(e.Seed.Value, opening, "measure", opsFor(config.Duration(time.Second)))
	if err != nil {
		return nil, err
	}
	return c.openSide(entry, dir, decks)
}

// openSide opens a side that draws its transactions from decks, which it only
// reads.
func (c cell) openSide(e algorithms.Entry, dir string, decks []deck) (*Side, error) {
	if err := emptied(dir); err != nil {
		return nil, err
	}
	if c.bench != nil { // its clients have a state of their own
		var err error
		if c.bench, err = c.newBenchmark(); err != nil {
			return nil, err
		}
	}
	s := &Side{cell: c, entry: e, dir: dir}
	var err error
	if s.store, err = c.openLoaded(e, dir, nil, nil); err != nil {
		return nil, fmt.Errorf("open a side under %s: %w", e.Name, err)
	}
	s.run = c.newRun()
	for i, d := range decks {
		s.drivers = append(s.drivers, c.newDriver(s.run, s.store, i, d))
	}
	return s, nil
}

// Run implements paired.Side.
func (s *Side) Run(d time.Duration) (paired.Slice, error) {
	s.run.stop.Store(false)
	rates, errs := make([]float64, len(s.drivers)), make([]error, len(s.drivers))
	out := paired.Slice{Start: time.Now()}
	stop := time.AfterFunc(d, func() { s.run.stop.Store(true) })
	defer stop.Stop()
	var workers sync.WaitGroup
	for i, driver := range s.drivers {
		workers.Go(func() {
			began, before := time.Now(), driver.worker.Committed()
			errs[i] = driver.drive()
			rates[i] = float64(driver.worker.Committed()-before) / time.Since(began).Seconds()
		})
	}
	workers.Wait()
	out.End = time.Now()
	for _, r := range rates {
		out.Rate += r
	}
	return out, errors.Join(errs...)
}

// StartCapture begins to take an image beside the slices, limited to rate bytes a
// second; 0 is without limit.
func (s *Side) StartCapture(ctx context.Context, rate int64) {
	s.store.SetImageRate(rate)
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		s.report, s.failure = s.store.Checkpoint(ctx)
	}()
}

// Capturing reports whether the capture that was started is still under way.
func (s *Side) Capturing() bool {
	if s.ended == nil {
		return false
	}
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// EndCapture waits for the capture's end and returns its report.
func (s *Side) EndCapture() (store.Report, error) {
	<-s.ended
	s.ended = nil
	return s.report, s.failure
}

// bytes returns the size of the records in memory, with what the algorithm has
// beside them.
func (s *Side) bytes() int64 {
	m := s.store.Memory()
	return m.Store + m.Own
}

// Close closes the store and removes its files.
func (s *Side) Close() error { return errors.Join(s.store.Close(), os.RemoveAll(s.dir)) }
