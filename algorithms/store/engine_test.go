package store

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// plain is an algorithm that does nothing but read and write.
type plain struct{ Plain }

func (plain) Read(_ *Txn, r Rec) *Version { return r.Live() }

func (plain) Write(tx *Txn, r Rec, off int, v []byte) { r.Live().Apply(tx.Stamp(), off, v) }

func (plain) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	return Point{Kind: "test"}, w.e.Scan(ctx, w, func(out *Out, r Rec) { out.Put(r, r.Live()) })
}

// openTest opens a store of tables "dense" and "hash", of 8 records of up to 16
// bytes each, under plain.
func openTest(t *testing.T, change func(*Options)) *Store {
	t.Helper()
	o := Options{
		Algorithm: "plain", New: func(*Env) (Algorithm, error) { return plain{}, nil }, Workers: 3,
		Tables: []TableSpec{{Name: "dense", ValueSize: 16, Capacity: 8},
			{Name: "hash", ValueSize: 16, Capacity: 8, Hash: true}},
	}
	if change != nil {
		change(&o)
	}
	s, err := Open(o)
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// rw declares keys of the dense table for writing.
func rw(keys ...uint64) (acc []Access) {
	for _, k := range keys {
		acc = append(acc, Access{Key: k, Mode: Exclusive})
	}
	return acc
}

func do(t *testing.T, w *Worker, acc []Access, body func(*Txn)) {
	t.Helper()
	err := w.Do(&Request{Access: acc, Body: func(tx *Txn) error { body(tx); return nil }})
	if err != nil {
		t.Fatal(err)
	}
}

// Options that make no sense are refused.
func TestOptions(t *testing.T) {
	check := func(name string, change func(*Options)) {
		t.Helper()
		o := Options{
			New:    func(*Env) (Algorithm, error) { return plain{}, nil },
			Tables: []TableSpec{{Name: "t", Capacity: 1}}, Workers: 1,
		}
		change(&o)
		if s, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
			_ = s.Close()
		}
	}
	check("no algorithm", func(o *Options) { o.New = nil })
	check("no workers", func(o *Options) { o.Workers = 0 })
	check("more workers than readers fit in a lock", func(o *Options) { o.Workers = 1 << 14 })
	check("no tables", func(o *Options) { o.Tables = nil })
	check("too many tables for an image", func(o *Options) { o.Tables = make([]TableSpec, 65) })
	check("values of -1 bytes", func(o *Options) { o.Tables[0].ValueSize = -1 })
	check("values of 257 MiB", func(o *Options) { o.Tables[0].ValueSize = 257 << 20 })
	check("2^32 records", func(o *Options) { o.Tables[0].Capacity = 1 << 32 })
	check("a log is needed", func(o *Options) { o.NeedsLog = true })
	broken := errors.New("broken")
	check("the algorithm fails", func(o *Options) { o.New = func(*Env) (Algorithm, error) { return nil, broken } })
}

// Ordinals number the records of all tables through, tables without records
// among them.
func TestOrdinals(t *testing.T) {
	s := openTest(t, func(o *Options) {
		o.Tables = []TableSpec{{Name: "a"}, {Name: "b", Capacity: 3}, {Name: "c"}, {Name: "d"}, {Name: "e", Capacity: 2},
			{Name: "f"}}
	})
	want := [][2]uint64{{1, 0}, {1, 1}, {1, 2}, {4, 0}, {4, 1}}
	if s.env.Slots != len(want) {
		t.Errorf("%d slots, want %d", s.env.Slots, len(want))
	}
	for i, w := range want {
		r := s.env.Rec(uint64(i))
		if uint64(r.Table()) != w[0] || r.Key() != w[1] || r.Ordinal() != uint64(i) {
			t.Errorf("ordinal %d: record %d of table %d, which has ordinal %d", i, r.Key(), r.Table(), r.Ordinal())
		}
	}
}

// What a body must not do panics and says what it was; what a request must not
// ask for is refused.
func TestMisuse(t *testing.T) {
	check := func(name string, mode Mode, body func(*Txn)) {
		t.Helper()
		defer func() {
			t.Helper()
			if recover() == nil {
				t.Errorf("%s: no panic", name)
			}
		}()
		s := openTest(t, nil)
		_ = s.Worker(0).Do(&Request{Access: []Access{{Key: 1, Mode: mode}},
			Body: func(tx *Txn) error { body(tx); return nil }})
	}
	check("write of a shared record", Shared, func(tx *Txn) { tx.Write(0, Whole, nil) })
	check("delete of a shared record", Shared, func(tx *Txn) { tx.Delete(0) })
	check("write of 17 bytes", Exclusive, func(tx *Txn) { tx.Write(0, Whole, make([]byte, 17)) })
	check("write past the end", Exclusive, func(tx *Txn) { tx.Write(0, 9, make([]byte, 8)) })
	check("write at -2", Exclusive, func(tx *Txn) { tx.Write(0, -2, make([]byte, 8)) })
	check("write at the largest offset", Exclusive, func(tx *Txn) { tx.Write(0, 1<<63-1, make([]byte, 8)) })
	check("record that was not declared", Exclusive, func(tx *Txn) { tx.Read(1) })

	s := openTest(t, nil)
	refused := func(name string, a Access) {
		t.Helper()
		err := s.Worker(0).Do(&Request{Access: []Access{a},
			Body: func(*Txn) error { t.Errorf("%s: the body ran", name); return nil }})
		if !errors.Is(err, ErrFull) {
			t.Errorf("%s: %v, want %v", name, err, ErrFull)
		}
	}
	refused("key beyond a dense table", Access{Key: 8})
	refused("no such table", Access{Table: 2})
	for k := range uint64(8) {
		do(t, s.Worker(0), []Access{{Table: 1, Key: 100 + k}}, func(*Txn) {})
	}
	refused("full hash table", Access{Table: 1, Key: 1})
	do(t, s.Worker(0), rw(1), func(*Txn) {}) // nothing stays locked
	do(t, s.Worker(1), rw(1), func(*Txn) {})
}

// A body that fails leaves everything as it was, stamps included, however it
// wrote: values of all lengths, none at all, records that did not exist.
func TestUndo(t *testing.T) {
	s := openTest(t, nil)
	w := s.Worker(0)
	do(t, w, rw(0, 1, 2), func(tx *Txn) {
		tx.Write(0, Whole, []byte("sixteen bytes ok"))
		tx.Write(1, Whole, nil) // no bytes, but present
		tx.Delete(2)
	})
	type state struct {
		stamp uint64
		v     string
		there bool
	}
	read := func() (m map[uint64]state) {
		m = map[uint64]state{}
		s.Each(func(table int, key, stamp uint64, v []byte) {
			m[uint64(table)<<32|key] = state{stamp, string(v), v != nil}
		})
		return m
	}
	want := read()
	if len(want) != 3 {
		t.Fatalf("%d records, want 3", len(want))
	}
	fails := errors.New("fails")
	check := func(name string, body func(*Txn)) {
		t.Helper()
		for _, w := range []*Worker{w, s.Worker(1)} { // one that has kept values before, and one that has not
			acc := append(rw(0, 1, 2, 3), Access{Table: 1, Key: 77, Mode: Exclusive})
			err := w.Do(&Request{Access: acc, MayAbort: true, Body: func(tx *Txn) error { body(tx); return fails }})
			if !errors.Is(err, fails) {
				t.Errorf("%s: %v", name, err)
			}
			got := read()
			if len(got) != len(want) {
				t.Errorf("%s: %d records, want %d", name, len(got), len(want))
			}
			for k, v := range want {
				if got[k] != v {
					t.Errorf("%s: record %#x is %+v, want %+v", name, k, got[k], v)
				}
			}
		}
	}
	check("nothing written", func(*Txn) {})
	check("no bytes, written over", func(tx *Txn) { tx.Write(1, Whole, []byte("x")) })
	check("no bytes, deleted", func(tx *Txn) { tx.Delete(1) })
	check("all deleted", func(tx *Txn) {
		for i := range 5 {
			tx.Delete(i)
		}
	})
	check("all written twice", func(tx *Txn) {
		for i := range 5 {
			tx.Write(i, Whole, []byte("first"))
			tx.Write(i, 3, []byte("second"))
		}
	})
	check("deleted and made again", func(tx *Txn) {
		for i := range 5 {
			tx.Delete(i)
			tx.Write(i, 2, nil)
		}
	})
	if c := s.Counts(); c.Aborts != 12 {
		t.Errorf("%d aborts counted, want 12", c.Aborts)
	}
}

// A transaction's id is above those of all whose records it has, also of those
// it only reads; and no id is used twice.
func TestIDs(t *testing.T) {
	s := openTest(t, nil)
	var last [8]uint64 // writer of each record
	seen := map[uint64]bool{}
	for i := range 300 {
		a, b := uint64(i*5%8), uint64(i*3%8)
		acc := []Access{{Key: a, Mode: Exclusive}, {Key: b, Mode: Shared}}
		w := s.Worker(i * 7 % 3)
		do(t, w, acc, func(tx *Txn) {
			if id := tx.ID(); id>>16 <= max(last[a], last[b])>>16 || seen[id] || id != tx.Stamp() {
				t.Fatalf("id %#x, stamp %#x; its records were written by %#x and %#x", id, tx.Stamp(), last[a], last[b])
			}
			seen[tx.ID()] = true
			tx.Write(0, Whole, []byte("x"))
			last[a] = tx.ID()
		})
	}
}

// A memory budget is refused where all records are in memory anyway.
func TestBudgetRefused(t *testing.T) {
	_, err := Open(Options{
		Algorithm: "plain", New: func(*Env) (Algorithm, error) { return plain{}, nil }, Workers: 1, Budget: 1 << 20,
		Tables: []TableSpec{{Name: "t", ValueSize: 16, Capacity: 8}},
	})
	if err == nil || !strings.Contains(err.Error(), "plain") || !strings.Contains(err.Error(), "own files") {
		t.Errorf("a memory budget for plain: %v", err)
	}
	_, err = Open(Options{
		Algorithm: "plain", New: func(*Env) (Algorithm, error) { return plain{}, nil }, Workers: 1, Budget: 1 << 20,
		Own:    Own{Paged: true},
		Tables: []TableSpec{{Name: "t", ValueSize: 16, Capacity: 8}},
	})
	if err == nil || !strings.Contains(err.Error(), "keeper") {
		t.Errorf("a memory budget for an algorithm that keeps no records: %v", err)
	}
}
