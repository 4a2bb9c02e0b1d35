// Package pingpong implements Interleaved Ping-Pong (Cao et al., SIGMOD 2011):
// every write goes to the application state and to the current one of two
// shadows, so that switching shadows is all that a point of consistency takes.
//
// The three copies of a record lie side by side, which is what "interleaved"
// means: the second write hits the lines of the first. The dirty flags of the two
// shadows are bits of the record's head word, beside its lock. The image is the
// previous one, kept in memory, with what the closed period wrote merged in.
//
// New switches at a physical point of consistency, as the paper does. NewDrain
// switches while transactions run and waits until those of the old period have
// ended. That is enough: a transaction takes its period when it has all its
// locks, so whoever follows it on a record is in the same period or a later one.
//
// # The paper's steps
//
// The text of Cao et al. was not at hand. The rules are those of CALC §4.1.3.
//
//	CALC §4.1.3  AS, odd, even, side by side    Versions, shadow
//	CALC §4.1.3  dirty bits of odd and even     dirty, dirtyIn
//	CALC §4.1.3  write AS[k] and current[k]     Write
//	CALC §4.1.3  swap current and previous      turn
//	CALC §4.1.3  dump: previous, or last image  Checkpoint, merge
//	CALC §4.1.3  partial images (pIPP)          NewPartial
//
// # Where it differs
//
// The image is a full one: the previous image is kept in memory, the fourth copy of
// CALC's figure 6, and the closed period's records are merged into it. The paper starts
// with every even bit set; here the loaded state is the previous image, which says the
// same.
package pingpong

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// Versions is how many copies lie side by side: the state, odd and even.
const Versions = 3

// pingpong is the algorithm: a record's slot holds the state, odd and even, and the
// clock's word is the number of the period.
type pingpong struct {
	store.Plain
	env      *store.Env
	quiesced bool
	last     *store.Versions // the previous image; the checkpointer's alone
	unmerged bool            // the closed period is not wholly in last; the checkpointer's alone
}

// New returns Ping-Pong with the paper's quiesced switch.
func New(env *store.Env) (store.Algorithm, error) { return build(env, true) }

// NewDrain returns Ping-Pong that switches without keeping transactions out.
func NewDrain(env *store.Env) (store.Algorithm, error) { return build(env, false) }

// build returns Ping-Pong with full images.
func build(env *store.Env, quiesced bool) (store.Algorithm, error) {
	last, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	p := &pingpong{last: last}
	p.init(env, quiesced)
	return p, nil
}

// init sets up what the form with full images and the one with partial images share.
func (p *pingpong) init(env *store.Env, quiesced bool) {
	p.env, p.quiesced = env, quiesced
	env.Clock.Set(env.First) // the clock's word is the number of the period
}

// Loaded takes the loaded records for the previous image.
func (p *pingpong) Loaded() error {
	p.env.Records(func(k store.Rec) { p.last.At(k).CopyFrom(k.Live()) })
	return nil
}

// shadow returns k's copy in the shadow of a period: odd or even.
func shadow(k store.Rec, period uint64) *store.Version { return k.Version(1 + int(period&1)) }

// dirty is the flags of the shadow of a period: a bit of every record's head word
// which says that the shadow holds the record since the period began. The flag of
// the current shadow is protected by the record's lock, that of the closed one is
// the checkpointer's; as they share a word, they change atomically.
type dirty uint64

// dirtyIn is the flags of a period's shadow.
func dirtyIn(period uint64) dirty { return 1 << (period & 1) }

// has reports whether k's flag is set.
func (d dirty) has(k store.Rec) bool { return k.Head().Word.Load()&uint64(d) != 0 }

// add sets k's flag. Where it is set already it only reads.
func (d dirty) add(k store.Rec) {
	if !d.has(k) {
		k.Head().Word.Or(uint64(d))
	}
}

// remove clears k's flag. Where it is clear already it only reads.
func (d dirty) remove(k store.Rec) {
	if d.has(k) {
		k.Head().Word.And(^uint64(d))
	}
}

// Touch brings in the shadow that is most likely to be written.
func (p *pingpong) Touch(k store.Rec) { k.Touch(1 + int(p.env.Clock.Now()&1)) }

func (p *pingpong) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

func (p *pingpong) Read(_ *store.Txn, k store.Rec) *store.Version { return k.Live() }

// Write writes current[k] and AS[k], in this order, as v may be a part of the
// value in AS[k]. The first write of a field in a period finds an old record in
// the shadow, and brings the whole of it over first.
func (p *pingpong) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	current, dirty := shadow(k, tx.Start), dirtyIn(tx.Start)
	if off != store.Whole && !dirty.has(k) {
		current.CopyFrom(k.Live())
	}
	current.Apply(tx.Stamp(), off, v)
	dirty.add(k)
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
	if dirty := dirtyIn(period); dirty.has(k) {
		p.last.At(k).CopyFrom(shadow(k, period))
		sched.Point("pingpong.merge")
		dirty.remove(k)
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
