// Package hourglass implements Hourglass (Li et al., ICDE 2018): the two arrays
// of Zig-Zag, switched as Ping-Pong switches its shadows, by a pointer.
//
// The names are the paper's. AS0 and AS1 hold two versions of every record and
// MR[k] says which one is the latest. Transactions write AS[upd], and note in
// the bit array ba[upd] that they did. At a physical point of consistency upd
// turns, and that is all; the array that was written until then has what the
// closed period changed, and nobody writes it until the next point.
//
// What was not written in the closed period may be in either array, and in the
// one that is written now it may be overwritten at any moment. So an image of
// every record needs prev, the image before, kept in memory: the dump brings
// the records marked in the closed period's bit array over into prev, and
// writes prev. The copying is incremental; the image that is written is full.
package hourglass

import (
	"context"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

type hourglass struct {
	store.Plain
	env    *store.Env
	as1    *store.Versions // AS1; AS0 is the live version
	mr     *bits.Flags     // MR[k]; protected by k's lock
	ba     [2]*bits.Flags  // ba[i][k]: k was written in the last period in which upd was i; protected by k's lock while upd is i, then the checkpointer's
	prev   *store.Versions // the previous image; the checkpointer's alone
	behind bool            // the closed period is not wholly in prev; the checkpointer's alone
}

// New returns Hourglass.
func New(env *store.Env) (store.Algorithm, error) {
	as1, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	prev, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	h := &hourglass{env: env, as1: as1, prev: prev}
	for _, f := range []**bits.Flags{&h.mr, &h.ba[0], &h.ba[1]} {
		*f = bits.NewFlags(env.Slots)
		env.Meter.Add((*f).Bytes())
	}
	env.Clock.Set(env.First) // the clock's word is the number of the period
	return h, nil
}

// Loaded takes the loaded records for the previous image: before the first
// point nothing else says what the records are that the first period leaves
// alone.
func (h *hourglass) Loaded() error {
	h.env.Records(func(k store.Rec) { h.prev.At(k).CopyFrom(k.Live()) })
	return nil
}

// upd returns the paper's upd in a period.
func upd(period uint64) int { return int(period & 1) }

// as returns AS[i][k].
func (h *hourglass) as(i int, k store.Rec) *store.Version {
	if i == 0 {
		return k.Live()
	}
	return h.as1.At(k)
}

// Touch brings in what is not in the record's slot.
func (h *hourglass) Touch(k store.Rec) {
	h.mr.Touch(k.Ordinal())
	h.ba[upd(h.env.Clock.Now())].Touch(k.Ordinal())
	h.as1.Touch(k)
}

func (h *hourglass) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

func (h *hourglass) Read(_ *store.Txn, k store.Rec) *store.Version {
	return h.as(h.mr.Get(k.Ordinal()), k)
}

// Write writes AS[upd][k]. Where the latest version is in the other array, this
// one is older, so a write of a field brings the rest of the record over first.
func (h *hourglass) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	u, mr := upd(tx.Start), h.mr.Get(k.Ordinal())
	if mr != u && off != store.Whole {
		h.as(u, k).CopyFrom(h.as(mr, k))
	}
	h.as(u, k).Apply(tx.Stamp(), off, v)
	sched.Point("hourglass.write")
	h.ba[u].Put(k.Ordinal(), 1)
	h.mr.Put(k.Ordinal(), u)
}

func (h *hourglass) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	period := h.env.Clock.Now()
	at := store.Point{Kind: "period", Seq: period}
	err := h.env.Quiesce(ctx, func() error {
		h.env.Clock.Set(period + 1) // upd turns
		h.behind = true
		return nil
	})
	if err != nil {
		return at, err
	}
	err = h.env.Scan(ctx, w, func(out *store.Out, k store.Rec) {
		h.update(k, upd(period))
		out.Put(k, h.prev.At(k))
	})
	h.behind = err != nil
	return at, err
}

// update brings k's previous image up to the end of the closed period, in which
// upd was d.
func (h *hourglass) update(k store.Rec, d int) {
	if ba := h.ba[d]; ba.Get(k.Ordinal()) != 0 {
		h.prev.At(k).CopyFrom(h.as(d, k))
		sched.Point("hourglass.update")
		ba.Put(k.Ordinal(), 0)
	}
}

// Settle finishes what a checkpoint that failed left of its closed period: the
// next point hands that period's array to the writers.
func (h *hourglass) Settle(context.Context) error {
	if h.behind {
		d := upd(h.env.Clock.Now() - 1)
		h.env.Records(func(k store.Rec) { h.update(k, d) })
		h.behind = false
	}
	return nil
}
