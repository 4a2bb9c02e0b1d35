// Package zigzag implements Zig-Zag (Cao et al., SIGMOD 2011): two copies of
// every record, and two bits that say which of them is read and which is
// written, so that the checkpointer always has one that nobody writes.
//
// The names are the paper's. AS holds the copies, MR[k] says which one a
// transaction reads and MW[k] which one it writes. At a physical point of
// consistency MW becomes the opposite of MR; from then on, until the next, the
// copy AS[¬MW[k]][k] is not written, and that is the image.
//
// # Where things are
//
// Both copies lie in the record's slot, and what a transaction asks of MR and MW
// is in the record's head word, beside the lock that it has just taken, where the
// other algorithms have theirs. Separate arrays would cost a cache miss per bit
// and record, and that is the cost of a layout, not of Zig-Zag. The word holds
// MR[k] and the period in which it was last turned: in that period MW[k] = MR[k],
// and in any later one MW[k] = ¬MR[k].
//
// The checkpointer goes by bit vectors, as in the paper. A worker that turns MR[k] in the
// word turns it in the vector, too, once a period; and the turn of MW, while
// nobody runs, is a pass over the n bits of the vectors. A pass over the head
// words would be as much O(n), but of one cache line per record and not per 512
// of them: a pause that the paper's algorithm does not have.
//
// With partial images (pZigZag; Ren et al., SIGMOD 2016, §4.1.4) a dirty vector
// says which records the closed period wrote. The bits are turned for all records
// all the same.
//
// # The paper's steps
//
// The text of Cao et al. was not at hand. The rules are those of CALC §4.1.4 and Calvin
// (Thomson et al., SIGMOD 2012) §5.
//
//	CALC §4.1.4  AS[0], AS[1]                     as
//	CALC §4.1.4  MR                               word, turn
//	CALC §4.1.4  read AS[MR[k]][k]                Read
//	CALC §4.1.4  write AS[MW[k]][k], MR[k]=MW[k]  Write, turn
//	CALC §4.1.4  MW = not MR at the point         Checkpoint
//	CALC §4.1.4  dump AS[not MW[k]][k]            Checkpoint
//
// # Where it differs
//
// A write of a field first copies the rest of the record from the copy that is read. The
// paper's elements are words and have no fields.
//
// The pass over n bits is 64 at a time, and over the records that there are (Env.Used),
// whatever room a table has for inserts.
package zigzag

import (
	"context"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// Versions is how many copies lie side by side: AS[0], the live version, and AS[1].
const Versions = 2

type zigzag struct {
	store.Plain
	env    *store.Env
	mr     *bits.Set // MR; bit k is protected by k's lock
	notMW  *bits.Set // ¬MW, so that empty is the paper's beginning, MW = 1; changes only when quiesced
	period uint64    // number of the period; changes only when quiesced
}

// New returns Zig-Zag.
func New(env *store.Env) (store.Algorithm, error) {
	z := &zigzag{env: env, mr: bits.NewSet(env.Slots), notMW: bits.NewSet(env.Slots), period: 1}
	env.CountBits(2)
	return z, nil
}

// as returns AS[i][k].
func as(i int, k store.Rec) *store.Version { return k.Version(i) }

// word is what k's head word says of MR[k], and in which period that was turned.
func word(k store.Rec) (mr int, turned uint64) {
	w := k.Head().Word.Load()
	return int(w & 1), w >> 1
}

// Touch brings in AS[1].
func (z *zigzag) Touch(k store.Rec) { k.Touch(1) }

func (z *zigzag) Begin(tx *store.Txn) error {
	tx.Seq = z.period
	return nil
}

func (z *zigzag) Read(_ *store.Txn, k store.Rec) *store.Version {
	mr, _ := word(k)
	return as(mr, k)
}

// Write writes AS[MW[k]][k]. Where that copy is not the current one, it is
// older than the other by a period, so a write of a field brings the rest of
// the record over first.
func (z *zigzag) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	z.env.Dirty.Mark(tx.Seq, k)
	mr, turned := word(k)
	mw := mr
	if turned != tx.Seq {
		mw = 1 - mr
		if off != store.Whole {
			as(mw, k).CopyFrom(as(mr, k))
		}
		sched.Point("zigzag.write")
		z.turn(k, mw, tx.Seq)
	}
	as(mw, k).Apply(tx.Stamp(), off, v)
}

// turn makes MR[k] what MW[k] is.
func (z *zigzag) turn(k store.Rec, mw int, period uint64) {
	k.Head().Word.Store(period<<1 | uint64(mw))
	z.mr.Put(k.Ordinal(), mw == 1)
}

func (z *zigzag) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := z.env.Quiesce(ctx, func() error {
		at.Seq = z.period
		z.env.Dirty.Close(z.period)
		z.period++
		z.env.Used(func(from, to uint64) { z.notMW.CopyFrom(z.mr, from, to) }) // MW = ¬MR
		return nil
	})
	if err != nil {
		return at, err
	}
	return at, z.env.ScanDirty(ctx, w, func(out *store.Out, k store.Rec) {
		out.Put(k, as(z.notMW.Get(k.Ordinal()), k))
	})
}
