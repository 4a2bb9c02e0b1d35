package bench

import (
	"context"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/store"
)

// spoiled is naive-copy with a fault in its images from some checkpoint on.
type spoiled struct {
	store.Plain
	env     *store.Env
	shadow  *store.Versions
	period  uint64 // changes only when quiesced
	commits atomic.Uint64
	taken   int // checkpoints
	fault
}

// A fault says what is wrong.
type fault struct {
	from int  // the first checkpoint with the fault, from 1
	torn bool // transactions run between the two halves of the copy, and it is made sure that some do
	// change changes a version that is about to be written; nil: it is written as it is.
	change func(r store.Rec, v *store.Version)
	hasty  bool // transactions leave the clock before their bodies run, so that nobody waits for them
}

// newSpoiled returns what builds naive-copy with a fault.
func newSpoiled(f fault) store.New {
	return func(env *store.Env) (store.Algorithm, error) {
		shadow, err := env.NewVersions()
		return &spoiled{env: env, shadow: shadow, fault: f}, err
	}
}

// newTorn is naive-copy of which every image is torn.
func newTorn(env *store.Env) (store.Algorithm, error) {
	return newSpoiled(fault{from: 1, torn: true})(env)
}

func (a *spoiled) Begin(tx *store.Txn) error {
	tx.Seq = a.period
	if a.hasty {
		a.env.Clock.Leave(tx.Worker())
	}
	return nil
}

func (a *spoiled) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (a *spoiled) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

func (a *spoiled) Commit(*store.Txn) { a.commits.Add(1) }

func (a *spoiled) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period", Seq: a.period}
	a.taken++
	wrong := a.taken >= a.from
	halves := 1
	if a.torn && wrong {
		halves = 2
	}
	for half := range halves {
		if err := a.copy(ctx, half, halves, at.Seq+1); err != nil {
			return at, err
		}
		if half+1 < halves {
			if err := a.awaitCommits(ctx); err != nil {
				return at, err
			}
		}
	}
	return at, a.env.Scan(ctx, w, func(out *store.Out, r store.Rec) {
		v := a.shadow.At(r)
		if wrong && a.change != nil {
			a.change(r, v)
		}
		out.Put(r, v)
	})
}

// awaitCommits returns when many transactions have committed, or none does any more:
// after a trial nobody runs any.
func (a *spoiled) awaitCommits(ctx context.Context) error {
	const many, patience = 1000, 300 // the second in milliseconds
	first := a.commits.Load()
	for seen, idle := first, 0; seen < first+many && idle < patience; time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if now := a.commits.Load(); now != seen {
			seen, idle = now, 0
		} else {
			idle++
		}
	}
	return nil
}

// copy copies every n-th record while transactions are kept out.
func (a *spoiled) copy(ctx context.Context, half, n int, period uint64) error {
	return a.env.Quiesce(ctx, func() error {
		i := 0
		a.env.Records(func(r store.Rec) {
			if i++; i%n == half {
				a.shadow.At(r).CopyFrom(r.Live())
			}
		})
		a.period = period
		return nil
	})
}
