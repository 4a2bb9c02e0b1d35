package host

import (
	"sync"
	"time"
)

// How often a Watch looks. A reading of the machine's counters takes tens of
// microseconds, so there are few; a heartbeat reads two clocks.
const (
	readEvery = 250 * time.Millisecond
	beatEvery = 20 * time.Millisecond
)

// A Watch sees what the machine does beside this process between Begin and End. One
// goroutine at a time uses it.
type Watch struct {
	reader *Reader
	seen   []Counters
	beats  beats
}

// Begin begins to watch. The caller looks between what it does.
func (r *Reader) Begin() *Watch {
	w := &Watch{reader: r, seen: []Counters{r.Read()}}
	w.beats = beats{now: w.seen[0].At, used: w.seen[0].Own}
	return w
}

// Look is a heartbeat. It reads the machine's counters where the last reading is
// long ago.
func (w *Watch) Look() {
	now := w.reader.clocks.Now()
	w.beats.note(now, w.reader.clocks.Used())
	if now-w.seen[len(w.seen)-1].At >= readEvery {
		w.seen = append(w.seen, w.reader.readCPU())
	}
}

// Skip is a heartbeat after a time for which the process may have stood still of
// itself.
func (w *Watch) Skip() {
	w.beats.now, w.beats.used = w.reader.clocks.Now(), w.reader.clocks.Used()
}

// End ends the span that is watched. It is called once.
func (w *Watch) End() {
	c := w.reader.Read()
	w.beats.note(c.At, c.Own)
	w.seen = append(w.seen, c)
}

// Keep has a goroutine look, until the function that it returns is called, once.
// The goroutine needs a processor 50 times a second: where all of them are busy it
// takes one from a worker.
func (w *Watch) Keep() (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(beatEvery)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				w.Look()
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// Sight returns what was seen. It is called after End, and after all children
// that ran in the span have ended: only then does the system count their
// processor time as this process's.
func (w *Watch) Sight() Sight {
	s := between(w.seen, w.reader.readCPU())
	s.StoodStill = w.beats.stood
	return s
}

// A beats finds the longest time for which the process did nothing: the next
// heartbeat came late, and the process used less than half a processor until
// then. Late alone is not enough: a collector or a fork that keeps all
// goroutines waiting uses processor time, and is the algorithm's own.
type beats struct {
	now, used time.Duration // at the last heartbeat
	stood     time.Duration
}

// note notes a beat. A late one, in which the processor was hardly used, means that the
// machine stood still.
func (b *beats) note(now, used time.Duration) {
	late := now - b.now - beatEvery
	if used-b.used < late/2 {
		b.stood = max(b.stood, late)
	}
	b.now, b.used = now, used
}
