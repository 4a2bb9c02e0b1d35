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

// A Watch sees what the machine does beside this process until it is stopped.
type Watch struct {
	reader *Reader
	stop   chan struct{}
	wg     sync.WaitGroup

	// Owned by the goroutine of watch until wg is done.
	seen  []Counters
	beats beats
}

// Watch begins to watch.
func (r *Reader) Watch() *Watch {
	w := &Watch{reader: r, stop: make(chan struct{}), seen: []Counters{r.Read()}}
	w.beats = beats{now: w.seen[0].At, used: w.seen[0].Own}
	w.wg.Go(w.watch)
	return w
}

func (w *Watch) watch() {
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-t.C:
		}
		now := w.reader.clocks.Now()
		w.beats.note(now, w.reader.clocks.Used())
		if now-w.seen[len(w.seen)-1].At >= readEvery {
			w.seen = append(w.seen, w.reader.readCPU())
		}
	}
}

// Stop ends the span that is watched. It is called once.
func (w *Watch) Stop() {
	close(w.stop)
	w.wg.Wait()
	c := w.reader.Read()
	w.beats.note(c.At, c.Own)
	w.seen = append(w.seen, c)
}

// Sight returns what was seen. It is called after Stop, and after all children
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

func (b *beats) note(now, used time.Duration) {
	late := now - b.now - beatEvery
	if used-b.used < late/2 {
		b.stood = max(b.stood, late)
	}
	b.now, b.used = now, used
}
