package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/tsc"
	"ckptbench/harness/host"
	"ckptbench/harness/result/paired"
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
	crew    *crew // that they run on

	alike bool   // the two of the pair have the same threads at rest
	whole bool   // slices count their whole time, see CountWholeTime
	ran   func() // called after every slice, with no worker running; nil: nothing is

	ended chan struct{} // closed when the capture under way has ended; nil where there is none
	// Read it after ended is closed.
	last taken // the last capture; written before ended is closed
}

// openSides opens a side under each of entries, in folders of dir, their memory
// spread alike. All draw their transactions from decks, which they only read.
func (c cell) openSides(dir string, decks []deck, entries ...algorithms.Entry) (sides []*Side, err error) {
	defer func() {
		if err != nil {
			for _, s := range sides {
				_ = s.Close() // the error that matters is err
			}
		}
	}()
	var stores []*store.Store
	for i, e := range entries {
		// Reserved first and touched together, page by page in turns: neither side has the
		// better memory.
		s, err := c.reserve(e, filepath.Join(dir, fmt.Sprintf("side-%d", i)))
		if err != nil {
			return sides, err
		}
		sides, stores = append(sides, s), append(stores, s.store)
	}
	if !c.inserts() { // room for inserts is only reserved
		store.TouchTogether(stores...)
	}
	for _, s := range sides {
		if err = s.load(decks); err != nil {
			return sides, fmt.Errorf("load a side under %s: %w", s.entry.Name, err)
		}
	}
	if len(sides) == 2 {
		a, b := sides[0].entry, sides[1].entry
		// Then a thread of another than the workers is nobody's cost, see stolen.
		alike := a.Baseline && b.Baseline && a.NeedsLog == b.NeedsLog
		sides[0].alike, sides[1].alike = alike, alike
	}
	return sides, nil
}

// reserve opens a side whose memory is not present yet.
func (c cell) reserve(e algorithms.Entry, dir string) (s *Side, err error) {
	s = &Side{cell: c, entry: e, dir: dir}
	if s.cell.bench, err = c.newBenchmark(); err != nil { // its clients have a state of their own
		return nil, err
	}
	if err = emptied(s.dir); err != nil {
		return nil, err
	}
	o := c.options(e, s.dir)
	// openSides touches the memory of all sides together.
	o.Touch = false
	if s.store, err = store.Open(o); err != nil {
		return nil, fmt.Errorf("open a side under %s: %w", e.Name, err)
	}
	return s, nil
}

// load fills the side's store and gives every worker its transactions.
func (s *Side) load(decks []deck) error {
	if err := s.cell.load(s.store); err != nil {
		return err
	}
	if err := s.store.Start(); err != nil {
		return err
	}
	s.run = s.cell.newRun()
	for i, d := range decks[:s.cell.workers()] { // one that runs long transactions alone takes no turns
		s.drivers = append(s.drivers, s.cell.newDriver(s.run, s.store, i, d))
	}
	// One thread for each worker, kept on a core of its own.
	s.crew = newCrew(len(s.drivers), host.Cores())
	return nil
}

// Run implements paired.Side. Every worker ends by itself at the first reading of
// its clock after d.
func (s *Side) Run(d time.Duration) (paired.Slice, error) {
	// Each slice starts the same workers again.
	s.run.stop.Store(false)
	clock, errs, laps := s.run.clock, make([]error, len(s.drivers)), make([]lap, len(s.drivers))
	out := paired.Slice{Start: time.Now()}
	until := clock.Now() + clock.In(d)
	rest := s.crew.run(func(i int) {
		driver := s.drivers[i]
		driver.until = until
		errs[i] = driver.drive()
		laps[i] = driver.lap
	})
	out.End = time.Now()
	blameOthers(laps, rest)
	for _, l := range laps {
		// The slice is worth as little as its worst worker.
		rate, host := s.counted(clock, l)
		out.Rate, out.Host = out.Rate+rate, max(out.Host, host)
	}
	if s.ran != nil {
		s.ran()
	}
	return out, errors.Join(errs...)
}

// CountWholeTime has slices from now on count all of their time, and no quad be left out
// for what they meet. It is for slices beside a capture, on both sides: a worker that
// spins on the latch of a checkpointer that is off its core, or copies a page after a
// fork, looks to itself as if the host had its core, and that is the algorithm's own.
func (s *Side) CountWholeTime(on bool) { s.whole = on }

// counted returns what a worker's lap adds to a slice: transactions a second, and what
// makes the slice worth nothing.
func (s *Side) counted(clock *tsc.Clock, l lap) (rate float64, host time.Duration) {
	if s.whole {
		l.gaps = gaps{}
	}
	return l.rate(clock), s.stolen(l.gaps)
}

// stolen returns what of a worker's gaps makes a slice worth nothing. What the kernel
// gave to another thread is charged to the side, for that thread may be its own, that
// advances epochs, logs or captures: to leave those slices out made lineairdb faster
// than none. Where both sides have the same threads, it is nobody's.
func (s *Side) stolen(g gaps) time.Duration {
	if s.alike && !s.Capturing() {
		return g.Host + g.Preempted
	}
	return g.Host
}

// rate returns transactions a second, over the time that the host left.
func (l lap) rate(clock *tsc.Clock) float64 {
	// Each worker's rate is over its own time.
	took := time.Duration(clock.Between(l.from, l.to)) - l.gaps.Host
	if took <= 0 {
		return 0
	}
	return float64(l.commits) / took.Seconds()
}

// StartCapture begins to take an image beside the slices, limited to rate bytes a
// second; 0 is without a limit but the disk's.
// One capture at a time.
func (s *Side) StartCapture(ctx context.Context, rate int64) {
	s.store.PaceImages(rate)
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		s.last = take(ctx, s.store)
	}()
}

// Hurry lifts the limits to what the side writes, for a capture under way that nobody
// measures any more.
func (s *Side) Hurry() {
	s.store.PaceImages(0)
	s.store.SetDiskRate(0)
}

// Capturing reports whether the capture that was started is still under way.
// It is asked between two quads, by the goroutine that runs the slices.
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
// It may only be called after StartCapture.
func (s *Side) EndCapture() (store.Report, error) {
	<-s.ended
	s.ended = nil
	return s.last.report, s.last.err
}

// bytes returns the size of the records in memory, with what the algorithm has
// beside them.
func (s *Side) bytes() int64 {
	m := s.store.Memory()
	return m.Store + m.Own
}

// Close closes the store and removes its files.
// It may be called on a side that could not be loaded.
func (s *Side) Close() error {
	if s.crew != nil {
		s.crew.end()
	}
	closeJournals(s.drivers)
	return errors.Join(s.store.Close(), os.RemoveAll(s.dir))
}
