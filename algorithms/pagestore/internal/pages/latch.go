package pages

import (
	"sync/atomic"

	"ckptbench/algorithms/internal/backoff"
)

// A Latch is a page's: many readers or one writer, for as long as one visit to
// the page lasts. A waiting writer keeps new readers out, so whoever holds one
// latch shared must not ask for it again.
type Latch struct{ w atomic.Uint32 }

const (
	writing = 1 << 31
	wanted  = 1 << 30 // by a writer
)

// RLock waits until nobody writes.
func (l *Latch) RLock() {
	if w := l.w.Load(); w&(writing|wanted) == 0 && l.w.CompareAndSwap(w, w+1) {
		return
	}
	l.awaitRead()
}

// awaitRead is RLock where a writer holds the latch or waits for it.
func (l *Latch) awaitRead() {
	var wait backoff.Backoff
	for {
		w := l.w.Load()
		if w&(writing|wanted) != 0 {
			wait.Wait()
			continue
		}
		if l.w.CompareAndSwap(w, w+1) {
			return
		}
	}
}

// RUnlock ends a reader's visit.
func (l *Latch) RUnlock() { l.w.Add(^uint32(0)) }

// Lock waits until nobody reads or writes.
func (l *Latch) Lock() {
	if l.w.CompareAndSwap(0, writing) {
		return
	}
	l.awaitWrite()
}

// awaitWrite is Lock where somebody holds the latch. It leaves the mark wanted, which
// keeps new readers out, again and again: a writer that gets the latch erases it.
func (l *Latch) awaitWrite() {
	var wait backoff.Backoff
	for {
		w := l.w.Load()
		if w&^wanted == 0 {
			if l.w.CompareAndSwap(w, writing) { // other waiting writers say so again
				return
			}
			continue
		}
		if w&wanted == 0 && !l.w.CompareAndSwap(w, w|wanted) {
			continue
		}
		wait.Wait()
	}
}

// Unlock ends a writer's visit.
func (l *Latch) Unlock() { l.w.And(^uint32(writing)) }
