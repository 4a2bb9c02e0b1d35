package main

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// asking notes the files that are opened with direct I/O.
type asking struct {
	fs.FS
	direct atomic.Int64
	name   atomic.Value // of one of them
}

func (a *asking) note(name string, direct bool) {
	if direct {
		a.direct.Add(1)
		a.name.Store(filepath.Base(name))
	}
}

func (a *asking) Create(name string, direct bool) (fs.File, error) {
	a.note(name, direct)
	return a.FS.Create(name, direct)
}

func (a *asking) Open(name string, direct bool) (fs.File, error) {
	a.note(name, direct)
	return a.FS.Open(name, direct)
}

// A store that is not to use direct I/O opens no file with it: no image, log or file of
// its own, to write, to merge or to recover.
func TestBufferedByAll(t *testing.T) {
	for _, e := range algorithms.All() {
		if e.Baseline || e.Unsound || e.Unlogged {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			for _, buffered := range []bool{true, false} {
				disk := &asking{FS: fstest.NewMem()}
				s := setup{e, walSync, sinkFile}
				for range 2 {
					o := s.options(disk)
					o.Images.Buffered = buffered
					live(t, s, o, disk)
				}
				if n := disk.direct.Load(); (n == 0) != buffered {
					t.Errorf("buffered %t: %d files were opened with direct I/O, one of them %v", buffered, n, disk.name.Load())
				}
			}
		})
	}
}

// live recovers a store, if there is something, and takes checkpoints that are merged.
func live(t *testing.T, s setup, o store.Options, disk fs.FS) {
	t.Helper()
	st, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, st, o}
	if _, err := st.Recover(t.Context(), s.source(o, disk)); err != nil && !errors.Is(err, store.ErrNoImage) {
		t.Fatal(err)
	}
	b.start()
	for i := range uint64(5) {
		b.put(i, "value")
		b.checkpoint()
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}
