package flink

import (
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/store"
)

// A held is the private states of the records of one worker's transaction, each
// found once, when all locks are held. As with the object that Flink hands out,
// a worker that has got a state reads and changes it without the table.
//
// A private state stays private until the transaction ends, as no snapshot is
// taken before; and stays the record's until the transaction itself replaces it:
// others may copy the nodes before it, and its own, but those then have the same
// state. It is only the worker's.
type held struct {
	n      int // records that it is about; 0 in a transaction of too many
	at     int // where the last one was found
	states [mostHeld]*store.Version
	_      [64]byte
}

// mostHeld is how many records a transaction may have for its states to be held.
// What is prefetched for more would be gone again when it is used.
const mostHeld = 64

// begin holds nothing yet of tx's records.
func (h *held) begin(tx *store.Txn) {
	h.n, h.at = tx.Len(), 0
	if h.n > mostHeld {
		h.n = 0
	}
}

// hold holds s, or nothing where s is nil, for tx's record i, and prefetches it.
func (h *held) hold(i int, s *store.Version) {
	h.states[i] = s
	if s != nil {
		prefetch.Pair(unsafe.Pointer(s))
	}
}

// place returns where r's state is held, or nil where it is not.
func (h *held) place(tx *store.Txn, r store.Rec) **store.Version {
	for range h.n {
		if tx.Rec(h.at).Head() == r.Head() {
			return &h.states[h.at]
		}
		if h.at++; h.at == h.n {
			h.at = 0
		}
	}
	return nil
}

// forget holds r's state no longer, however often tx declared r.
func (h *held) forget(tx *store.Txn, r store.Rec) {
	for i := range h.n {
		if tx.Rec(i).Head() == r.Head() {
			h.states[i] = nil
		}
	}
}

// change makes v the bytes of s from off on, or the whole of it, as Write does,
// where s is private and keeps its size. It reports whether it did.
func change(s *store.Version, stamp uint64, off int, v []byte) bool {
	size := max(off, 0) + len(v)
	switch {
	case off != store.Whole:
		size = max(size, s.Len())
	case v == nil && stamp == 0: // it is to be removed
		return false
	}
	if !fits(s, size) {
		return false
	}
	s.Apply(stamp, off, v)
	return true
}
