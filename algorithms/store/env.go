package store

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/stable"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store/internal/phase"
)

// An Env is what an algorithm is built on.
type Env struct {
	Workers int          // worker numbers are below it; it is that of reads outside of transactions, when none runs
	Slots   int          // ordinals of records are below it
	Streams int          // capturing goroutines a Scan may use
	Clock   *phase.Clock // what transactions enter and leave
	Log     *wal.Log     // nil without a log
	// First is where the algorithm's versions, epochs or sequence numbers
	// begin; tests begin just below a wrap.
	First   uint64
	Restore Restore      // how a Loader with pages is to be loaded; empty for its own choice
	Meter   *arena.Meter // counts the algorithm's own memory, but what is counted by CountBits and NewVersions
	Live    *arena.Meter // counts live versions that are kept elsewhere than in the tables
	Dirty   *Dirty       // what was written since the image before; nil where images are full

	Budget int64 // see Options.Budget

	FS     fs.FS  // for files of the algorithm's own; what it reads and writes is counted (see Report)
	Dir    string // the folder for them, which is not made yet; empty where the store has no folder at all
	LogDir string // the log's folder; empty without a log
	// Buffered says that files go through the page cache (see Images.Buffered): those
	// of the algorithm's own as well.
	Buffered bool

	store *Store
	side  []*Versions

	copies, copied atomic.Int64 // see Copied

	published bool // the last checkpoint's image was; the checkpointer's alone
}

// Published reports, in Settle, whether the image of the checkpoint that is
// being settled was published.
func (e *Env) Published() bool { return e.published }

// Copied counts n versions, of so many bytes with what was copied on the way to
// them, that transactions had to copy because of the checkpoint in progress. Any
// goroutine may call it, before Checkpoint returns.
func (e *Env) Copied(n, bytes int64) {
	e.copies.Add(n)
	e.copied.Add(bytes)
}

// Mark notes a moment of the checkpoint in progress: a phase, by name.
func (e *Env) Mark(name string) {
	e.store.trace.mark(name)
	e.store.opts.Drill.pause(-1, Marked)
}

// Tables returns what the store's tables were declared as.
func (e *Env) Tables() []TableSpec { return e.store.opts.Tables }

// Records calls f with every record, in one goroutine.
func (e *Env) Records(f func(Rec)) {
	for _, t := range e.store.tables {
		for slot := range t.high.Load() {
			f(t.rec(slot))
		}
	}
}

// Used calls f with the ordinals of each table's records: from from up to to, to
// not included. What a table has reserved for inserts is not among them.
func (e *Env) Used(f func(from, to uint64)) {
	for _, t := range e.store.tables {
		f(t.first, t.first+t.high.Load())
	}
}

// AwaitKeys waits until the records with ordinals from from up to to, to not included,
// have their keys: where keys are hashed, an insert takes its slot before it writes the
// key. All of them are of one table. It may be called at any time.
func (e *Env) AwaitKeys(from, to uint64) {
	for ; from < to; from++ {
		if r := e.Rec(from); r.t.keys != nil {
			r.t.awaitKey(uint64(r.slot))
		}
	}
}

// Find returns the record of a key, giving it a slot if it has none yet. It is not
// ok where the table has no room for it. It may be called at any time.
func (e *Env) Find(table int, key uint64) (Rec, bool) { return e.store.tables[table].find(key) }

// Rec returns the record with an ordinal below Slots.
func (e *Env) Rec(ordinal uint64) Rec {
	ts := e.store.tables
	i := len(ts) - 1
	for ts[i].first > ordinal {
		i--
	}
	return ts[i].rec(ordinal - ts[i].first)
}

// Largest returns the bytes of the largest value that any table allows.
func (e *Env) Largest() (n int) {
	for _, t := range e.store.tables {
		n = max(n, t.spec.ValueSize)
	}
	return n
}

// Stable returns an empty set of stable versions for the store's records.
func (e *Env) Stable() (*stable.Versions, error) {
	return stable.New(uint64(e.Slots), e.Largest(), e.Workers, e.Streams, uint32(e.First), e.store.opts.Huge, e.Meter)
}

// CountBits counts n bits of the algorithm's memory for every record: of arrays
// with a place for each of Slots, which are used as far as there are records.
func (e *Env) CountBits(n int) {
	for _, t := range e.store.tables {
		t.own.Add(int64(n))
	}
}

// Versions are one more version of every record, in memory of their own: the
// second array of the papers.
type Versions struct {
	arenas []*arena.Arena
	sizes  []int
}

// NewVersions returns an array of absent versions. The store frees it when it
// is closed.
func (e *Env) NewVersions() (*Versions, error) {
	vs := &Versions{}
	for _, t := range e.store.tables {
		size := record.VersionBytes(t.spec.ValueSize)
		a, err := arena.New(size*int(t.spec.Capacity), e.store.memory(), nil)
		if err != nil {
			return nil, fmt.Errorf("copy of table %q: %w", t.spec.Name, errors.Join(err, vs.free()))
		}
		if e.store.touch {
			a.Touch()
		}
		vs.arenas, vs.sizes = append(vs.arenas, a), append(vs.sizes, size)
	}
	for i, t := range e.store.tables {
		t.own.Add(8 * int64(vs.sizes[i]))
	}
	e.side = append(e.side, vs)
	return vs, nil
}

// FreeVersions gives an array back before the store is closed.
func (e *Env) FreeVersions(vs *Versions) error {
	e.store.Memory() // so that the peak is not forgotten
	for i, t := range e.store.tables {
		t.own.Add(-8 * int64(vs.sizes[i]))
	}
	e.side = slices.DeleteFunc(e.side, func(o *Versions) bool { return o == vs })
	return vs.free()
}

// At returns r's version in the array.
func (vs *Versions) At(r Rec) *Version {
	return (*Version)(unsafe.Add(vs.arenas[r.t.id].Base(), int(r.slot)*vs.sizes[r.t.id]))
}

// Touch prefetches r's version.
func (vs *Versions) Touch(r Rec) {
	prefetch.Lines(unsafe.Pointer(vs.At(r)), vs.sizes[r.t.id])
}

// free gives the memory back. No version may be in use.
func (vs *Versions) free() error {
	var errs []error
	for _, a := range vs.arenas {
		errs = append(errs, a.Free())
	}
	return errors.Join(errs...)
}
