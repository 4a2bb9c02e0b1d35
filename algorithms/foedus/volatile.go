package foedus

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// # Who may touch a page
//
// A page is resident, dropped, or busy. Whoever finds it dropped and makes it busy
// fetches it; whoever finds it resident and makes it busy drops it, or gives a
// record a place in it. Nobody waits for anything but the disk while a page is
// busy, and nobody else touches the records of one that is busy or dropped, so
// nobody sees one half fetched.
//
// A transaction has the lock of a record before it looks at the page, and the page
// is not dropped while any lock of its records is held: what was resident once
// stays so until the locks are released. A lock is never waited for.

// The states of a page.
const (
	dropped  = 0
	resident = 1
	busy     = 2
)

// A page is a dual pointer. Where its volatile page lies follows from its number.
type page struct {
	state    atomic.Uint32
	used     atomic.Uint32 // since the hand last passed
	snapshot atomic.Uint64 // a glean.Pointer; 0: there never was a record
	last     atomic.Uint64 // no transaction after this epoch has changed it
	n        uint64        // records of a bin; belongs to the goroutine that made it busy
}

const systemPage = 4096

// A table is the volatile pages of one table: of an array, its slots; of a hash
// index, a bin's keys and versions, in the order in which they came. A record's
// word then is its page and its place + 1, or 0 where it has none.
type table struct {
	id      int
	name    string
	hash    bool
	layout  glean.Layout
	entry   uintptr // bytes of a record
	version uintptr // where in it its version is: behind the key
	room    uint64  // records that a page may have
	size    uintptr // bytes set aside for a page; whole pages of the system
	mem     *arena.Arena
	pages   []page
}

// binSlack is how many more records a bin may have than twice the average.
const binSlack = 16

func newTable(id int, t store.TableSpec, m *arena.Meter) (*table, error) {
	v := &table{id: id, name: t.Name, hash: t.Hash, entry: uintptr(record.VersionBytes(t.ValueSize))}
	v.layout = glean.NewLayout(id, t)
	v.room = v.layout.PerLeaf()
	if v.hash {
		v.version = 8
		v.entry += v.version
		v.room = 2*v.room + binSlack
	}
	v.size = (uintptr(v.room)*v.entry + systemPage - 1) &^ (systemPage - 1)
	v.pages = make([]page, v.layout.Leaves())
	var err error
	v.mem, err = arena.New(len(v.pages)*int(v.size), arena.Options{Lazy: true}, m)
	return v, err
}

// bytes returns how much memory n records of a page take.
func (t *table) bytes(n uint64) int64 {
	return int64((uintptr(n)*t.entry + systemPage - 1) &^ (systemPage - 1))
}

// count returns how many records page i has.
func (t *table) count(i uint64) uint64 {
	if t.hash {
		return t.pages[i].n
	}
	return t.layout.Keys(i)
}

// at is where entry place of page i is.
func (t *table) at(i, place uint64) unsafe.Pointer {
	return unsafe.Add(t.mem.Base(), uintptr(i)*t.size+uintptr(place)*t.entry)
}

// versionAt is the version in that entry; the key stands before it in a hash table's.
func (t *table) versionAt(i, place uint64) *store.Version {
	return (*store.Version)(unsafe.Add(t.at(i, place), t.version))
}

// key returns the key of a record of page i.
func (t *table) key(i, place uint64) uint64 {
	if t.hash {
		return *(*uint64)(t.at(i, place))
	}
	return i*t.layout.PerLeaf() + place
}

const placeBits = 16

// of returns a record's version in its page; nil where it has none.
func (t *table) of(r store.Rec) *store.Version {
	if !t.hash {
		n := t.layout.PerLeaf()
		return t.versionAt(r.Key()/n, r.Key()%n)
	}
	w := r.Head().Word.Load()
	if w == 0 {
		return nil
	}
	return t.versionAt(w>>placeBits, w&(1<<placeBits-1)-1)
}

// A hand is what one goroutine needs to fetch and to drop.
type hand struct {
	leaf glean.Leaf
	held []heldLock // of the records of a page that is being dropped
	_    [64]byte
}

// volatile is the volatile pages of all tables.
type volatile struct {
	env    *store.Env
	f      *foedus
	budget int64
	tables []*table
	total  uint64        // pages of all tables
	hands  []hand        // of each worker, the checkpointer's, and a reader's outside of transactions
	until  atomic.Uint64 // last epoch of the snapshot whose pointers are installed: what was not changed after it is clean
	clock  atomic.Uint64 // pages that were looked at in search of one to drop

	resident arena.Meter // bytes

	fetched, given, over atomic.Uint64 // pages: see store.Paging
}

// newVolatile reserves the address space of all pages. Memory is taken as they are used.
func newVolatile(f *foedus) (*volatile, error) {
	v := &volatile{env: f.env, f: f, budget: f.env.Budget, hands: make([]hand, f.env.Workers+2)}
	for i, spec := range f.env.Tables() {
		t, err := newTable(i, spec, f.env.Live)
		if err != nil {
			v.free()
			return nil, err
		}
		v.tables = append(v.tables, t)
		v.total += uint64(len(t.pages))
	}
	f.env.Live.Add(int64(v.total) * int64(unsafe.Sizeof(page{})))
	return v, nil
}

// free gives all pages back.
func (v *volatile) free() {
	for _, t := range v.tables {
		_ = t.mem.Free() // nothing is in it any more
	}
}

// grow accounts for memory of pages that is now in use, or no more.
func (v *volatile) grow(bytes int64) {
	v.resident.Add(bytes)
	v.env.Live.Add(bytes)
}

// hold makes the page of a record resident, whose lock the caller has; if it is
// to be written the record has a place in it then. It stays until the lock is
// released.
func (v *volatile) hold(h *hand, r store.Rec, write bool) error {
	t := v.tables[r.Table()]
	i := t.layout.Leaf(r.Key())
	p := &t.pages[i]
	var b backoff.Backoff
	for {
		switch p.state.Load() {
		case resident:
			if p.used.Load() == 0 {
				p.used.Store(1)
			}
			if !t.hash || !write || r.Head().Word.Load() != 0 {
				return nil
			}
			if p.state.CompareAndSwap(resident, busy) {
				err := v.place(t, i, r)
				p.state.Store(resident)
				return err
			}
		case dropped:
			v.makeRoom(h, t.bytes(t.layout.PerLeaf()))
			if p.state.CompareAndSwap(dropped, busy) {
				if err := v.fetch(h, t, i); err != nil {
					return err
				}
			}
		default:
			b.Wait()
		}
	}
}

// place gives a record that has none a place in the bin, which is busy.
func (v *volatile) place(t *table, i uint64, r store.Rec) error {
	p := &t.pages[i]
	if p.n == t.room {
		return fmt.Errorf("bin %d of table %q has %d records, and no room for key %d: declare a larger capacity: %w", i,
			t.name, p.n, r.Key(), store.ErrFull)
	}
	*(*uint64)(t.at(i, p.n)) = r.Key()
	*t.versionAt(i, p.n) = store.Version{}
	p.n++
	r.Head().Word.Store(i<<placeBits | p.n)
	v.grow(t.bytes(p.n) - t.bytes(p.n-1))
	return nil
}

// fetch brings in page i, which is busy: from the snapshot, or empty where that
// has none. After an error it is dropped, as it was.
func (v *volatile) fetch(h *hand, t *table, i uint64) error {
	p := &t.pages[i]
	sched.Point("foedus.fetch")
	err := v.read(h, t, i)
	if err == nil {
		err = v.fill(h, t, i)
	}
	if err != nil {
		p.state.Store(dropped)
		return fmt.Errorf("fetch page %d of table %q: %w", i, t.name, err)
	}
	sched.Point("foedus.fetched")
	v.grow(t.bytes(t.count(i)))
	p.used.Store(1)
	p.state.Store(resident)
	return nil
}

// read reads the snapshot page of page i. Its pointer may be replaced meanwhile,
// by one to the same records, and its file go: then it is read again.
func (v *volatile) read(h *hand, t *table, i uint64) error {
	p := &t.pages[i]
	for {
		at := p.snapshot.Load()
		if at == 0 {
			h.leaf.Forget()
			return nil
		}
		err := v.f.dir.ReadLeaf(&t.layout, i, glean.Pointer(at), &h.leaf)
		if err == nil {
			v.fetched.Add(1)
			return nil
		}
		if p.snapshot.Load() == at {
			return err
		}
	}
}

// fill copies what was read to the volatile page.
func (v *volatile) fill(h *hand, t *table, i uint64) error {
	p := &t.pages[i]
	if p.n = 0; !t.hash {
		clear(unsafe.Slice((*byte)(t.at(i, 0)), uintptr(t.layout.Keys(i))*t.entry))
	}
	for h.leaf.Next() {
		place := h.leaf.Key - i*t.layout.PerLeaf()
		if t.hash {
			r, ok := v.env.Find(t.id, h.leaf.Key)
			if !ok {
				return fmt.Errorf("key %d: %w", h.leaf.Key, store.ErrFull)
			}
			if place = p.n; place == t.room {
				return fmt.Errorf("more than %d records are in it: declare a larger capacity: %w", t.room, store.ErrFull)
			}
			*(*uint64)(t.at(i, place)) = h.leaf.Key
			p.n++
			r.Head().Word.Store(i<<placeBits | p.n)
		}
		t.versionAt(i, place).Apply(h.leaf.Stamp, store.Whole, h.leaf.Value)
	}
	return h.leaf.Err()
}
