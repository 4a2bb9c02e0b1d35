package hekaton

import (
	"context"
	"errors"
	"fmt"

	"ckptbench/algorithms/hekaton/internal/pairs"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/store"
)

// Own returns the files that a store under hekaton is recovered from: its pairs.
func Own() store.Own { return store.Own{Kind: compacted{}} }

// compacted is Hekaton's own kind of files.
type compacted struct{}

// Title implements store.OwnKind.
func (compacted) Title() string { return "pairs of data and delta files" }

// Owns implements store.OwnKind.
func (compacted) Owns(name string) bool { return pairs.Owns(name) }

// Verify implements store.OwnKind.
func (compacted) Verify(ctx context.Context, fsys fs.FS, dir string) (finding.Files, error) {
	return pairs.Verify(ctx, fsys, dir)
}

// Damaged implements store.OwnKind.
func (compacted) Damaged(err error) bool {
	return errors.Is(err, pairs.ErrDamaged)
}

// Open opens the pairs last published: there is one state at a time.
func (compacted) Open(fsys fs.FS, dir string, _ uint64) (*store.Saved, error) {
	p, err := pairs.Find(fsys, dir)
	if errors.Is(err, pairs.ErrNone) {
		return nil, fmt.Errorf("%w: %w", store.ErrNoState, err)
	}
	if err != nil {
		return nil, err
	}
	return &store.Saved{
		Name: "PAIRS", Order: "log", Epoch: p.Epoch(), Bytes: p.Bytes(), Close: func() {},
		Scan: p.Load,
	}, nil
}
