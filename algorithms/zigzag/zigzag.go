// Package zigzag implements Zig-Zag (Cao et al., SIGMOD 2011): two copies of
// every record, and two bits that say which of them is read and which is
// written, so that the checkpointer always has one that nobody writes.
//
// The names are the paper's. AS holds the copies, MR[k] says which one a
// transaction reads and MW[k] which one it writes. At a physical point of
// consistency MW becomes the opposite of MR; from then on, until the next, the
// copy AS[¬MW[k]][k] is not written, and that is the image.
//
// With partial images (pZigZag; Ren et al., SIGMOD 2016, §4.1.4) a dirty vector
// says which records the closed period wrote. The bits are turned for all records
// all the same.
package zigzag

import (
	"context"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

type zigzag struct {
	store.Plain
	env    *store.Env
	as1    *store.Versions // AS[1]; AS[0] is the live version
	mr     *bits.Flags     // MR[k]; protected by k's lock
	mw     *bits.Flags     // MW[k]; changes only when quiesced
	period uint64          // number of points of consistency so far; changes only when quiesced
}

// New returns Zig-Zag.
func New(env *store.Env) (store.Algorithm, error) {
	as1, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	z := &zigzag{env: env, as1: as1, mr: bits.NewFlags(env.Slots), mw: bits.NewFlags(env.Slots)}
	z.mw.Not(z.mr) // MR = 0, MW = 1
	env.Meter.Add(z.mr.Bytes() + z.mw.Bytes())
	return z, nil
}

// as returns AS[i][k].
func (z *zigzag) as(i int, k store.Rec) *store.Version {
	if i == 0 {
		return k.Live()
	}
	return z.as1.At(k)
}

// Touch brings in what is not in the record's slot.
func (z *zigzag) Touch(k store.Rec) {
	z.mr.Touch(k.Ordinal())
	z.mw.Touch(k.Ordinal())
	z.as1.Touch(k)
}

func (z *zigzag) Begin(tx *store.Txn) error {
	tx.Seq = z.period
	return nil
}

func (z *zigzag) Read(_ *store.Txn, k store.Rec) *store.Version {
	return z.as(z.mr.Get(k.Ordinal()), k)
}

// Write writes AS[MW[k]][k]. Where that copy is not the current one, it is
// older than the other by a period, so a write of a field brings the rest of
// the record over first.
func (z *zigzag) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	z.env.Dirty.Mark(tx.Seq, k)
	r, w := z.mr.Get(k.Ordinal()), z.mw.Get(k.Ordinal())
	if r != w {
		if off != store.Whole {
			z.as(w, k).CopyFrom(z.as(r, k))
		}
		sched.Point("zigzag.write")
		z.mr.Put(k.Ordinal(), w)
	}
	z.as(w, k).Apply(tx.Stamp(), off, v)
}

func (z *zigzag) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := z.env.Quiesce(ctx, func() error {
		at.Seq = z.period
		z.env.Dirty.Close(z.period)
		z.period++
		z.mw.Not(z.mr)
		return nil
	})
	if err != nil {
		return at, err
	}
	return at, z.env.ScanDirty(ctx, w, func(out *store.Out, k store.Rec) {
		out.Put(k, z.as(1-z.mw.Get(k.Ordinal()), k))
	})
}
