package hekaton

import (
	"context"

	"ckptbench/algorithms/store"
)

// Resume fills the store from the pairs, all of them in parallel through their
// delta files, and replays what the log holds after their epoch. The pairs are
// gone on with as they are: the log from their epoch on is what they lack, be it
// from before the recovery or after.
func (h *hekaton) Resume(ctx context.Context, tail store.Tail) (store.Recovery, error) {
	h.resumed = false
	r, err := h.env.Refill(ctx, tail)
	if err != nil {
		return r, err
	}
	h.resumed = true // the first checkpoint opens them
	h.until = r.Point.Seq
	return r, nil
}
