// Package latch is a latch in the highest bit of a word whose other bits are its
// owner's: for one copy, where a checkpointer and a writer meet.
package latch

import (
	"sync/atomic"

	"ckptbench/algorithms/internal/backoff"
)

const held = uint64(1) << 63

// Take waits for the latch, takes it, and returns what the word says.
func Take(word *atomic.Uint64) uint64 {
	var wait backoff.Backoff
	for {
		w := word.Load()
		if w&held == 0 && word.CompareAndSwap(w, w|held) {
			return w
		}
		wait.Wait()
	}
}

// Give gives the latch back, and has the word say w.
func Give(word *atomic.Uint64, w uint64) { word.Store(w &^ held) }

// Says returns what the word says, whether or not somebody holds the latch, who
// may be about to say something else.
func Says(word *atomic.Uint64) uint64 { return word.Load() &^ held }
