package foedus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/store"
)

// Own returns the files that a store under foedus is recovered from: its snapshots,
// whose pages are what a memory budget needs.
func Own() store.Own { return store.Own{Kind: snapshots{}, Dir: Folder, Paged: true} }

// snapshots are FOEDUS's own kind of files.
type snapshots struct{}

// Title implements store.OwnKind.
func (snapshots) Title() string { return "snapshots" }

// Owns implements store.OwnKind.
func (snapshots) Owns(name string) bool { return glean.Owns(name) }

// Verify implements store.OwnKind.
func (snapshots) Verify(ctx context.Context, fsys fs.FS, dir string) (finding.Files, error) {
	return glean.Verify(ctx, fsys, dir)
}

// Damaged implements store.OwnKind.
func (snapshots) Damaged(err error) bool {
	var damage *glean.Damage
	return errors.As(err, &damage)
}

// Open opens the newest snapshot, or the newest below a number, to be read only.
func (snapshots) Open(fsys fs.FS, dir string, below uint64) (*store.Saved, error) {
	d, err := glean.Open(glean.Options{Dir: dir, FS: fsys, ReadOnly: true, Below: below})
	if err != nil {
		return nil, err
	}
	if d.Current() == nil {
		return nil, noSnapshot("in " + dir)
	}
	st := saved(d.Current())
	st.Close = func() { d.Close() }
	for _, p := range d.Problems() {
		st.Problems = append(st.Problems, p.Error())
	}
	return st, nil
}

// noSnapshot is the error of a folder without a snapshot that could be used.
func noSnapshot(where string) error {
	return fmt.Errorf("%w: %w %s", store.ErrNoState, glean.ErrNoSnapshot, where)
}

// saved is a snapshot that is open, as the store reads it.
func saved(sn *glean.Snapshot) *store.Saved {
	_, bytes := sn.Bytes()
	st := &store.Saved{
		Name: fmt.Sprintf("snapshot-%08d", sn.Number()), Order: "epoch",
		Number: sn.Number(), Epoch: sn.Until(), Last: sn.Last(), Bytes: bytes, Close: func() {},
	}
	for _, t := range sn.Tables() {
		st.Tables = append(st.Tables, image.Table{Name: t.Name, ValueSize: t.ValueSize, Capacity: t.Capacity, Hash: t.Hash})
	}
	st.Scan = func(ctx context.Context, parallel int, f func(int, store.ImageRecord) error) error {
		return scanPages(ctx, sn, parallel, f)
	}
	return st
}

// scanPages hands every record of a snapshot to f, in parallel.
func scanPages(ctx context.Context, sn *glean.Snapshot, parallel int, f func(worker int, r store.ImageRecord) error) error {
	parts, err := sn.Parts()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for worker := range parallel {
		wg.Go(func() {
			for i := taken.Add(1) - 1; i < int64(len(parts)); i = taken.Add(1) - 1 {
				err := sn.ScanPart(ctx, parts[i], func(r glean.Record) error {
					v := r.Value
					if !r.Absent && v == nil {
						v = []byte{}
					}
					return f(worker, store.ImageRecord{Table: r.Table, Key: r.Key, Stamp: r.Stamp, Absent: r.Absent, Value: v})
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
