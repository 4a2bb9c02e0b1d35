package record

import "sync/atomic"

// A Lock is a record's transaction lock and the clock of its last writer, in
// one word so that taking the lock tells the clock:
//
//	63..16  the sequence number of the last transaction that wrote the record
//	15      held exclusively
//	14      a checkpointer's: it copies the record, readers pass, writers wait; or
//	        while a writer holds the lock, the checkpointer is the next to have it
//	13      claimed by a worker that waited long: others do not take it before
//	12..0   how many hold it shared
//
// Nothing here blocks: the caller decides whether to wait, and how. All methods may be
// called concurrently.
type Lock struct{ w atomic.Uint64 }

const (
	exclusive = 1 << 15
	copying   = 1 << 14
	claimed   = 1 << 13
	sharers   = claimed - 1
	held      = exclusive | copying | claimed | sharers
	seqShift  = 16
)

// MaxShared is the most that may hold a lock shared at once.
const MaxShared = sharers

// TryLock takes the lock exclusively and returns the clock of the last writer. It fails
// where anybody holds, copies or claims the record.
func (l *Lock) TryLock() (seq uint64, ok bool) {
	w := l.w.Load()
	if w&held != 0 || !l.w.CompareAndSwap(w, w|exclusive) {
		return 0, false
	}
	return w >> seqShift, true
}

// TryRLock takes the lock shared and returns the clock of the last writer. A copy in
// progress does not keep readers out.
func (l *Lock) TryRLock() (seq uint64, ok bool) {
	for {
		w := l.w.Load()
		if w&(exclusive|claimed) != 0 {
			return 0, false
		}
		if l.w.CompareAndSwap(w, w+1) {
			return w >> seqShift, true
		}
	}
}

// Claim keeps all from taking the lock except those that claim it too. Without it a
// waiter can starve: the worker that releases the lock tends to win it again. A worker
// that claims takes the lock by TryClaimed in the end, and claims again until then:
// taking the lock ends every claim.
func (l *Lock) Claim() { l.w.Or(claimed) }

// Unclaim gives a claim up. Another worker that claims the lock claims it again.
func (l *Lock) Unclaim() { l.w.And(^uint64(claimed)) }

// TryClaimed takes a claimed lock, shared or exclusively.
func (l *Lock) TryClaimed(shared bool) (seq uint64, ok bool) {
	w := l.w.Load()
	busy, taken := uint64(held&^claimed), w&^claimed|exclusive
	if shared {
		busy, taken = exclusive, w&^claimed+1
	}
	if w&busy != 0 || !l.w.CompareAndSwap(w, taken) {
		return 0, false
	}
	return w >> seqShift, true
}

// Held reports whether a transaction holds the lock exclusively or, if shared is
// set, shared. A TryLock that failed while Held was false met a checkpointer's copy or
// a claim, and may simply be tried again.
func (l *Lock) Held(shared bool) bool {
	w := l.w.Load()
	return w&exclusive != 0 || shared && w&sharers != 0
}

// Unlock releases an exclusive lock and sets the clock. A copier that wants the lock,
// or a worker that claims it, comes next. One that asks just now may be overlooked,
// and asks again.
func (l *Lock) Unlock(seq uint64) {
	if l.w.Load()&(copying|claimed) != 0 {
		l.handOver(seq)
		return
	}
	l.w.Store(seq << seqShift)
}

// handOver unlocks and leaves the marks of those that want the lock. A copier may give
// up meanwhile, hence the loop.
func (l *Lock) handOver(seq uint64) {
	for {
		w := l.w.Load()
		if l.w.CompareAndSwap(w, seq<<seqShift|w&(copying|claimed)) {
			return
		}
	}
}

// RUnlock releases a shared lock.
func (l *Lock) RUnlock() { l.w.Add(^uint64(0)) }

// TryCopy keeps writers out while a checkpointer copies the record, until EndCopy. It
// fails where a writer holds the lock, and then leaves no mark: the record is free for
// the next writer. A record has one copier at a time.
func (l *Lock) TryCopy() bool {
	for {
		w := l.w.Load()
		if w&exclusive != 0 {
			return false
		}
		if l.w.CompareAndSwap(w, w|copying) {
			return true
		}
	}
}

// WantCopy is TryCopy that leaves a mark where a writer holds the lock: that writer
// hands the record over when it unlocks, so that the record cannot pass from writer to
// writer for ever. Until then the copier asks again and again, or gives up by EndCopy.
// It must not turn to other records meanwhile: the next writer would wait for those
// as well.
func (l *Lock) WantCopy() bool { return l.w.Or(copying)&exclusive == 0 }

// EndCopy lets writers in again.
func (l *Lock) EndCopy() { l.w.And(^uint64(copying)) }

// Clock returns the clock of the last writer.
func (l *Lock) Clock() uint64 { return l.w.Load() >> seqShift }
