package hekaton

import (
	"context"

	"ckptbench/algorithms/store"
)

// Resume fills the store from the pairs, all of them in parallel through their
// delta files, and replays what the log holds after their epoch. It
// continues with the pairs as they are: they lack the log from their epoch on, from
// before the recovery as well as from after it.
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
