package main

import (
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// An asker is an algorithm whose writes ask whether the history is free.
type asker struct {
	store.Algorithm
	history *history
	held    int // writes during which the history was locked
}

// Write implements store.Algorithm.
func (a *asker) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if a.history.mu.TryLock() {
		a.history.mu.Unlock()
	} else {
		a.held++
	}
	a.Algorithm.Write(tx, r, off, v)
}

// The camera can ask what has begun while a transaction writes. Fuzzy has a writer wait
// for the log, and the log's next call waits for the camera.
func TestHistoryIsFreeDuringWrites(t *testing.T) {
	h := &history{}
	a := &asker{history: h}
	e, _ := algorithms.Find("none")
	none := e.New
	e.New = func(env *store.Env) (alg store.Algorithm, err error) {
		a.Algorithm, err = none(env)
		return a, err
	}
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: size, Capacity: 64}},
		Workers: 1, Images: store.Images{Dir: imageDir, FS: fstest.NewMem()},
	}
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for n, gone := range []bool{false, true} {
		var x uint64
		if err := s.Worker(0).Do(h.request(entry{pair: 1, gone: gone}, &x)); err != nil || x != uint64(n)+1 {
			t.Fatalf("transaction %d: %v", x, err)
		}
	}
	if a.held > 0 {
		t.Errorf("the history was locked during %d of 6 writes", a.held)
	}
}
