package foedus

import (
	"context"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// A heldLock is the lock of a record whose page is being dropped.
type heldLock struct {
	r   store.Rec
	seq uint64 // the clock it had
}

// install makes the pages of a snapshot, whose manifest is durable, those that
// the pointers point to. before is the snapshot whose pages they point to now,
// all of them; nil where that is not known.
//
// A page that is dropped is the same in both, if not at the same place: it was
// clean when it was dropped, and nothing changes it meanwhile. So whoever is
// fetching it may have either pointer.
func (v *volatile) install(ctx context.Context, before, sn *glean.Snapshot) error {
	err := sn.Leaves(ctx, before, func(table int, leaf uint64, p glean.Pointer) {
		sched.Point("foedus.install")
		v.tables[table].pages[leaf].snapshot.Store(uint64(p))
	})
	if err == nil {
		v.until.Store(sn.Until())
	}
	return err
}

// forget takes all pointers back, before transactions run or after.
func (v *volatile) forget() {
	for _, t := range v.tables {
		for i := range t.pages {
			t.pages[i].snapshot.Store(0)
		}
	}
}

// most is how many pages a transaction looks at, to find one that can go.
const most = 512

// makeRoom drops clean pages until there is room for so many bytes, as long as it
// finds some soon; otherwise the store goes beyond its budget.
func (v *volatile) makeRoom(h *hand, bytes int64) {
	for range min(most, 2*v.total) {
		if v.resident.Used()+bytes <= v.budget {
			return
		}
		v.pass(h)
	}
	if v.resident.Used()+bytes <= v.budget {
		return
	}
	v.over.Add(1)
}

// shrink drops clean pages until memory is below the budget: those first that
// were not used for a while.
func (v *volatile) shrink(h *hand) {
	for range 2 * v.total {
		if v.resident.Used() <= v.budget {
			return
		}
		v.pass(h)
	}
}

// pass has the clock's hand pass over one page, which gets a second chance if it
// was used, and goes if it can.
func (v *volatile) pass(h *hand) {
	i := v.clock.Add(1) % v.total
	for _, t := range v.tables {
		if n := uint64(len(t.pages)); i >= n {
			i -= n
			continue
		}
		p := &t.pages[i]
		if p.state.Load() != resident || p.last.Load() > v.until.Load() || p.used.Load() != 0 && p.used.Swap(0) != 0 {
			return
		}
		if p.state.CompareAndSwap(resident, busy) {
			v.drop(h, t, i)
		}
		return
	}
}

// drop drops page i, which is busy, unless it is not clean or a transaction has
// the lock of one of its records: then it stays.
func (v *volatile) drop(h *hand, t *table, i uint64) {
	p := &t.pages[i]
	sched.Point("foedus.drop")
	// A worker that changed a record has its lock until the page says so. So what all
	// locks say is final.
	if !v.lockAll(h, t, i) || p.last.Load() > v.until.Load() {
		h.unlockAll()
		p.state.Store(resident)
		return
	}
	n := t.bytes(t.count(i))
	if t.hash {
		for _, l := range h.held {
			l.r.Head().Word.Store(0)
		}
	}
	_ = t.mem.ForgetRange(int(uintptr(i)*t.size), int(n)) // memory that the system does not take back can be used again
	p.n = 0
	v.grow(-n)
	v.given.Add(1)
	sched.Point("foedus.dropped")
	p.state.Store(dropped)
	h.unlockAll()
}

// lockAll takes the locks of all records of page i, none of which it waits for,
// and reports whether it has them all.
func (v *volatile) lockAll(h *hand, t *table, i uint64) bool {
	h.held = h.held[:0]
	for place := range t.count(i) {
		r, ok := v.env.Find(t.id, t.key(i, place))
		if !ok {
			return false // cannot be: it was found when it got its place
		}
		seq, ok := r.Head().Lock.TryLock()
		if !ok {
			return false
		}
		h.held = append(h.held, heldLock{r, seq})
	}
	return true
}

// unlockAll releases the locks of a page's records.
func (h *hand) unlockAll() {
	for _, l := range h.held {
		l.r.Head().Lock.Unlock(l.seq)
	}
	h.held = h.held[:0]
}
