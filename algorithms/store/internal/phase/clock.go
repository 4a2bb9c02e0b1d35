// Package phase knows which phase each running transaction is in, and lets a
// checkpointer wait until none is left in an old one, or until none runs at
// all. The phase is one word whose meaning is the algorithm's: CALC's phase,
// CPR's phase and version, LineairDB's epoch.
package phase

import (
	"context"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/backoff"
)

// What a worker's word says beside a phase.
const (
	idle   = ^uint64(0)
	closed = uint64(1) << 63 // nobody enters
)

// Max is the largest phase word.
const Max = closed - 1

// A Clock is the current phase and, for every worker, the phase of the
// transaction it is in. A worker outside a transaction is quiescent: it holds
// nothing up.
type Clock struct {
	word    atomic.Uint64
	_       [56]byte // the word is read by all and seldom written
	workers []worker

	mu   sync.Mutex
	gate chan struct{} // closed when the clock opens again; protected by mu
}

// A worker's word is written by that worker alone, and read by whoever awaits a phase.
type worker struct {
	phase atomic.Uint64 // of the running transaction, or idle
	_     [120]byte     // two cache lines each, as they are fetched in pairs
}

// NewClock returns a clock at phase p for n workers.
func NewClock(n int, p uint64) *Clock {
	c := &Clock{workers: make([]worker, n)}
	for i := range c.workers {
		c.workers[i].phase.Store(idle)
	}
	c.word.Store(p)
	return c
}

// Now returns the current phase.
func (c *Clock) Now() uint64 { return c.word.Load() &^ closed }

// Set moves to phase p. One goroutine at a time sets.
func (c *Clock) Set(p uint64) {
	for {
		w := c.word.Load()
		if c.word.CompareAndSwap(w, p|w&closed) {
			return
		}
	}
}

// TryEnter starts a transaction of worker w and returns its phase, or fails
// because the clock is closed. After a phase is set, no worker enters in an
// older one.
func (c *Clock) TryEnter(w int) (p uint64, ok bool) {
	me := &c.workers[w].phase
	for {
		p := c.word.Load()
		if p&closed != 0 {
			return 0, false
		}
		// Publish, then look again: either an Await sees us, or we see the Set.
		me.Store(p)
		if c.word.Load() == p {
			return p, true
		}
		me.Store(idle)
	}
}

// Leave ends worker w's transaction.
func (c *Clock) Leave(w int) { c.workers[w].phase.Store(idle) }

// AwaitOpen returns when the clock is not closed.
func (c *Clock) AwaitOpen() {
	c.mu.Lock()
	gate := c.gate
	c.mu.Unlock()
	if gate != nil {
		<-gate
	}
}

// Await returns when every running transaction's phase satisfies ok, or with
// ctx's error.
func (c *Clock) Await(ctx context.Context, ok func(phase uint64) bool) error {
	for i := range c.workers {
		err := backoff.Until(ctx, func() bool {
			p := c.workers[i].phase.Load()
			return p == idle || ok(p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AwaitPast returns when no running transaction is in phase p.
func (c *Clock) AwaitPast(ctx context.Context, p uint64) error {
	return c.Await(ctx, func(q uint64) bool { return q != p })
}

// Running returns the workers that are in a transaction.
func (c *Clock) Running() []int {
	var ws []int
	for i := range c.workers {
		if c.workers[i].phase.Load() != idle {
			ws = append(ws, i)
		}
	}
	return ws
}

// Close keeps transactions from entering until Open. Those that have entered
// go on.
func (c *Clock) Close() {
	c.mu.Lock()
	c.gate = make(chan struct{})
	c.mu.Unlock()
	c.word.Or(closed)
}

// Open lets transactions in again.
func (c *Clock) Open() {
	c.word.And(^closed)
	c.mu.Lock()
	close(c.gate)
	c.gate = nil
	c.mu.Unlock()
}

// IsClosed reports whether the clock is closed.
func (c *Clock) IsClosed() bool { return c.word.Load()&closed != 0 }

// AwaitNone returns when no transaction runs, or with ctx's error. On a closed
// clock that is a physical point of consistency.
func (c *Clock) AwaitNone(ctx context.Context) error {
	return c.Await(ctx, func(uint64) bool { return false })
}
