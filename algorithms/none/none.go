// Package none is the baseline: transactions through the same engine as
// everybody's, and never an image.
package none

import (
	"context"
	"errors"

	"ckptbench/algorithms/store"
)

type none struct{ store.Plain }

// New returns the baseline.
func New(*store.Env) (store.Algorithm, error) { return none{}, nil }

func (none) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (none) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

// ErrNone is what a checkpoint of the baseline fails with.
var ErrNone = errors.New("the baseline takes no checkpoints")

func (none) Checkpoint(context.Context, *store.Image) (store.Point, error) {
	return store.Point{}, ErrNone
}
