package foedus

import (
	"context"
	"errors"
	"fmt"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
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
	return errors.Is(err, glean.ErrDamaged)
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
	return &store.Saved{
		Name: fmt.Sprintf("snapshot-%08d", sn.Number()), Order: "epoch",
		Number: sn.Number(), Epoch: sn.Until(), Last: sn.Last(), Bytes: bytes, Tables: sn.Tables(), Close: func() {},
		Scan: func(ctx context.Context, parallel int, f func(int, store.ImageRecord) error) error {
			return scanPages(ctx, sn, parallel, f)
		},
	}
}

// scanPages hands every record of a snapshot to f, in parallel.
func scanPages(
	ctx context.Context, sn *glean.Snapshot, parallel int, f func(worker int, r store.ImageRecord) error,
) error {
	parts, err := sn.Parts()
	if err != nil {
		return err
	}
	return durable.Share(ctx, parallel, len(parts), func(ctx context.Context, worker, i int) error {
		return sn.ScanPart(ctx, parts[i], func(r durable.Record) error { return f(worker, r) })
	})
}
