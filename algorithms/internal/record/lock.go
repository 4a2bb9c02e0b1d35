package record

import "sync/atomic"

// A Lock is a record's transaction lock and the clock of its last writer, in
// one word so that taking the lock tells the clock:
//
//	63..16  the sequence number of the last transaction that wrote the record
//	15      held exclusively
//	14      being copied by a checkpointer: readers pass, writers wait
//	13..0   how many hold it shared
//
// Nothing here blocks; who waits, and how, is the caller's decision.
type Lock struct{ w atomic.Uint64 }

const (
	exclusive = 1 << 15
	copying   = 1 << 14
	sharers   = copying - 1
	held      = exclusive | copying | sharers
	seqShift  = 16
)

// MaxShared is the most that may hold a lock shared at once.
const MaxShared = sharers

// Peek loads the word, to bring the record's first cache line in.
func (l *Lock) Peek() uint64 { return l.w.Load() }

// TryLock takes the lock exclusively and returns the clock of the last writer.
func (l *Lock) TryLock() (seq uint64, ok bool) {
	w := l.w.Load()
	if w&held != 0 || !l.w.CompareAndSwap(w, w|exclusive) {
		return 0, false
	}
	return w >> seqShift, true
}

// TryRLock takes the lock shared.
func (l *Lock) TryRLock() (seq uint64, ok bool) {
	for {
		w := l.w.Load()
		if w&exclusive != 0 {
			return 0, false
		}
		if l.w.CompareAndSwap(w, w+1) {
			return w >> seqShift, true
		}
	}
}

// Held reports whether a transaction holds the lock exclusively or, if shared
// counts too, shared: a TryLock that failed while it was false met a
// checkpointer's copy and may simply try again.
func (l *Lock) Held(shared bool) bool {
	w := l.w.Load()
	return w&exclusive != 0 || shared && w&sharers != 0
}

// Unlock releases an exclusive lock and sets the clock.
func (l *Lock) Unlock(seq uint64) { l.w.Store(seq << seqShift) }

// RUnlock releases a shared lock.
func (l *Lock) RUnlock() { l.w.Add(^uint64(0)) }

// TryCopy keeps writers out for as long as one copy takes, unless one is in.
// Copiers exclude each other.
func (l *Lock) TryCopy() bool {
	w := l.w.Load()
	return w&(exclusive|copying) == 0 && l.w.CompareAndSwap(w, w|copying)
}

// EndCopy lets writers in again.
func (l *Lock) EndCopy() { l.w.And(^uint64(copying)) }

// Clock returns the clock of the last writer.
func (l *Lock) Clock() uint64 { return l.w.Load() >> seqShift }
