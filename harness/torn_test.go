package harness

import (
	"context"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/store"
)

// torn is naive-copy that lets transactions run between the two halves of its
// copy, and makes sure that some do: every image of it is wrong.
type torn struct {
	store.Plain
	env     *store.Env
	shadow  *store.Versions
	period  uint64 // changes only when quiesced
	commits atomic.Uint64
}

func newTorn(env *store.Env) (store.Algorithm, error) {
	shadow, err := env.NewVersions()
	return &torn{env: env, shadow: shadow}, err
}

func (a *torn) Begin(tx *store.Txn) error {
	tx.Seq = a.period
	return nil
}

func (a *torn) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (a *torn) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

func (a *torn) Commit(*store.Txn) { a.commits.Add(1) }

func (a *torn) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period", Seq: a.period}
	for half := range 2 {
		err := a.env.Quiesce(ctx, func() error {
			i := 0
			a.env.Records(func(r store.Rec) {
				if i++; i%2 == half {
					a.shadow.At(r).CopyFrom(r.Live())
				}
			})
			a.period = at.Seq + 1
			return nil
		})
		if err != nil {
			return at, err
		}
		for seen := a.commits.Load(); half == 0 && a.commits.Load() < seen+1000; time.Sleep(time.Millisecond) {
			if ctx.Err() != nil {
				return at, ctx.Err()
			}
		}
	}
	return at, a.env.Scan(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, a.shadow.At(r)) })
}
