package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// checkpoint takes an image, which must succeed, and reads it back.
func (w *world) checkpoint() store.Report {
	w.t.Helper()
	r, err := w.s.Checkpoint(context.Background())
	w.must(err)
	w.readBack(r.Image.Point)
	return r
}

// readBack notes the newest image, which must stand at the point.
func (w *world) readBack(at store.Point) *oracle.State {
	w.t.Helper()
	r, state, err := w.recover(w.mem)
	w.must(err)
	if r.Point != at {
		w.t.Fatalf("image stands at %v, the checkpoint said %v", r.Point, at)
	}
	w.note(at, state)
	return state
}

// readNewest notes the newest image, if there is one.
func (w *world) readNewest() {
	w.t.Helper()
	r, state, err := w.recover(w.mem)
	if errors.Is(err, store.ErrNoImage) {
		return
	}
	w.must(err)
	w.note(r.Point, state)
}

// note keeps an image for the oracle to judge at the end.
// Its state is kept in memory until verify.
func (w *world) note(at store.Point, s *oracle.State) {
	name := fmt.Sprintf("image %d at %v", len(w.images)+1, at)
	w.images = append(w.images, &oracle.Image{Name: name, Cut: at.Seq, State: s})
}

// recover reads the newest image on a disk into a store under no algorithm,
// with as much of the log as makes the image consistent.
// The problems that recovery meets are errors, see recoverInto.
func (w *world) recover(disk fs.FS) (store.Recovery, *oracle.State, error) {
	return w.recoverFrom(disk, w.e.NeedsLog, func(at store.Point) uint64 { return at.LogTo })
}

// recoverAll is recover with the whole log.
func (w *world) recoverAll(disk fs.FS) (store.Recovery, *oracle.State, error) {
	return w.recoverFrom(disk, true, func(store.Point) uint64 { return 0 })
}

// recoverFrom reads the newest image, with the log up to the epoch that to returns for
// the image's point where log is set. No collapse may replace files meanwhile.
func (w *world) recoverFrom(
	disk fs.FS, log bool, to func(store.Point) uint64,
) (r store.Recovery, state *oracle.State, err error) {
	err = w.s.HoldCollapses(func() error {
		r, state, err = w.recoverHeld(disk, log, to)
		return err
	})
	return r, state, err
}

// recoverHeld is recoverFrom while collapses are held.
func (w *world) recoverHeld(disk fs.FS, log bool, to func(store.Point) uint64) (store.Recovery, *oracle.State, error) {
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
	if err != nil {
		return store.Recovery{}, nil, err
	}
	defer s.Close()
	src := store.Source{Images: imageDir, FS: disk, Parallel: 2}
	if log {
		// How much of the log is to be replayed depends on the image that will be found.
		at, err := newest(disk)
		if err != nil {
			return store.Recovery{}, nil, err
		}
		src.Log, src.LogTo = logDir, to(at)
	}
	r, err := recoverInto(s, src)
	if err != nil {
		return r, nil, err
	}
	state, n := read(s)
	// An algorithm with files of its own has to recover to the same state from them.
	if log && !w.own.None() {
		err = w.sameOwn(src, state)
	}
	// A log adds records, so the count can be compared only without one.
	if !log && n != r.Records {
		err = fmt.Errorf("the image has %d entries for %d records", r.Records, n)
	}
	return r, state, err
}

// recoverInto recovers s from src. A problem that recovery met and got round is an error
// here: the disk of a test is whole unless the test says otherwise.
func recoverInto(s *store.Store, src store.Source) (store.Recovery, error) {
	r, err := s.Recover(context.Background(), src)
	if err == nil && len(r.Problems) > 0 {
		err = errors.New("recovery met problems: " + strings.Join(r.Problems, "; "))
	}
	return r, err
}

// sameOwn recovers from the algorithm's own files where src has it from an image,
// and compares.
func (w *world) sameOwn(src store.Source, want *oracle.State) error {
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
	if err != nil {
		return err
	}
	defer s.Close()
	src.Own = w.own
	if _, err := recoverInto(s, src); err != nil {
		return fmt.Errorf("from own files: %w", err)
	}
	if ds, n := oracle.Equal(stateOf(s), want, 3); n > 0 {
		return fmt.Errorf("what the own files recover to differs from what the image does in %d records: %v", n, ds)
	}
	return nil
}

// newest returns the point of the newest image on a disk.
func newest(disk fs.FS) (store.Point, error) {
	set, _, err := image.Latest(disk, imageDir)
	if err != nil {
		return store.Point{}, err
	}
	return set.Newest().Point, nil
}
