package stable

import (
	"sync/atomic"

	"ckptbench/algorithms/internal/backoff"
)

// A word is what a record's head says of its stable version:
//
//	63      latched: the checkpointer or a writer is at it, for one copy
//	62      available: the paper's status bit
//	61..30  the round in which the two others were set
//	29..0   where the stable version is; 0 is nowhere
//
// In any other round than its own a word means "not available, no stable
// version". So a new round resets every record at once, without touching one.
type word uint64

const (
	latched   = word(1) << 63
	available = word(1) << 62
	roundBits = 30
	handles   = word(1)<<roundBits - 1
)

func makeWord(round uint32, status word, h handle) word {
	return status | word(round)<<roundBits | word(h)
}

func (w word) round() uint32  { return uint32(w >> roundBits) }
func (w word) handle() handle { return handle(w & handles) }

// in returns what w says in the given round.
func (w word) in(round uint32) word {
	if w.round() != round {
		return makeWord(round, 0, 0)
	}
	return w &^ latched
}

// latch waits for the latch, takes it, and returns what the word said.
func latch(a *atomic.Uint64) word {
	var b backoff.Backoff
	for {
		w := word(a.Load())
		if w&latched == 0 && a.CompareAndSwap(uint64(w), uint64(w|latched)) {
			return w
		}
		b.Wait()
	}
}

// unlatch gives the latch back and says w.
func unlatch(a *atomic.Uint64, w word) { a.Store(uint64(w &^ latched)) }
