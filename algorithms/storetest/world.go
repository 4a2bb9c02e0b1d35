package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

const (
	// The folders on the test's disk.
	imageDir = "images"
	logDir   = "log"
)

// noCollapse as plan.collapse leaves chains of partial images as they are.
const noCollapse = -1

// A plan describes the store that a test asks for. The zero plan is a dense table of 16
// records of up to 48 bytes, half of them loaded, for one worker.
type plan struct {
	tables []store.TableSpec
	empty  bool // nothing is loaded; otherwise the first half of every table
	// workers that run transactions. The store has one more, which never runs any: no
	// checkpoint may wait for it.
	workers int
	streams int    // goroutines that write an image; 0 means 1
	nowait  bool   // a lock that is held makes a transaction try again instead of wait
	log     bool   // with a log even where the algorithm can do without
	first   uint64 // see store.Env: where its counters begin, for tests of overflow
	silent  bool   // transactions are not recorded
	// collapse is how many partial images make a collapse; 0 means 2, and
	// noCollapse none.
	collapse int
}

// withDefaults fills in what a test left out.
func (p plan) withDefaults() plan {
	if p.tables == nil {
		p.tables = []store.TableSpec{table("t", 48, 16, false)}
	}
	if p.collapse == 0 {
		p.collapse = 2
	}
	p.workers, p.streams = max(p.workers, 1), max(p.streams, 1)
	return p
}

// table is short for a table's specification.
func table(name string, size int, records uint64, hash bool) store.TableSpec {
	return store.TableSpec{Name: name, ValueSize: size, Capacity: records, Hash: hash}
}

// origin is the first key of a table: those of a hash table are large.
func origin(s store.TableSpec) uint64 {
	if s.Hash {
		return 1 << 40
	}
	return 0
}

// loaded is what a store of plan p starts with.
func (p plan) loaded() oracle.Ranges {
	if p.empty {
		return nil
	}
	var rs oracle.Ranges
	for i, s := range p.tables {
		rs = append(rs, oracle.Range{Table: i, First: origin(s), Count: (s.Capacity + 1) / 2})
	}
	return rs
}

// A world is a store under test, the disk that its images and log are on, and what the
// test knows about both. Its methods belong to the test's goroutine.
type world struct {
	t testing.TB
	e entry
	p plan
	// Recoveries read from here, past the faults of disk.
	mem     *fstest.Mem
	own     store.Own // the store's own files that it is recovered from
	disk    fs.FS     // what the store writes to: mem, perhaps with faults
	s       *store.Store
	rec     *oracle.Recorder // what the transactions did, unless the plan is silent
	initial oracle.Initial   // the state before the first transaction
	images  []*oracle.Image  // read back so far
	lost    bool             // the log was removed once, and recovery is to say so
	closed  sync.Once
}

// open opens a loaded store.
func open(t testing.TB, e entry, p plan) *world {
	t.Helper()
	return openOn(t, e, p, fstest.NewMem(), nil)
}

// openOn is open on a disk that is there; faults may wrap it.
func openOn(t testing.TB, e entry, p plan, mem *fstest.Mem, disk fs.FS) *world {
	t.Helper()
	w := build(t, e, p, mem, disk)
	for _, r := range w.p.loaded() {
		size := w.p.tables[r.Table].ValueSize
		err := w.s.Load(r.Table, r.Count, func(i uint64, buf []byte) (uint64, []byte) {
			// Of all lengths, none included.
			v := buf[:length(i, size)]
			fill(v, r.Table, r.First+i, 0)
			return r.First + i, v
		})
		w.must(err)
	}
	w.must(w.s.Start())
	return w
}

// build opens an empty store that is not started.
func build(t testing.TB, e entry, p plan, mem *fstest.Mem, disk fs.FS) *world {
	t.Helper()
	w := &world{t: t, e: e, p: p.withDefaults(), mem: mem, disk: disk}
	if disk == nil {
		w.disk = mem
	}
	// One more than there are clients: the last worker never runs.
	w.rec = oracle.NewRecorder(w.p.workers+1, 0)
	w.initial = w.p.loaded()
	o := store.Options{
		Tables: w.p.tables, Workers: w.p.workers + 1, NoWait: w.p.nowait, First: w.p.first,
		// Blocks are small, so that a few hundred records fill several.
		Images: store.Images{Dir: imageDir, FS: w.disk, Streams: w.p.streams, BlockSize: 8192,
			Collapse: max(w.p.collapse, 0), Base: len(w.p.tables) == 1},
	}
	if !w.p.silent {
		o.History = w.rec
	}
	e.Apply(&o)
	if w.p.log || e.NeedsLog {
		o.Log = store.Log{Dir: logDir, Interval: time.Millisecond}
	}
	w.own = o.OwnFiles()
	var err error
	w.s, err = store.Open(o)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err) // the algorithm needs a platform that this is not
	}
	w.must(err)
	t.Cleanup(w.close)
	return w
}

// close closes the store once, however often it is called.
func (w *world) close() {
	w.closed.Do(func() {
		if err := w.s.Close(); err != nil {
			w.t.Errorf("close: %v", err)
		}
	})
}

// must ends the test where err is not nil.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// length makes a value's length of a random number: 0, or smallest to size bytes.
func length(draw uint64, size int) int {
	n := int(draw % uint64(size+1))
	if n < smallest {
		n = 0
	}
	return n
}

// few is n, or half of it with -short.
func few(n int) int {
	if testing.Short() {
		return (n + 1) / 2
	}
	return n
}

// share is d, or a fifth of it with -short.
func share(d time.Duration) time.Duration {
	if testing.Short() {
		return d / 5
	}
	return d
}
