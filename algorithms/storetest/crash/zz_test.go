package main

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

func TestZZ(t *testing.T) {
	dir := t.TempDir()
	e, _ := algorithms.Find("calc")
	open := func() *store.Store {
		opts := store.Options{
			Tables: tables(), Workers: workers,
			Images: store.Images{Dir: dir + "/i", BlockSize: 4096},
			Log:    store.Log{Dir: dir + "/l", Sync: true, Interval: 20 * time.Microsecond},
		}
		e.Apply(&opts)
		s, err := store.Open(opts)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	load(s)
	s.Start()
	s.Checkpoint(context.Background())
	c := newClient(1, s.Worker(0), 0, 0)
	for range 100 {
		if err := c.next(); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	bad := 0
	for i := range 30 {
		s := open()
		start := time.Now()
		for time.Since(start) < 300*time.Millisecond {
			r, err := s.Recover(context.Background(), store.Source{Images: dir + "/i", Log: dir + "/l"})
			if err != nil || len(r.Problems) > 0 {
				bad++
				t.Logf("%d: %v %v", i, err, r.Problems)
			}
		}
		s.Close()
	}
	t.Log(bad)
}
