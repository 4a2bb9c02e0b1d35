package fuzzy_test

import (
	"context"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// A log that holds no changes holds the checkpoint record, and an image that only
// changes could repair is refused by recovery, unless nobody ran meanwhile.
func TestUnlogged(t *testing.T) {
	for _, name := range []string{"fuzzy", "pfuzzy"} {
		e, _ := algorithms.Find(name)
		mem := fstest.NewMem()
		o := store.Options{
			Workers: 1, Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 100}},
			Images: store.Images{Dir: "images", FS: mem}, Log: store.Log{Dir: "log", NotesOnly: true},
		}
		e.Apply(&o)
		s := start(t, o)
		write := func(v string) {
			err := s.Worker(0).Do(&store.Request{
				Access: []store.Access{{Key: 7, Mode: store.Exclusive}},
				Body:   func(tx *store.Txn) error { tx.Write(0, store.Whole, []byte(v)); return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write("old")
		if n := s.Log().Stats().Records; n != 0 {
			t.Errorf("%s: %d records in the log of a transaction's changes", name, n)
		}
		report, err := s.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Log().Stats().Records; n != 1 {
			t.Errorf("%s: %d records in the log, want the dirty table's", name, n)
		}
		write("new")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		src := store.Source{Image: report.Image.Path, Log: "log", FS: mem}
		if _, err := blank(t).Recover(context.Background(), src); err == nil ||
			!strings.Contains(err.Error(), "holds no changes") {
			t.Errorf("%s: recovered from an image that nothing can repair: %v", name, err)
		}
		src.Quiet = true
		fresh, got := blank(t), ""
		if _, err := fresh.Recover(context.Background(), src); err != nil {
			t.Fatal(err)
		}
		fresh.Each(func(_ int, key, _ uint64, v []byte) {
			if key == 7 {
				got = string(v)
			}
		})
		if got != "old" {
			t.Errorf("%s: recovered %q, want %q", name, got, "old")
		}
	}
}

// start opens a store and starts it empty.
func start(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(o)
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// blank opens an empty store to recover into.
func blank(t *testing.T) *store.Store {
	t.Helper()
	none, _ := algorithms.Find("none")
	o := store.Options{Workers: 1, Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 100}}}
	none.Apply(&o)
	s, err := store.Open(o)
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
