package tpcc

import (
	"errors"
	"iter"
	"testing"

	"ckptbench/workload"
)

// A db is a database for one transaction at a time, that fails the test when a
// transaction does what it has not declared.
type db struct {
	t      testing.TB
	tables []workload.Table
	values [][]byte // one after another
	length [][]int  // -1 for absent
	again  int      // bodies that asked to run again
}

func newDB(t testing.TB, b *Benchmark) *db {
	d := &db{t: t, tables: b.Tables()}
	for i, spec := range d.tables {
		d.values = append(d.values, make([]byte, int(spec.Capacity)*spec.ValueSize))
		d.length = append(d.length, make([]int, spec.Capacity))
		for k := range d.length[i] {
			d.length[i][k] = -1
		}
		for key, v := range b.Load(i) {
			if d.length[i][key] >= 0 {
				t.Fatalf("%s row %d is loaded twice", spec.Name, key)
			}
			d.set(i, key, workload.Whole, v)
		}
	}
	return d
}

func (d *db) Get(table int, key uint64) ([]byte, bool) {
	size, n := uint64(d.tables[table].ValueSize), d.length[table][key]
	if n < 0 {
		return nil, false
	}
	return d.values[table][key*size:][:n], true
}

func (d *db) All(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for key := range d.tables[table].Capacity {
			if v, ok := d.Get(table, key); ok && !yield(key, v) {
				return
			}
		}
	}
}

func (d *db) set(table int, key uint64, off int, v []byte) {
	size := uint64(d.tables[table].ValueSize)
	if off == workload.Whole {
		d.length[table][key], off = len(v), 0
	}
	copy(d.values[table][key*size:][:size][off:], v)
}

func (d *db) delete(table int, key uint64) { d.length[table][key] = -1 }

// row returns a row that has to exist; writing to it writes to the database.
func (d *db) row(table int, key uint64) row {
	v, ok := d.Get(table, key)
	if !ok {
		d.t.Fatalf("%s row %d is absent", d.tables[table].Name, key)
	}
	return v
}

// A session runs calls on a db; it keeps its memory, as a worker does.
type session struct {
	*db
	access []workload.Access
	undo   []undone
	old    []byte
	wrote  bool
}

type undone struct {
	table  int
	key    uint64
	at, n  int // of the value in old
	absent bool
}

func (s *session) Read(i int) ([]byte, bool) { return s.Get(s.access[i].Table, s.access[i].Key) }

func (s *session) Write(i, off int, v []byte) {
	a := s.keep(i)
	if off > s.length[a.Table][a.Key] || max(off, 0)+len(v) > s.tables[a.Table].ValueSize {
		s.t.Fatalf("write of %d bytes at %d of %+v", len(v), off, a)
	}
	s.set(a.Table, a.Key, off, v)
}

func (s *session) Delete(i int) {
	a := s.keep(i)
	s.delete(a.Table, a.Key)
}

func (s *session) keep(i int) workload.Access {
	a := s.access[i]
	if !a.Write {
		s.t.Fatalf("write to %+v, declared for reading", a)
	}
	v, ok := s.Get(a.Table, a.Key)
	s.undo = append(s.undo, undone{a.Table, a.Key, len(s.old), len(v), !ok})
	s.old = append(s.old, v...)
	s.wrote = true
	return a
}

func (s *session) rollBack() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		u := s.undo[i]
		if u.absent {
			s.delete(u.table, u.key)
		} else {
			s.set(u.table, u.key, workload.Whole, s.old[u.at:u.at+u.n])
		}
	}
}

// declare takes the call's declarations, which ascend, as that is what locks
// cost the least in.
func (s *session) declare(call workload.Call) {
	s.access = call.Declare(s.access[:0])
	for i, a := range s.access {
		if a.Key >= s.tables[a.Table].Capacity {
			s.t.Fatalf("%s declares %+v, beyond the table", call.Kind(), a)
		}
		if p := s.access[max(i-1, 0)]; p.Table > a.Table || p.Table == a.Table && p.Key > a.Key {
			s.t.Fatalf("%s declares %+v before %+v", call.Kind(), p, a)
		}
	}
}

// body runs the call's body once.
func (s *session) body(call workload.Call) error {
	s.undo, s.old, s.wrote = s.undo[:0], s.old[:0], false
	err := call.Body(s)
	if err != nil && s.wrote {
		if !call.MayAbort() || errors.Is(err, workload.ErrAgain) {
			s.t.Fatalf("%s wrote before it returned %v", call.Kind(), err)
		}
		s.rollBack()
	}
	return err
}

// run runs a call to its end; nil or ErrAbort.
func (s *session) run(call workload.Call) error {
	for range 20 {
		s.declare(call)
		switch err := s.body(call); {
		case err == nil, errors.Is(err, workload.ErrAbort):
			return err
		case !errors.Is(err, workload.ErrAgain):
			s.t.Fatalf("%s: %v", call.Kind(), err)
		}
		s.again++
	}
	s.t.Fatalf("%s asked to run again 20 times, with nobody else there", call.Kind())
	return nil
}

func newTPCC(t testing.TB, c Config) *Benchmark {
	t.Helper()
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a config of rings that are soon full.
func small() Config {
	return Config{Warehouses: 2, Districts: 3, Customers: 30, Items: 60, Orders: 40, History: 35}
}

// meets fails the test unless the state meets every condition.
func meets(t testing.TB, b *Benchmark, s workload.State) {
	t.Helper()
	if err := b.Check(s); err != nil {
		t.Fatal(err)
	}
}
