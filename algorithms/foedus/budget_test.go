package foedus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// A rig is a store with a memory budget, and what it should hold.
type rig struct {
	t      *testing.T
	tables []store.TableSpec
	budget int64
	images bool
	disk   fs.FS
	s      *store.Store
	alg    *paged
	model  []map[uint64][]byte // by table; nil is deleted
}

const rigWorkers = 3 // of which the last is for looking on

// newRig opens a loaded store on a disk.
func newRig(t *testing.T, disk fs.FS, budget int64, tables ...store.TableSpec) *rig {
	t.Helper()
	r := &rig{t: t, tables: tables, budget: budget, disk: disk}
	r.open()
	t.Cleanup(func() { _ = r.s.Close() })
	for i, spec := range tables {
		r.model = append(r.model, map[uint64][]byte{})
		err := r.s.Load(i, spec.Capacity*3/4, func(k uint64, buf []byte) (uint64, []byte) {
			return k, fmt.Appendf(buf[:0], "loaded %d", k)
		})
		r.must(err)
		for k := range spec.Capacity * 3 / 4 {
			r.model[i][k] = fmt.Appendf(nil, "loaded %d", k)
		}
	}
	r.must(r.s.Start())
	return r
}

func (r *rig) open() {
	r.t.Helper()
	o := store.Options{
		Algorithm: "foedus", NeedsLog: true, Own: Own(), Budget: r.budget, Tables: r.tables, Workers: rigWorkers,
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := build(env, glean.Options{Partitions: 2, BufferBytes: 20_000})
			r.alg, _ = a.(*paged)
			return a, err
		},
		Images: store.Images{FS: r.disk}, Log: store.Log{Dir: "log", Loggers: 2, Interval: time.Millisecond},
	}
	if r.images {
		o.Images.Dir = "images"
	}
	var err error
	r.s, err = store.Open(o)
	r.must(err)
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// reopen closes the store and recovers it.
func (r *rig) reopen() store.Recovery {
	r.t.Helper()
	r.must(r.s.Close())
	r.open()
	got, err := r.recover()
	r.must(err)
	r.must(r.s.Start())
	return got
}

func (r *rig) recover() (store.Recovery, error) {
	o := store.Options{Own: Own(), Log: store.Log{Dir: "log"}}
	src := store.Source{FS: r.disk, Log: "log", Parallel: 2}
	if r.images {
		src.Images, o.Images.Dir = "images", "images"
	}
	src.Own = o.OwnFiles()
	return r.s.Recover(context.Background(), src)
}

func (r *rig) checkpoint() error {
	_, err := r.s.Checkpoint(context.Background())
	return err
}

// do runs body on one record.
func (r *rig) do(worker, table int, key uint64, mode store.Mode, body func(tx *store.Txn) error) error {
	return r.s.Worker(worker).Do(&store.Request{
		Access: []store.Access{{Table: uint16(table), Key: key, Mode: mode}}, Body: body, MayAbort: true,
	})
}

// put writes a record, or deletes it where v is nil, and notes it.
func (r *rig) put(worker, table int, key uint64, v []byte) {
	r.t.Helper()
	r.must(r.do(worker, table, key, store.Exclusive, func(tx *store.Txn) error {
		if v == nil {
			tx.Delete(0)
		} else {
			tx.Write(0, store.Whole, v)
		}
		return nil
	}))
	r.model[table][key] = v
}

// get reads a record in a transaction.
func (r *rig) get(worker, table int, key uint64) (v []byte, err error) {
	err = r.do(worker, table, key, store.Shared, func(tx *store.Txn) error {
		if b, ok := tx.Read(0); ok {
			v = append([]byte{}, b...)
		}
		return nil
	})
	return v, err
}

// check compares every record with the model, without and with transactions.
func (r *rig) check(what string) {
	r.t.Helper()
	n := 0
	r.s.Each(func(table int, key, _ uint64, v []byte) {
		if want := r.model[table][key]; !bytes.Equal(v, want) || (v == nil) != (want == nil) {
			r.t.Errorf("%s: key %d of table %d is %q, want %q", what, key, table, v, want)
		}
		if v != nil {
			n++
		}
	})
	r.must(r.s.Err())
	for table, m := range r.model {
		for key, want := range m {
			if want != nil {
				n--
			}
			v, err := r.get(rigWorkers-1, table, key)
			if err != nil || !bytes.Equal(v, want) || (v == nil) != (want == nil) {
				r.t.Errorf("%s: a transaction reads key %d of table %d as %q, want %q: %v", what, key, table, v, want, err)
			}
			if r.t.Failed() {
				r.t.FailNow()
			}
		}
	}
	if n != 0 {
		r.t.Errorf("%s: %d records more than there should be", what, n)
	}
}

// shrink drops every page that may be dropped.
func (r *rig) shrink() {
	v := r.alg.v
	budget := v.budget
	v.budget = 0
	v.shrink(r.alg.looker())
	v.budget = budget
}

// resident reports whether the page of a key is in memory.
func (r *rig) resident(table int, key uint64) bool {
	t := r.alg.v.tables[table]
	return t.pages[t.layout.Leaf(key)].state.Load() == resident
}

// work has a worker write its own keys, and read any; it abandons some of what it
// writes. The model gets what it commits.
func (r *rig) work(worker int, rng *rand.Rand, n int, notes []map[uint64][]byte) error {
	for range n {
		table := rng.IntN(len(r.tables))
		size := r.tables[table].Capacity
		span := size
		if rng.IntN(4) > 0 {
			span = size / 8 // most go to few
		}
		key := rng.Uint64N(span/2)*2 + uint64(worker)
		v := fmt.Appendf(nil, "worker %d wrote %x", worker, rng.Uint64())
		what, abort := rng.IntN(8), errors.New("abandoned")
		q := store.Request{MayAbort: true, Access: []store.Access{
			{Table: uint16(table), Key: key, Mode: store.Exclusive}, {Table: uint16(table), Key: rng.Uint64N(size)},
		}}
		q.Body = func(tx *store.Txn) error {
			tx.Read(1)
			switch what {
			case 0:
				v = nil
				tx.Delete(0)
			case 1:
				tx.Write(0, store.Whole, v)
				return abort
			default:
				tx.Write(0, store.Whole, v[:7])
				tx.Write(0, 7, v[7:])
			}
			return nil
		}
		err := r.s.Worker(worker).Do(&q)
		if err != nil && err != abort {
			return err
		}
		if err == nil {
			notes[table][key] = v
		}
	}
	return nil
}

// round has both workers work while checkpoints are made.
func (r *rig) round(seed uint64, n, checkpoints int) {
	r.t.Helper()
	var wg sync.WaitGroup
	var notes [2][]map[uint64][]byte
	for w := range notes {
		for range r.tables {
			notes[w] = append(notes[w], map[uint64][]byte{})
		}
		wg.Go(func() {
			if err := r.work(w, rand.New(rand.NewPCG(seed, uint64(w))), n, notes[w]); err != nil {
				r.t.Error(err)
			}
		})
	}
	for range checkpoints {
		if err := r.checkpoint(); err != nil {
			r.t.Error(err)
		}
	}
	wg.Wait()
	for _, tables := range notes {
		for i, m := range tables {
			for k, v := range m {
				r.model[i][k] = v
			}
		}
	}
}

// pages is how many bytes all pages have.
func (r *rig) pages() (n int64) {
	for _, t := range r.alg.v.tables {
		n += int64(len(t.pages)) * systemPage
	}
	return n
}

var large = []store.TableSpec{
	{Name: "array", ValueSize: 100, Capacity: 4000},
	{Name: "hash", ValueSize: 100, Capacity: 2000, Hash: true},
}

// A store of four times its budget holds every record, under load, over several
// checkpoints and recoveries, and what is not changed is no more than the budget.
func TestFourTimes(t *testing.T) {
	const budget = 200 << 10
	r := newRig(t, fstest.NewMem(), budget, large...)
	if p := r.s.Paging(); p.Resident != 0 || p.Peak != 0 || r.pages() < 7*budget/2 {
		t.Fatalf("%+v after loading %d bytes of pages", p, r.pages())
	}
	r.check("loaded")
	for g := range uint64(3) {
		for i := range uint64(2) {
			r.round(10*g+i, 400, 2)
			r.check(fmt.Sprintf("generation %d, round %d", g, i))
		}
		r.must(r.checkpoint())
		p := r.s.Paging()
		if p.Resident > budget || p.Dropped == 0 || p.Fetched == 0 || p.Peak < p.Resident {
			t.Errorf("%+v after a checkpoint with nothing going on, of a budget of %d", p, budget)
		}
		r.check("after a checkpoint")
		if last := g == 2; last {
			break
		}
		r.round(10*g+5, 100, 0) // is in the log only
		got := r.reopen()
		if p := r.s.Paging(); got.Snapshot == 0 || got.Changes == 0 || len(got.Problems) > 0 || p.Resident != 0 {
			t.Errorf("recovery %+v, %+v", got, p)
		}
		r.check("recovered")
	}
}

// The bytes resident are those of the pages that are, and none when all are
// dropped; the store's memory is as much less then. What remains is the slots of
// the records that were added.
func TestAccounts(t *testing.T) {
	r := newRig(t, fstest.NewMem(), 1<<30, large...)
	base := r.s.Memory().Store
	r.round(1, 100, 0)
	r.must(r.checkpoint())
	want := int64(0)
	for _, tb := range r.alg.v.tables {
		for i := range tb.pages {
			if tb.pages[i].state.Load() == resident {
				want += tb.bytes(tb.count(uint64(i)))
			}
		}
	}
	full := r.s.Memory().Store
	if p := r.s.Paging(); p.Resident != want || want == 0 {
		t.Errorf("%+v with %d bytes of pages", p, want)
	}
	r.shrink()
	empty := r.s.Memory().Store
	if p := r.s.Paging(); p.Resident != 0 || full-empty != want || empty < base {
		t.Errorf("%+v with nothing there; memory was %d, is %d with the pages and %d without them", p, base, full, empty)
	}
	r.check("dropped")
}

// While a transaction reads or writes a record its page stays; so does that of a
// record that it is about to insert.
func TestDropDuring(t *testing.T) {
	r := newRig(t, fstest.NewMem(), 1, large...)
	abort := errors.New("abandoned")
	check := func(name string, table int, key uint64, mode store.Mode, body func(tx *store.Txn)) {
		t.Helper()
		err := r.do(0, table, key, mode, func(tx *store.Txn) error {
			r.shrink()
			body(tx)
			r.shrink()
			if !r.resident(table, key) && name != "absent" {
				t.Errorf("%s: the page was dropped", name)
			}
			body(tx)
			if name == "abort" {
				return abort
			}
			return nil
		})
		if err != nil && (err != abort || name != "abort") {
			t.Fatal(err)
		}
		r.shrink()
		if dirty := name == "write" || name == "insert"; r.resident(table, key) != dirty {
			t.Errorf("%s: the page is resident after the transaction: %t, want %t", name, !dirty, dirty)
		}
	}
	for table := range large {
		write := func(tx *store.Txn) { tx.Write(0, store.Whole, []byte("written")) }
		check("read", table, 5, store.Shared, func(tx *store.Txn) {
			if v, ok := tx.Read(0); !ok || string(v) != "loaded 5" {
				t.Errorf("read %q, %t", v, ok)
			}
		})
		check("look", table, 5, store.Exclusive, func(tx *store.Txn) { tx.Read(0) })
		check("abort", table, 5, store.Exclusive, write)
		check("write", table, 500, store.Exclusive, write)
		insert := large[table].Capacity - 1
		check("abort", table, insert-1, store.Exclusive, write)
		check("insert", table, insert, store.Exclusive, write)
		check("absent", table, insert-100, store.Shared, func(tx *store.Txn) {
			if v, ok := tx.Read(0); ok {
				t.Errorf("read %q of nobody", v)
			}
		})
		r.model[table][500], r.model[table][insert] = []byte("written"), []byte("written")
	}
	r.check("before")
	r.must(r.checkpoint())
	r.shrink()
	r.check("after a checkpoint")
}

// commits reports whether a call commits a snapshot. It is made by the goroutine
// of the checkpoint.
func commits(c fstest.Call) bool { return c.Op == "rename" && strings.Contains(c.Name, "snapshot-") }

// A page that was changed after the snapshot's last epoch is not dropped, though
// its snapshot page was made, and installed, since.
func TestChangedSince(t *testing.T) {
	mem := fstest.NewMem()
	var during func()
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if commits(c) && during != nil {
			f := during
			during = nil
			f()
		}
		return fstest.Outcome{}
	})
	r := newRig(t, disk, 1, large...)
	for table := range large {
		r.put(0, table, 7, []byte("in the snapshot"))
		during = func() { r.put(0, table, 7, []byte("after it")) }
		r.must(r.checkpoint())
		r.shrink()
		if during != nil || !r.resident(table, 7) {
			t.Errorf("table %d: the page was dropped", table)
		}
		r.check("changed since")
		r.must(r.checkpoint())
		r.shrink()
		if r.resident(table, 7) {
			t.Errorf("table %d: the page stays", table)
		}
		r.check("dropped")
	}
}

// Nothing is dropped on the strength of a snapshot that is not durable.
func TestNotDurable(t *testing.T) {
	mem := fstest.NewMem()
	fail := false
	var r *rig
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if !commits(c) || !fail {
			return fstest.Outcome{}
		}
		r.shrink()
		return fstest.NoSpace()
	})
	r = newRig(t, disk, 1, large...)
	for table := range large {
		r.put(0, table, 7, []byte("not in a snapshot"))
		fail = true
		if err := r.checkpoint(); err == nil {
			t.Fatal("a checkpoint succeeded without a manifest")
		}
		fail = false
		r.shrink()
		if !r.resident(table, 7) {
			t.Errorf("table %d: the page was dropped", table)
		}
		r.check("failed")
		r.must(r.checkpoint())
		r.shrink()
		r.check("dropped")
	}
}

// A snapshot that could not be installed is, with the next.
func TestInstallFails(t *testing.T) {
	mem := fstest.NewMem()
	broken, committed := false, false
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		switch {
		case commits(c):
			committed = true
		case c.Op == "read" && strings.Contains(c.Name, "pages-") && broken && committed:
			return fstest.Outcome{Err: errors.New("no such luck")}
		}
		return fstest.Outcome{}
	})
	r := newRig(t, disk, 1, large...)
	r.put(0, 0, 7, []byte("one"))
	broken, committed = true, false
	if err := r.checkpoint(); err == nil || !strings.Contains(err.Error(), "no such luck") {
		t.Fatalf("a checkpoint whose pages cannot be installed: %v", err)
	}
	broken = false
	r.shrink()
	r.put(0, 0, 4000-1, []byte("two"))
	r.must(r.checkpoint())
	r.shrink()
	if r.s.Paging().Resident != 0 {
		t.Errorf("%+v after everything could be dropped", r.s.Paging())
	}
	r.check("installed")
}

// A store whose loading does not come to its end leaves nothing to recover from.
func TestHalfLoaded(t *testing.T) {
	r := &rig{t: t, tables: large, budget: 1, disk: fstest.NewMem()}
	r.open()
	r.must(r.s.Load(0, 1000, func(k uint64, buf []byte) (uint64, []byte) { return k, append(buf[:0], "loaded"...) }))
	r.must(r.s.Close())
	r.open()
	defer r.s.Close()
	if got, err := r.recover(); !errors.Is(err, store.ErrNoImage) {
		t.Errorf("recovered %+v: %v", got, err)
	}
}
