// Package pingpong implements Interleaved Ping-Pong (Cao et al., SIGMOD 2011):
// every write goes to the application state and to the current one of two
// shadows, so that switching shadows is all that a point of consistency takes.
//
// The three copies of a record lie side by side, which is what "interleaved"
// means: the second write hits the lines of the first. The image is the
// previous one, kept in memory, with what the closed period wrote merged in.
//
// New switches at a physical point of consistency, as the paper does. NewDrain
// switches while transactions run and waits until those of the old period have
// ended. That is enough: a transaction takes its period when it has all its
// locks, so whoever follows it on a record is in the same period or a later one.
package pingpong

import (
	"context"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// Versions is how many copies lie side by side: the state, odd and even.
const Versions = 3

type pingpong struct {
	store.Plain
	env      *store.Env
	quiesced bool
	dirty    [2]*bits.Flags  // dirty[i][k]: shadow i holds k since its period began; protected by k's lock while i is current, then the checkpointer's
	last     *store.Versions // the previous image; the checkpointer's alone
	unmerged bool            // the closed period is not wholly in last; the checkpointer's alone
}

// New returns Ping-Pong with the paper's quiesced switch.
func New(env *store.Env) (store.Algorithm, error) { return build(env, true) }

// NewDrain returns Ping-Pong that switches without keeping transactions out.
func NewDrain(env *store.Env) (store.Algorithm, error) { return build(env, false) }

func build(env *store.Env, quiesced bool) (store.Algorithm, error) {
	last, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	p := &pingpong{last: last}
	p.init(env, quiesced)
	return p, nil
}

func (p *pingpong) init(env *store.Env, quiesced bool) {
	p.env, p.quiesced = env, quiesced
	for i := range p.dirty {
		p.dirty[i] = bits.NewFlags(env.Slots)
		env.Meter.Add(p.dirty[i].Bytes())
	}
	env.Clock.Set(env.First) // the clock's word is the number of the period
}

// Loaded takes the loaded records for the previous image.
func (p *pingpong) Loaded() error {
	p.env.Records(func(k store.Rec) { p.last.At(k).CopyFrom(k.Live()) })
	return nil
}

// shadow returns k's copy in the shadow of a period: odd or even.
func shadow(k store.Rec, period uint64) *store.Version { return k.Version(1 + int(period&1)) }

// Touch brings in the shadow that is most likely to be written.
func (p *pingpong) Touch(k store.Rec) {
	period := p.env.Clock.Now()
	k.Touch(1 + int(period&1))
	p.dirty[period&1].Touch(k.Ordinal())
}

func (p *pingpong) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

func (p *pingpong) Read(_ *store.Txn, k store.Rec) *store.Version { return k.Live() }

// Write writes current[k] and AS[k], in this order, as v may be a part of the
// value in AS[k]. The first write of a field in a period finds an old record in
// the shadow, and brings the whole of it over first.
func (p *pingpong) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	current, dirty := shadow(k, tx.Start), p.dirty[tx.Start&1]
	if off != store.Whole && dirty.Get(k.Ordinal()) == 0 {
		current.CopyFrom(k.Live())
	}
	current.Apply(tx.Stamp(), off, v)
	dirty.Put(k.Ordinal(), 1)
	sched.Point("pingpong.write")
	k.Live().Apply(tx.Stamp(), off, v)
}

func (p *pingpong) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	period := p.env.Clock.Now()
	at := store.Point{Kind: "period", Seq: period}
	if err := p.turn(ctx, period); err != nil {
		return at, err
	}
	err := p.env.Scan(ctx, w, func(out *store.Out, k store.Rec) {
		p.merge(k, period)
		out.Put(k, p.last.At(k))
	})
	p.unmerged = err != nil
	return at, err
}

// turn ends a period: from here on writers use the other shadow.
func (p *pingpong) turn(ctx context.Context, period uint64) error {
	if p.quiesced {
		return p.env.Quiesce(ctx, func() error {
			p.env.Clock.Set(period + 1)
			p.unmerged = true
			return nil
		})
	}
	p.env.Clock.Set(period + 1)
	p.unmerged = true
	sched.Point("pingpong.turn")
	if err := p.env.Clock.AwaitPast(ctx, period); err != nil {
		return err
	}
	p.env.Mark(store.MarkPoint)
	return nil
}

// merge brings k's last image up to the end of a closed period.
func (p *pingpong) merge(k store.Rec, period uint64) {
	if dirty := p.dirty[period&1]; dirty.Get(k.Ordinal()) != 0 {
		p.last.At(k).CopyFrom(shadow(k, period))
		sched.Point("pingpong.merge")
		dirty.Put(k.Ordinal(), 0)
	}
}

// Settle merges what a failed checkpoint left: its shadow is the next to be
// used.
func (p *pingpong) Settle(ctx context.Context) error {
	if !p.unmerged {
		return nil
	}
	period := p.env.Clock.Now() - 1
	if err := p.env.Clock.AwaitPast(ctx, period); err != nil {
		return err
	}
	p.env.Records(func(k store.Rec) { p.merge(k, period) })
	p.unmerged = false
	return nil
}
