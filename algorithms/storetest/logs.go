package storetest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// testLogStays: images that could not be published, one after the other, cost
// nothing of the log that the image before them needs.
func testLogStays(t *testing.T, e algorithms.Entry, seed uint64) {
	mem := fs.NewMem()
	var broken atomic.Bool
	disk := fs.Hook(mem, func(c fs.Call) fs.Outcome {
		if broken.Load() && c.Op == "sync" && strings.HasPrefix(c.Name, imageDir) {
			return fs.NoSpace()
		}
		return fs.Outcome{}
	})
	p := plan{workers: 2, log: true, tables: []store.TableSpec{table("t", 48, 30, true)}}
	w := openOn(t, e, p, mem, disk)
	c := w.client(0, seed, usual)
	c.many(50)
	w.checkpoint()
	c.many(50)
	w.close() // only the log of an earlier run can be dropped: its files are whole
	w = w.reborn(true)
	c = w.client(0, seed+1, usual)
	broken.Store(true)
	for range 3 {
		c.many(20)
		if _, err := w.s.Checkpoint(context.Background()); err == nil {
			t.Fatal("a checkpoint succeeded on a broken disk")
		}
	}
	live := stateOf(w.s)
	w.close()
	_, state, err := w.recoverAll(mem)
	w.must(err)
	w.same("recovered state", state, live)
}

// testNeedsItsLog: an image that is consistent only with its log is not loaded
// without it, nor with less of it than it needs.
func testNeedsItsLog(t *testing.T, e algorithms.Entry, seed uint64) {
	w := open(t, e, plan{workers: 2})
	l := w.start(seed, usual)
	l.images(2, 0)
	l.end()
	at, err := newest(w.mem)
	w.must(err)
	w.close()
	check := func(name string, src store.Source) {
		t.Helper()
		s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
		w.must(err)
		defer s.Close()
		src.Images, src.FS = imageDir, w.mem
		if _, err := s.Recover(context.Background(), src); err == nil {
			t.Errorf("%s: an image at %v was recovered", name, at)
		}
	}
	check("no log", store.Source{})
	check("too little of it", store.Source{Log: logDir, LogTo: at.LogTo - 1})
	names, err := w.mem.List(logDir)
	w.must(err)
	for _, n := range names {
		w.must(w.mem.Remove(logDir + "/" + n))
	}
	check("an empty log", store.Source{Log: logDir})
}
