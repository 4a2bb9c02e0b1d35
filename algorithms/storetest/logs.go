package storetest

import (
	"context"
	"path"
	"strings"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// testLogStays: images that could not be published, one after the other, cost
// nothing of the log that the image before them needs.
func testLogStays(t *testing.T, e entry, seed uint64) {
	mem := fstest.NewMem()
	var broken atomic.Bool
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		// The image's file cannot be made durable; the log's disk is well.
		if broken.Load() && c.Op == "sync" && strings.HasPrefix(c.Name, imageDir) {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
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

// testImageBefore: the image before the newest can still be recovered, and with
// the log that is kept it gives the same state as the newest: all of it.
func testImageBefore(t *testing.T, e entry, seed uint64) {
	p := plan{workers: 2, log: true, tables: []store.TableSpec{table("t", 48, 30, true)}}
	w := open(t, e, p)
	w.client(0, seed, usual).many(50)
	before, err := w.s.Checkpoint(context.Background())
	w.must(err)
	w.client(0, seed+1, usual).many(50)
	w.close() // only the log of an earlier run can be dropped: its files are whole
	w = w.reborn(true)
	for i := range uint64(3) {
		w.client(0, seed+2+i, usual).many(50)
		newest, err := w.s.Checkpoint(context.Background())
		w.must(err)
		w.client(0, seed+9+i, usual).many(20)
		live := stateOf(w.s)
		// Both have to lead to the same state, over different lengths of the log.
		for _, image := range []string{before.Image.Path, newest.Image.Path} {
			s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
			w.must(err)
			defer s.Close()
			w.must(w.s.Log().WaitDurable(context.Background(), w.s.Worker(0).Epoch()))
			w.must(w.s.HoldCollapses(func() error {
				_, err := s.Recover(context.Background(), store.Source{
					Image: image, Log: logDir, LogTo: w.s.Log().Durable(), FS: w.mem, Parallel: 2,
				})
				return err
			}))
			w.same("state from "+image, stateOf(s), live)
		}
		before = newest
	}
}

// testNeedsItsLog: an image that is consistent only with its log is not loaded
// without it, nor with less of it than it needs.
func testNeedsItsLog(t *testing.T, e entry, seed uint64) {
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
	// One epoch less than the image needs.
	check("too little of it", store.Source{Log: logDir, LogTo: at.LogTo - 1})
	names, err := w.mem.List(logDir)
	w.must(err)
	for _, n := range names {
		w.must(w.mem.Remove(logDir + "/" + n))
	}
	check("an empty log", store.Source{Log: logDir})
}

// testLogBeforeImage: when an image is published, the log holds everything that
// the image holds.
func testLogBeforeImage(t *testing.T, e entry, seed uint64) {
	mem := fstest.NewMem()
	var log *wal.Log
	var committed uint64 // epoch of the last commit
	published, ahead := 0, 0
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if c.Op == "rename" && path.Dir(c.Name) == imageDir { // not in a folder of the algorithm's
			published++
			// At this moment the image becomes visible; the log must be ahead of it.
			if log.Durable() < committed {
				ahead++
			}
		}
		return fstest.Outcome{}
	})
	w := openOn(t, e, plan{workers: 1, log: true}, mem, disk)
	w.s.StopCollapses() // which publish what was published already
	log = w.s.Log()
	c := w.client(0, seed, usual)
	for range 20 {
		c.many(20)
		committed = w.s.Worker(0).Epoch()
		w.checkpoint()
	}
	if published == 0 || ahead > 0 {
		t.Errorf("%d files were published, %d of them ahead of the log", published, ahead)
	}
}

// testLogLost: a log that lost its end, which the newest image held, is gone on
// with above the image's epoch, so that what comes after is not taken for old; and
// whoever recovers with it learns that it was lost.
func testLogLost(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{workers: 1, log: true})
	for i := range uint64(3) {
		w.client(0, seed+i, usual).many(20)
		w.must(w.s.Log().WaitDurable(context.Background(), w.s.Log().Epoch()+3))
	}
	w.checkpoint()
	w.close()
	names, err := w.mem.List(logDir)
	w.must(err)
	// The log is emptied; the image of its end is not.
	for _, n := range names {
		w.must(w.mem.Remove(logDir + "/" + n))
	}
	w = w.reborn(false)
	w.client(0, seed+5, usual).many(50)
	live := stateOf(w.s)
	w.close()
	w.lost = true
	w = w.reborn(true)
	w.same("recovered state", stateOf(w.s), live)
}
