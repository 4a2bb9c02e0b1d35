package stable

import (
	"sync/atomic"

	"ckptbench/algorithms/internal/latch"
)

// A word is what a record's head says of its stable version:
//
//	63      the latch (package latch): the checkpointer or a writer is at it, for one copy
//	62      available: the paper's status bit
//	61..30  the round in which the two others were set
//	29..0   where the stable version is; 0 is nowhere
//
// In any other round than its own a word means "not available, no stable
// version". So a new round resets every record at once, without touching one.
type word uint64

// The parts of a record's word: the status in the highest bits, the round, the handle.
const (
	available = word(1) << 62
	roundBits = 30
	handles   = word(1)<<roundBits - 1
)

// makeWord packs the parts; round and handle unpack them.
func makeWord(round uint32, status word, h handle) word {
	return status | word(round)<<roundBits | word(h)
}

func (w word) round() uint32  { return uint32(w >> roundBits) }
func (w word) handle() handle { return handle(w & handles) }

// in returns what w, which was taken, says in the given round.
func (w word) in(round uint32) word {
	if w.round() != round {
		return makeWord(round, 0, 0)
	}
	return w
}

// take waits for the latch, takes it, and returns what the word said.
func take(a *atomic.Uint64) word { return word(latch.Take(a)) }

// give gives the latch back and says w.
func give(a *atomic.Uint64, w word) { latch.Give(a, uint64(w)) }
