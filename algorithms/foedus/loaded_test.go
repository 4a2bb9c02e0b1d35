package foedus

import (
	"testing"
	"time"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// The first snapshot stands at no epoch that the log does not have: a store that
// dies right after it was loaded could not go on from one that does, as the log
// ends before it.
func TestLoadedIsInTheLog(t *testing.T) {
	var f *foedus
	s, err := store.Open(store.Options{
		Algorithm: "foedus", NeedsLog: true, Tables: tables, Workers: 1,
		New: func(env *store.Env) (store.Algorithm, error) {
			a, err := build(env, glean.Options{})
			f = a.(*foedus)
			return a, err
		},
		Images: store.Images{FS: fstest.NewMem()}, Log: store.Log{Dir: "log", Loggers: 1, Interval: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for s.Log().Epoch() < 8 { // nothing is logged meanwhile, and few epochs are marked
		time.Sleep(time.Millisecond)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if d := s.Log().Durable(); f.until[0] == 0 || d < f.until[0] {
		t.Errorf("the first snapshot is of epoch %d, the log of epoch %d", f.until[0], d)
	}
}
