package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

const (
	imageDir = "images"
	logDir   = "log"
)

// A plan is the store that a test asks for. The zero plan is a dense table of
// 16 records of up to 48 bytes, all loaded, for one worker.
type plan struct {
	tables  []store.TableSpec
	empty   bool // nothing is loaded; else the first half of every table
	workers int  // that run; the store has one more, which never does
	streams int
	nowait  bool
	log     bool
	first   uint64
	silent  bool // transactions are not recorded
}

func (p plan) withDefaults() plan {
	if p.tables == nil {
		p.tables = []store.TableSpec{table("t", 48, 16, false)}
	}
	p.workers, p.streams = max(p.workers, 1), max(p.streams, 1)
	return p
}

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

// A world is a store under test, with the disk its images are on.
type world struct {
	t       testing.TB
	e       algorithms.Entry
	p       plan
	mem     *fs.Mem
	disk    fs.FS // what the store writes to: mem, perhaps with faults
	s       *store.Store
	rec     *oracle.Recorder
	initial oracle.Initial
	images  []*oracle.Image // read back so far
	closed  sync.Once
}

// open opens a loaded store.
func open(t testing.TB, e algorithms.Entry, p plan) *world {
	t.Helper()
	return openOn(t, e, p, fs.NewMem(), nil)
}

// openOn is open on a disk that is there; faults may wrap it.
func openOn(t testing.TB, e algorithms.Entry, p plan, mem *fs.Mem, disk fs.FS) *world {
	t.Helper()
	w := build(t, e, p, mem, disk)
	for _, r := range w.p.loaded() {
		size := w.p.tables[r.Table].ValueSize
		err := w.s.Load(r.Table, r.Count, func(i uint64, buf []byte) (uint64, []byte) {
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
func build(t testing.TB, e algorithms.Entry, p plan, mem *fs.Mem, disk fs.FS) *world {
	t.Helper()
	w := &world{t: t, e: e, p: p.withDefaults(), mem: mem, disk: disk}
	if disk == nil {
		w.disk = mem
	}
	w.rec = oracle.NewRecorder(w.p.workers+1, 0)
	w.initial = w.p.loaded()
	o := store.Options{
		Tables: w.p.tables, Workers: w.p.workers + 1, NoWait: w.p.nowait, First: w.p.first,
		Images: store.Images{Dir: imageDir, FS: w.disk, Streams: w.p.streams, BlockSize: 8192},
	}
	if !w.p.silent {
		o.History = w.rec
	}
	e.Apply(&o)
	if w.p.log || e.NeedsLog {
		o.Log = store.Log{Dir: logDir, Interval: time.Millisecond}
	}
	var err error
	w.s, err = store.Open(o)
	w.must(err)
	t.Cleanup(w.close)
	return w
}

func (w *world) close() {
	w.closed.Do(func() {
		if err := w.s.Close(); err != nil {
			w.t.Errorf("close: %v", err)
		}
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// length spreads lengths, 0 among them, over what a table allows.
func length(draw uint64, size int) int {
	n := int(draw % uint64(size+1))
	if n < smallest {
		n = 0
	}
	return n
}

// checkpoint takes an image, which must succeed, and reads it back.
func (w *world) checkpoint() store.Report {
	w.t.Helper()
	r, err := w.s.Checkpoint(context.Background())
	w.must(err)
	w.readBack(r.Image.Point)
	return r
}

// readBack notes the newest image, which must stand at the point.
func (w *world) readBack(at store.Point) *oracle.State {
	w.t.Helper()
	r, state, err := w.recover(w.mem)
	w.must(err)
	if r.Point != at {
		w.t.Fatalf("image stands at %v, the checkpoint said %v", r.Point, at)
	}
	w.note(at, state)
	return state
}

// readNewest notes the newest image, if there is one.
func (w *world) readNewest() {
	w.t.Helper()
	r, state, err := w.recover(w.mem)
	if errors.Is(err, store.ErrNoImage) {
		return
	}
	w.must(err)
	w.note(r.Point, state)
}

func (w *world) note(at store.Point, s *oracle.State) {
	name := fmt.Sprintf("image %d at %v", len(w.images)+1, at)
	w.images = append(w.images, &oracle.Image{Name: name, Cut: at.Seq, State: s})
}

// recover reads the newest image on a disk into a store under no algorithm,
// with as much of the log as makes the image consistent.
func (w *world) recover(disk fs.FS) (store.Recovery, *oracle.State, error) {
	return w.recoverFrom(disk, w.e.NeedsLog, func(at store.Point) uint64 { return at.LogTo })
}

// recoverAll is recover with the whole log.
func (w *world) recoverAll(disk fs.FS) (store.Recovery, *oracle.State, error) {
	return w.recoverFrom(disk, true, func(store.Point) uint64 { return 0 })
}

func (w *world) recoverFrom(disk fs.FS, log bool, to func(store.Point) uint64) (store.Recovery, *oracle.State, error) {
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
	if err != nil {
		return store.Recovery{}, nil, err
	}
	defer s.Close()
	src := store.Source{Images: imageDir, FS: disk, Parallel: 2}
	if log {
		at, err := newest(disk)
		if err != nil {
			return store.Recovery{}, nil, err
		}
		src.Log, src.LogTo = logDir, to(at)
	}
	r, err := s.Recover(context.Background(), src)
	if err == nil && len(r.Problems) > 0 {
		err = errors.New("recovery met problems: " + strings.Join(r.Problems, "; "))
	}
	if err != nil {
		return r, nil, err
	}
	state, n := read(s)
	if !log && n != r.Records {
		err = fmt.Errorf("the image has %d entries for %d records", r.Records, n)
	}
	return r, state, err
}

// stateOf reads a store in which no transaction runs.
func stateOf(s *store.Store) *oracle.State {
	state, _ := read(s)
	return state
}

func read(s *store.Store) (state *oracle.State, entries uint64) {
	state = oracle.NewState(1, genuine)
	s.Each(func(table int, key, stamp uint64, v []byte) {
		entries++
		state.Shard(0).Put(table, key, stamp, v != nil, v)
	})
	return state, entries
}

// history indexes what the workers did, who stand still.
func (w *world) history() *oracle.History {
	w.t.Helper()
	h, err := w.rec.History(w.initial)
	w.must(err)
	return h
}

// verify has the oracle judge the images noted, and the live store.
func (w *world) verify(rules oracle.Rules) {
	w.t.Helper()
	h := w.history()
	rules.Level = w.e.Oracle
	var images string
	if w.e.Baseline {
		w.report(h.Check(rules))
	} else {
		r := h.CheckImages(w.images, rules)
		w.report(r)
		images = tallies(r)
	}
	w.report(h.Final(stateOf(w.s), rules))
	w.t.Logf("%d transactions, %d of them writing%s", h.Len(), h.Writing(), images)
}

func tallies(r *oracle.Report) string {
	var b strings.Builder
	for i, n := range r.Images {
		if i%max(1, len(r.Images)/6) == 0 {
			fmt.Fprintf(&b, "; %s: %d in, %d out", n.Image, n.In, n.Out)
		}
	}
	return fmt.Sprintf(", %d images%s", len(r.Images), b.String())
}

func (w *world) report(r *oracle.Report) {
	w.t.Helper()
	if err := r.Err(); err != nil {
		w.t.Error(err)
	}
}

// same compares two states, as a reader sees them.
func (w *world) same(what string, got, want *oracle.State) {
	w.t.Helper()
	diffs, n := oracle.Equal(got, want, 5)
	for _, d := range diffs {
		w.t.Errorf("%s: key %d of table %d is %s", what, d.Key, d.Table, d.Text)
	}
	if n > len(diffs) {
		w.t.Errorf("%s: %d records differ in all", what, n)
	}
}

// few is n, or less in a short run.
func few(n int) int {
	if testing.Short() {
		return (n + 1) / 2
	}
	return n
}

// share is d, or less in a short run.
func share(d time.Duration) time.Duration {
	if testing.Short() {
		return d / 5
	}
	return cmp.Or(d, time.Nanosecond)
}
