package storetest

import (
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/oracle"
)

// A load is a set of clients at work, one on each worker that runs.
type load struct {
	w       *world
	clients []*client
	// Every client looks at it between two transactions.
	stop atomic.Bool
	wg   sync.WaitGroup
}

// start sets one client to work on every worker but the last, which is
// registered and never runs. The mixes are dealt out in turn.
// They run until end, which the test's end calls as well.
func (w *world) start(seed uint64, mixes ...mix) *load {
	l := &load{w: w}
	for i := range w.p.workers {
		c := w.client(i, seed, mixes[i%len(mixes)])
		l.clients = append(l.clients, c)
		l.wg.Go(func() { c.run(&l.stop) })
	}
	w.t.Cleanup(l.end)
	return l
}

// end stops the clients.
// It may be called again.
func (l *load) end() {
	l.stop.Store(true)
	l.wg.Wait()
}

// writes is how many transactions have committed a write so far.
// It may be called while the clients run.
func (l *load) writes() (n int64) {
	for _, c := range l.clients {
		n += c.writes.Load()
	}
	return n
}

// progress returns when n more transactions have written. It returns as well when a
// client has failed, and with it the test.
func (l *load) progress(n int64) {
	for until := l.writes() + n; l.writes() < until && !l.w.t.Failed(); {
		time.Sleep(50 * time.Microsecond)
	}
}

// between is how many writing transactions lie between two images, at least.
const between = 10

// images takes up to n images, one right after the other. Once it has a few it stops
// after enough, so that slow algorithms do not take the suite's time.
func (l *load) images(n int, enough time.Duration) {
	l.w.t.Helper()
	start := time.Now()
	for i := range n {
		if i >= few(4) && time.Since(start) > share(enough) || l.w.t.Failed() {
			break
		}
		// Each image is to hold something that the one before does not.
		l.progress(between)
		l.w.checkpoint()
	}
	l.progress(between)
}

// rules demand that every image contains transactions, leaves some out, and contains
// more than the one before.
var rules = oracle.Rules{MinIn: 1, MinOut: 1, MinBetween: between / 2}
