package pagestore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/pagestore"
	"ckptbench/algorithms/store"
	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "pagestore") }

// In the smallest pages rows of a thousand bytes lie in several.
func TestSmallPages(t *testing.T) {
	if testing.Short() {
		t.Skip("the same in other pages")
	}
	e, _ := algorithms.Find("pagestore")
	e.New = pagestore.NewSmall
	storetest.TestEntry(t, e)
}

const keys = 700

// open opens an empty store of one table, with a log; the caller closes it.
func open(t *testing.T, disk fs.FS, way store.Restore, small bool) *store.Store {
	t.Helper()
	e, _ := algorithms.Find("pagestore")
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: 3000, Capacity: 1000, Hash: true}},
		Workers: 2, Images: store.Images{Dir: "images", FS: disk}, Log: store.Log{Dir: "log"},
	}
	e.Apply(&o)
	if small {
		o.New = pagestore.NewSmall
	}
	o.Restore = way
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// set writes a value of n bytes of a key, or deletes the record where n is
// negative.
func set(t *testing.T, s *store.Store, key uint64, n int) {
	t.Helper()
	must(t, s.Worker(0).Do(&store.Request{
		Access: []store.Access{{Key: key, Mode: store.Exclusive}},
		Body: func(tx *store.Txn) error {
			if n < 0 {
				tx.Delete(0)
				return nil
			}
			tx.Write(0, store.Whole, slices.Repeat([]byte{byte(key)}, n))
			if n > 2 {
				tx.Write(0, n/2, []byte{7, byte(n)})
			}
			return nil
		},
	}))
}

func state(s *store.Store) map[uint64]string {
	m := map[uint64]string{}
	s.Each(func(_ int, key, stamp uint64, v []byte) { m[key] = fmt.Sprint(stamp, v) })
	return m
}

// Each way of loading gets back what was there, from a full image, partial ones
// over it and the log, in large pages and small.
func TestRestore(t *testing.T) {
	for _, small := range []bool{false, true} {
		disk := fstest.NewMem()
		s := open(t, disk, "", small)
		must(t, s.Load(0, keys, func(i uint64, buf []byte) (uint64, []byte) {
			return i * 977 % 1009, buf[:i*31%3001] // in no order
		}))
		must(t, s.Start())
		for round := range uint64(4) {
			for i := range uint64(60) {
				key := (round*37 + i*11) % 1009
				set(t, s, key, []int{-1, 0, 20, 500, 2900}[(i+round)%5])
			}
			if round < 3 {
				_, err := s.Checkpoint(context.Background())
				must(t, err)
			}
		}
		want := state(s)
		must(t, s.Log().WaitDurable(context.Background(), s.Log().Epoch()))
		must(t, s.Close())
		for _, way := range []store.Restore{store.RestoreRows, store.RestoreBatch, store.RestoreInvokeAll} {
			r := open(t, disk, way, small)
			got, err := r.Recover(context.Background(), store.Source{Images: "images", Log: "log", FS: disk, Parallel: 3})
			must(t, err)
			must(t, r.Start())
			if have := state(r); fmt.Sprint(have) != fmt.Sprint(want) {
				t.Errorf("%s, small pages %v: %d records, want %d, or others", way, small, len(have), len(want))
			}
			if got.Images < 2 || got.Changes == 0 || got.Records < keys {
				t.Errorf("%s: %+v", way, got)
			}
			must(t, r.Close())
		}
	}
}

// A change of the log is applied unless a later transaction wrote the row; several
// of one transaction are.
func TestRedo(t *testing.T) {
	e, _ := algorithms.Find("pagestore")
	o := store.Options{Tables: []store.TableSpec{{Name: "t", ValueSize: 10, Capacity: 10}}, Workers: 1}
	e.Apply(&o)
	var l store.Loader
	o.New = func(env *store.Env) (store.Algorithm, error) {
		alg, err := pagestore.New(env)
		l, _ = alg.(store.Loader)
		return alg, err
	}
	s, err := store.Open(o)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	must(t, s.Load(0, 1, func(_ uint64, buf []byte) (uint64, []byte) { return 3, append(buf[:0], "loaded"...) }))
	to := l.NewLoading()
	check := func(seq uint64, off int, v, want string) {
		t.Helper()
		b := []byte(v)
		if v == "" {
			b = nil
		}
		must(t, to.Redo(0, 3, seq<<16, off, b))
		got, there := s.Value(0, 3)
		if string(got) != want || there != (want != "") {
			t.Errorf("transaction %d, %q at %d: %q, %v, want %q", seq, v, off, got, there, want)
		}
	}
	check(9, store.Whole, "nine", "nine")
	check(5, store.Whole, "five", "nine")
	check(9, 3, "ty", "ninty")
	check(8, 0, "xx", "ninty")
	check(11, store.Whole, "", "")
	check(10, store.Whole, "ten", "")
	check(12, 2, "ab", "\x00\x00ab")
	if n := l.Records(); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// A scan names the keys that are there, in order, and those between that somebody
// deletes; what of it is still there when the locks are held is read.
func TestScan(t *testing.T) {
	s := open(t, fstest.NewMem(), "", false)
	defer func() { must(t, s.Close()) }()
	must(t, s.Load(0, 500, func(i uint64, buf []byte) (uint64, []byte) { return 1000 - 2*i, buf[:i%40] }))
	must(t, s.Start())
	w := s.Worker(1)
	check := func(from uint64, n int, want ...uint64) {
		t.Helper()
		var got []uint64
		for _, a := range w.Scan(nil, 0, from, n, 0) {
			got = append(got, a.Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d from %d: %v, want %v", n, from, got, want)
		}
	}
	check(5, 3, 6, 8, 10)
	check(0, 1, 2)
	check(999, 5, 1000)
	check(1001, 5)
	check(6, 0)
	set(t, s, 7, 2500) // new
	set(t, s, 8, -1)
	check(5, 3, 6, 7, 8, 10)
	read := 0
	must(t, w.Do(&store.Request{Access: w.Scan(nil, 0, 5, 3, 0), Body: func(tx *store.Txn) error {
		for i := range tx.Len() {
			if _, ok := tx.Read(i); ok {
				read++
			}
		}
		return nil
	}}))
	if read != 3 {
		t.Errorf("%d records were read, want 3", read)
	}
}
