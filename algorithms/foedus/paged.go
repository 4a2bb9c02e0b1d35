package foedus

import (
	"context"
	"unsafe"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/store"
)

// paged is FOEDUS with a memory budget: records live in volatile pages.
type paged struct {
	*foedus
	v         *volatile
	filling   *filling        // what the store is loaded with; nil: nothing yet
	installed *glean.Snapshot // what the pages' pointers point to, all of them; nil: not known. The checkpointer's alone
	none      store.Version   // what a key that was never there reads as
}

var _ interface {
	store.Keeper
	store.Resumer
	store.Toucher
} = (*paged)(nil)

func newPaged(f *foedus) (store.Algorithm, error) {
	v, err := newVolatile(f)
	if err != nil {
		return nil, err
	}
	return &paged{foedus: f, v: v}, nil
}

// Begin makes the pages of all records resident that the transaction declared. So
// it is here that a damaged page, or a disk that fails, aborts it.
func (p *paged) Begin(tx *store.Txn) error {
	h := &p.v.hands[tx.Worker()]
	for i := range tx.Len() {
		if err := p.v.hold(h, tx.Rec(i), tx.Access(i).Mode == store.Exclusive); err != nil {
			return err
		}
	}
	return nil
}

func (p *paged) Read(_ *store.Txn, r store.Rec) *store.Version {
	if v := p.v.tables[r.Table()].of(r); v != nil {
		return v
	}
	return &p.none
}

func (p *paged) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	p.v.tables[r.Table()].of(r).Apply(tx.Stamp(), off, v)
}

// Commit has the pages that were written say so, under the locks. A version that
// tx left behind has its id; one that it took back does not.
func (p *paged) Commit(tx *store.Txn) {
	tx.Seq = tx.Epoch()
	for i := range tx.Len() {
		if tx.Access(i).Mode != store.Exclusive {
			continue
		}
		r := tx.Rec(i)
		t := p.v.tables[r.Table()]
		if t.of(r).Stamp() == tx.ID() {
			t.pages[t.layout.Leaf(r.Key())].changed(tx.Seq)
		}
	}
}

// changed notes a change in an epoch.
func (p *page) changed(epoch uint64) {
	for {
		last := p.last.Load()
		if last >= epoch || p.last.CompareAndSwap(last, epoch) {
			return
		}
	}
}

// Touch prefetches a record in its page, which may be dropped.
func (p *paged) Touch(r store.Rec) {
	t := p.v.tables[r.Table()]
	if v := t.of(r); v != nil {
		prefetch.Lines(unsafe.Pointer(v), record.VersionBytes(p.env.Tables()[t.id].ValueSize))
	}
}

// Checkpoint makes a snapshot; when it is durable its pages are installed, and
// clean ones dropped until memory is below the budget.
func (p *paged) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	if p.installed == nil { // or pages would point to files that the next snapshot has removed
		if err := p.install(ctx); err != nil {
			return store.Point{}, err
		}
	}
	at, err := p.snapshot(ctx)
	if err != nil {
		return at, err
	}
	if err := p.install(ctx); err != nil {
		return at, err
	}
	p.v.shrink(&p.v.hands[p.env.Workers])
	p.env.Mark("dropped")
	return at, p.publish(ctx, w)
}

// install installs the newest snapshot. Where that fails, the next checkpoint does
// so before all else.
func (p *paged) install(ctx context.Context) error {
	before := p.installed
	p.installed = nil
	if err := p.v.install(ctx, before, p.dir.Current()); err != nil {
		return err
	}
	p.installed = p.dir.Current()
	return nil
}

// Loaded makes the first snapshot, unless the store goes on from one. It begins
// on snapshot pages.
func (p *paged) Loaded() error {
	ctx := context.Background()
	if p.filling != nil || p.dir == nil {
		if err := p.fill(ctx).end(); err != nil {
			return err
		}
		p.filling = nil
	}
	if p.installed != nil {
		return nil
	}
	return p.install(ctx)
}

// Resume goes on from the newest snapshot: it gleans what the log holds after it.
// Pages come in as they are needed.
func (p *paged) Resume(ctx context.Context, tail store.Tail) (store.Recovery, error) {
	return p.resume(ctx, tail, func(*store.Recovery) error { return p.install(ctx) })
}

// Paging implements store.Keeper.
func (p *paged) Paging() store.Paging {
	v := p.v
	return store.Paging{
		Budget: v.budget, Resident: v.resident.Used(), Peak: v.resident.Peak(),
		Fetched: v.fetched.Load(), Dropped: v.given.Load(), Over: v.over.Load(),
	}
}

// looker returns the hand of a reader that looks on while no transaction runs.
func (p *paged) looker() *hand { return &p.v.hands[p.env.Workers+1] }

// Scan implements store.Keeper. Pages that are dropped are read, and stay so.
func (p *paged) Scan(table int, f func(key, stamp uint64, v []byte) bool) error {
	t := p.v.tables[table]
	for i := range uint64(len(t.pages)) {
		if more, err := p.v.look(p.looker(), t, i, f); err != nil || !more {
			return err
		}
	}
	return nil
}

// Find implements store.Keeper.
func (p *paged) Find(table int, key uint64) (found []byte, err error) {
	t := p.v.tables[table]
	if len(t.pages) == 0 {
		return nil, nil
	}
	_, err = p.v.look(p.looker(), t, t.layout.Leaf(key), func(k, _ uint64, v []byte) bool {
		if k == key && v != nil {
			found = append([]byte{}, v...)
		}
		return true
	})
	return found, err
}

// look calls f with every record of page i until it returns false, and reports
// whether it did not.
func (v *volatile) look(h *hand, t *table, i uint64, f func(key, stamp uint64, v []byte) bool) (more bool, err error) {
	if t.pages[i].state.Load() == resident {
		for place := range t.count(i) {
			x := t.versionAt(i, place)
			if (x.Present() || x.Stamp() != 0) && !f(t.key(i, place), x.Stamp(), x.Bytes()) {
				return false, nil
			}
		}
		return true, nil
	}
	if err := v.read(h, t, i); err != nil {
		return false, err
	}
	for h.leaf.Next() {
		if !f(h.leaf.Key, h.leaf.Stamp, h.leaf.Value) {
			return false, nil
		}
	}
	return true, h.leaf.Err()
}

// Close ends the loading, where it did not come to its end, and closes the
// snapshot's files.
func (p *paged) Close() error {
	err := p.Forget()
	p.v.free()
	return err
}
