package piggyback

import (
	"testing"
	"testing/synctest"

	"ckptbench/algorithms/store"
)

// one opens a store of one record and returns Piggyback and the record, which
// is "old" in AS1 and AS2.
func one(t *testing.T) (*piggyback, store.Rec) {
	t.Helper()
	var p *piggyback
	s, err := store.Open(store.Options{
		Algorithm: "piggyback", Versions: Versions, Workers: 1,
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 1}},
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := New(env)
			p = a.(*piggyback)
			return a, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	load := func(_ uint64, buf []byte) (key uint64, v []byte) { return 0, append(buf[:0], "old"...) }
	if err := s.Load(0, 1, load); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return p, p.env.Rec(0)
}

// The latest version is read, whatever the dump is about, in either period.
func TestRead(t *testing.T) {
	p, k := one(t)
	for i := uint64(1); i <= 2; i++ {
		as(i, k).Apply(2, store.Whole, []byte("new"))
		as(other(i), k).Apply(1, store.Whole, []byte("old"))
		for _, f := range []uint64{i, i | copying} {
			k.Head().Word.Store(f)
			for period := range uint64(2) {
				if got := string(p.Read(&store.Txn{Start: period}, k).Bytes()); got != "new" {
					t.Errorf("flag %#x, period %d: read %q, want %q", f, period, got, "new")
				}
			}
		}
	}
}

// A writer that meets the dump at the record writes when the copy is done.
func TestWriterWaits(t *testing.T) {
	p, k := one(t)
	synctest.Test(t, func(t *testing.T) {
		k.Head().Word.Store(1 | copying) // the dump is copying AS1 back
		stale := make(chan bool, 1)
		go func() { stale <- p.claim(k, 2) }()
		synctest.Wait() // until the writer sleeps, or is through
		k.Head().Word.Store(both)
		if <-stale {
			t.Error("the writer took a record that was being copied")
		}
	})
	if f := k.Head().Word.Load(); f != 2 {
		t.Errorf("flag %#x after the writer, want 2", f)
	}
}

// The dump copies back what is newest in the array it dumps, and nothing else.
func TestCopyBack(t *testing.T) {
	check := func(flag, want uint64, copied string) {
		t.Helper()
		p, k := one(t)
		as(1, k).Apply(2, store.Whole, []byte("dumped"))
		k.Head().Word.Store(flag)
		p.copyBack(k, 1)
		if f := k.Head().Word.Load(); f != want {
			t.Errorf("flag %#x became %#x, want %#x", flag, f, want)
		}
		if got := string(as(2, k).Bytes()); got != copied {
			t.Errorf("flag %#x: AS2 is %q, want %q", flag, got, copied)
		}
	}
	check(1, both, "dumped")
	check(2, 2, "old") // a transaction wrote it in this period
	check(both, both, "old")
}
