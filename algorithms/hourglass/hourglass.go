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
//
// Both arrays' versions of a record lie in its slot, and MR[k], ba[0][k] and
// ba[1][k] are bits of its head word, beside the lock, as in the other algorithms.
// The checkpointer takes a mark of the closed period out while a transaction may
// put one of the current period in, so both change the word atomically. prev is
// memory of its own: it is the checkpointer's alone.
//
// # The paper's steps
//
// The paper's text was not at hand. The structure is that of its abstract and of the
// public code (FrequentSnapshot). That code never reads, so the read rule (MR) is
// inferred.
//
//	AS0, AS1          as
//	MR                mr, note
//	ba0, ba1          ba, note
//	upd, its turn     upd, Checkpoint
//	write AS[upd][k]  Write
//	prev, the dump    update, Checkpoint
//
// # Where it differs
//
// upd is the low bit of the period, which is the clock's word. The turn is one store, and
// a transaction has its upd from the word it entered under.
//
// Memory is 2 copies beside the live one. The paper's 2 counts the two arrays; its prev
// may be on disk.
//
// The next turn gives the closed array to the writers, so it must have been merged by
// then: a checkpoint that failed is finished in Settle.
package hourglass

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// Versions is how many versions lie side by side: AS0, the live one, and AS1.
const Versions = 2

type hourglass struct {
	store.Plain
	env    *store.Env
	prev   *store.Versions // the previous image; the checkpointer's alone
	behind bool            // the closed period is not wholly in prev; the checkpointer's alone
}

// New returns Hourglass.
func New(env *store.Env) (store.Algorithm, error) {
	prev, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	env.Clock.Set(env.First) // the clock's word is the number of the period
	return &hourglass{env: env, prev: prev}, nil
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
func as(i int, k store.Rec) *store.Version { return k.Version(i) }

// The bits of a record's head word. MR[k] changes under k's lock. ba[i][k] says
// that k was written in the last period in which upd was i; it is protected by k's
// lock while upd is i, and is the checkpointer's then.
const mrBit uint64 = 1

// ba returns the bit of ba[i][k].
func ba(i int) uint64 { return 2 << i }

// Touch brings in AS1.
func (h *hourglass) Touch(k store.Rec) { k.Touch(1) }

func (h *hourglass) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

// mr returns MR[k].
func mr(k store.Rec) int { return int(k.Head().Word.Load() & mrBit) }

func (h *hourglass) Read(_ *store.Txn, k store.Rec) *store.Version { return as(mr(k), k) }

// Write writes AS[upd][k]. Where the latest version is in the other array, this
// one is older, so a write of a field brings the rest of the record over first.
func (h *hourglass) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	u := upd(tx.Start)
	if latest := mr(k); latest != u && off != store.Whole {
		as(u, k).CopyFrom(as(latest, k))
	}
	as(u, k).Apply(tx.Stamp(), off, v)
	sched.Point("hourglass.write")
	note(k, u)
}

// note sets ba[u][k], and MR[k] to u.
func note(k store.Rec, u int) {
	w := &k.Head().Word
	for {
		old := w.Load()
		now := old&^mrBit | uint64(u) | ba(u)
		sched.Point("hourglass.note")
		if now == old || w.CompareAndSwap(old, now) {
			return
		}
	}
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
	if w := &k.Head().Word; w.Load()&ba(d) != 0 {
		h.prev.At(k).CopyFrom(as(d, k))
		sched.Point("hourglass.update")
		w.And(^ba(d))
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
