package pingpong

import (
	"context"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// A partial is Ping-Pong whose images are what the closed period's shadow holds
// (pIPP; Ren et al., SIGMOD 2016, §4.1.3): there is nothing to merge, and so no
// previous image is kept in memory. Its dirty flags tell what an image has to
// hold; it needs no other marks.
//
// What the papers leave open is an image that could not be published: its
// shadow is the next to be used. The values then go to memory of their own, and
// from there into the next shadow that is closed, where that has none newer.
type partial struct {
	pingpong
	failed *store.Versions // what failed images held; nil if none did; the checkpointer's alone
	of     *bits.Set       // whose versions are in failed; the checkpointer's alone
}

// NewPartial returns Ping-Pong with partial images and the paper's quiesced
// switch.
func NewPartial(env *store.Env) (store.Algorithm, error) {
	p := &partial{of: bits.NewSet(env.Slots)}
	env.CountBits(1)
	p.pingpong.init(env, true)
	return p, nil
}

// Loaded begins as the paper does: one shadow holds everything, all of it dirty.
// So the first image is a full one.
func (p *partial) Loaded() error {
	period := p.env.Clock.Now()
	p.env.Records(func(k store.Rec) {
		shadow(k, period).CopyFrom(k.Live())
		dirtyIn(period).add(k)
	})
	return nil
}

func (p *partial) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	period := p.env.Clock.Now()
	at := store.Point{Kind: "period", Seq: period}
	if err := p.turn(ctx, period); err != nil {
		return at, err
	}
	if err := p.bringBack(period); err != nil {
		return at, err
	}
	sched.Point("pingpong.partial")
	dirty := dirtyIn(period)
	return at, p.env.Scan(ctx, w, func(out *store.Out, k store.Rec) {
		if dirty.has(k) {
			out.Put(k, shadow(k, period))
		}
	})
}

// bringBack completes a closed period with what failed images held.
func (p *partial) bringBack(period uint64) error {
	if p.failed == nil {
		return nil
	}
	p.of.Each(0, uint64(p.env.Slots), func(i uint64) bool {
		if k := p.env.Rec(i); !dirtyIn(period).has(k) {
			shadow(k, period).CopyFrom(p.failed.At(k))
			dirtyIn(period).add(k)
		}
		return true
	})
	p.of.Clear()
	failed := p.failed
	p.failed = nil
	return p.env.FreeVersions(failed)
}

// Settle makes the closed shadow ready to be the current one again.
func (p *partial) Settle(ctx context.Context) error {
	if !p.unmerged {
		return nil
	}
	period := p.env.Clock.Now() - 1
	if err := p.env.Clock.AwaitPast(ctx, period); err != nil {
		return err
	}
	if !p.env.Published() {
		if err := p.putAside(period); err != nil {
			return err
		}
	}
	p.env.Records(func(k store.Rec) { dirtyIn(period).remove(k) })
	p.unmerged = false
	return nil
}

// putAside keeps what the image of a closed period would have held.
func (p *partial) putAside(period uint64) (err error) {
	if p.failed == nil {
		if p.failed, err = p.env.NewVersions(); err != nil {
			return err
		}
	}
	p.env.Records(func(k store.Rec) {
		if dirtyIn(period).has(k) {
			p.failed.At(k).CopyFrom(shadow(k, period))
			p.of.Add(k.Ordinal())
		}
	})
	return nil
}
