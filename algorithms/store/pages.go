package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/glean"
	"ckptbench/algorithms/internal/record"
)

// Recovery from the pages of snapshots, in place of an image.

// A Resumer is an Algorithm that goes on from its own snapshots: it recovers from
// their pages and from the log itself.
type Resumer interface {
	// Resume fills the store, in place of Load, from the newest snapshot in its
	// folder that is whole, and what the log holds after it. The error is
	// glean.ErrNoSnapshot where there is none, or none that is to be used.
	Resume(ctx context.Context, tail Tail) (Recovery, error)
}

// A Tail is the log that a snapshot is to be brought up to date with.
type Tail struct {
	Log      string // folder
	To       uint64 // its last epoch that is to be used; never 0
	Parallel int    // readers of pages
}

// Snapshots returns the folder of the snapshot pages that a store of these
// options makes; empty where it makes none.
func (o *Options) Snapshots() string {
	if o.Pages == "" || o.ownDir() == "" {
		return ""
	}
	return filepath.Join(o.ownDir(), o.Pages)
}

// pagesReach returns the last epoch that the newest snapshot speaks of, if it is
// above after: see lastEpoch. Damage is for recovery to find.
func (o *Options) pagesReach(after uint64) (uint64, error) {
	dir := o.Snapshots()
	if dir == "" {
		return after, nil
	}
	d, err := readSnapshots(o.Images.FS, dir)
	var damage *glean.Damage
	if errors.Is(err, glean.ErrNoSnapshot) || errors.As(err, &damage) {
		return after, nil
	}
	if err != nil {
		return 0, err
	}
	defer d.Close()
	return max(after, d.Current().Until()), nil
}

// readSnapshots opens a folder that has a snapshot, to read it.
func readSnapshots(fsys fs.FS, dir string) (*glean.Dir, error) {
	d, err := glean.Open(glean.Options{Dir: dir, FS: fsys, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if d.Current() == nil {
		return nil, fmt.Errorf("%w in %s", glean.ErrNoSnapshot, dir)
	}
	return d, nil
}

// recoverPages fills the store from pages. The error is ErrNoSnapshot where that
// cannot be, and nothing is wrong.
func (s *Store) recoverPages(ctx context.Context, src Source) (r Recovery, err error) {
	if src.Log == "" {
		return r, errors.New("snapshots are brought up to date with the log: name it")
	}
	to, err := s.replayTo(ctx, src)
	if err != nil {
		return r, err
	}
	resumer, ok := s.alg.(Resumer)
	own := filepath.Clean(src.Snapshots) == filepath.Clean(s.opts.Snapshots()) && filepath.Clean(src.Log) == filepath.Clean(s.opts.Log.Dir)
	// What comes after LogTo is not to be taken for what comes after the snapshot.
	if ok && own && src.LogTo == 0 {
		if r, err = resumer.Resume(ctx, Tail{src.Log, to, src.Parallel}); err != nil {
			return r, err
		}
		s.sum([]counter{{last: r.Last >> 16}})
		return r, nil
	}
	if s.keeper != nil {
		return r, fmt.Errorf("%w that a store with a memory budget can go on from: that has to be in its own folder, %s, and with all of its own log", glean.ErrNoSnapshot, s.opts.Snapshots())
	}
	return s.readPages(ctx, src, to)
}

// readPages fills the store from another's pages and log, which stay as they
// are.
func (s *Store) readPages(ctx context.Context, src Source, to uint64) (r Recovery, err error) {
	start := time.Now()
	d, err := readSnapshots(src.FS, src.Snapshots)
	if err != nil {
		return r, err
	}
	defer d.Close()
	for _, p := range d.Problems() {
		r.Problems = append(r.Problems, p.Error())
	}
	sn := d.Current()
	if to != 0 && sn.Until() > to {
		return r, fmt.Errorf("%w of epoch %d or before", glean.ErrNoSnapshot, to)
	}
	r.Snapshot, r.Images, r.Last = sn.Number(), 1, sn.Last()
	_, r.Bytes = sn.Bytes()
	r.Point = Point{Kind: "epoch", Seq: sn.Until(), LogFrom: sn.Until(), LogTo: sn.Until()}
	if r.Records, err = s.env.LoadSnapshot(ctx, sn, src.Parallel); err != nil {
		return r, err
	}
	s.sum([]counter{{last: sn.Last() >> 16}})
	r.Load, start = time.Since(start), time.Now()
	err = s.replay(ctx, src, &r)
	r.Replay = time.Since(start)
	return r, err
}

// LoadSnapshot puts the records of a snapshot into their slots, before Loaded,
// and returns how many there are, tombstones included.
func (e *Env) LoadSnapshot(ctx context.Context, sn *glean.Snapshot, parallel int) (uint64, error) {
	if err := e.store.fitsPages(sn.Tables()); err != nil {
		return 0, err
	}
	parts, err := sn.Parts()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var records atomic.Uint64
	var wg sync.WaitGroup
	for range max(parallel, 1) {
		wg.Go(func() {
			n := uint64(0)
			defer func() { records.Add(n) }()
			for i := taken.Add(1) - 1; i < int64(len(parts)); i = taken.Add(1) - 1 {
				err := sn.ScanPart(ctx, parts[i], func(r glean.Record) error {
					n++
					return e.store.putRecord(r)
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return records.Load(), context.Cause(ctx)
}

func (s *Store) putRecord(r glean.Record) error {
	v := r.Value
	if !r.Absent && v == nil {
		v = []byte{}
	}
	_, err := s.tables[r.Table].put(r.Key, r.Stamp, record.Whole, v)
	return err
}

func (s *Store) fitsPages(tables []glean.Table) error {
	if len(tables) != len(s.tables) {
		return fmt.Errorf("snapshot of %d tables for a store of %d", len(tables), len(s.tables))
	}
	for i, t := range tables {
		if got := s.tables[i].spec; got.ValueSize < t.ValueSize || got.Capacity < t.Capacity {
			return fmt.Errorf("table %q of %d records of %d bytes does not fit one of %d of %d",
				t.Name, t.Capacity, t.ValueSize, got.Capacity, got.ValueSize)
		}
	}
	return nil
}
