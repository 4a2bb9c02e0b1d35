// Package cou implements copy-on-update, the way to an image that Cao et al.
// (SIGMOD 2011) and Ren et al. (SIGMOD 2016) compare theirs with: whoever is
// the first to overwrite a record after the point of consistency copies it to
// the shadow, and the checkpointer takes the shadow where there is one, otherwise the
// live version.
//
// The point is a physical one: no transaction runs while the marks of what was
// copied are reset. A record's marks are the status and the round in its word
// (see package stable); a record is copied once in a checkpoint, and not at all
// when it has been captured. What lives in the shadow is the before-image, as it
// was at the point. (The published code of Li et al. keeps the new value.)
//
// New marks and copies single records. NewBlock has one mark for a block of
// records, and copies the whole block at its first update, as Cao et al. do with
// their blocks of words.
//
// # The paper's steps
//
// The text of Cao et al. was not at hand. The rules are those of the abstract of the
// VLDB 2009 study, of the description of H-Store (Faerber et al. §4.2) and of
// FrequentSnapshot's code.
//
//	the point, marks reset       Checkpoint
//	copy at the first overwrite  Write, stable.Preserve
//	capture: shadow, else live   stable.Take
//	blocks                       NewBlock, update
//
// # Where it differs
//
// Marks belong to a round and a new one begins, so the pause does not grow with n. The
// public code clears its bits one by one while no transaction runs.
//
// The shadow is a pool that grows with what is copied, in its length, and is given back
// after the checkpoint. It is not a second array that is always there.
//
// FrequentSnapshot marks all as copied at every checkpoint, so that nothing is. Both of
// its faults are mutants here, and are found.
//
// A field is written in place: the copy has been taken whole.
package cou

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/stable"
	"ckptbench/algorithms/store"
)

// The clock's word: what an update has to do, by when its transaction began.
const (
	rest     uint64 = iota // nothing
	capture                // copy what it is the first to overwrite
	complete               // see to it that nobody of capture copies what it overwrites (see blockCOU)
)

var phaseNames = [...]string{"rest", "capture", "complete"}

type cou struct {
	store.Plain
	env    *store.Env
	shadow *stable.Versions
	period uint64 // number of points of consistency so far; changes only when quiesced
}

// New returns copy-on-update of single records.
func New(env *store.Env) (store.Algorithm, error) {
	shadow, err := env.Stable()
	if err != nil {
		return nil, err
	}
	return &cou{env: env, shadow: shadow}, nil
}

func (c *cou) Begin(tx *store.Txn) error {
	tx.Seq = c.period
	return nil
}

func (c *cou) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (c *cou) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if tx.Start == capture {
		c.shadow.Preserve(tx.Worker(), r.Head())
	}
	sched.Point("cou.copied")
	r.Live().Apply(tx.Stamp(), off, v)
}

func (c *cou) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := c.env.Quiesce(ctx, func() error {
		at.Seq = c.period
		c.period++
		c.enter(capture) // of a new round, in which nothing is marked
		return nil
	})
	if err != nil {
		return at, err
	}
	return at, c.env.Scan(ctx, w, func(out *store.Out, r store.Rec) {
		c.shadow.Take(out.Stream, r.Head(), func(v *store.Version) { out.Put(r, v) })
	})
}

// Settle waits until no transaction is left that may still copy, and gives the
// shadow's memory back.
func (c *cou) Settle(ctx context.Context) error {
	if c.env.Clock.Now() == capture {
		c.enter(complete)
	}
	if c.env.Clock.Now() == complete {
		if err := c.env.Clock.AwaitPast(ctx, capture); err != nil {
			return err
		}
		c.enter(rest)
	}
	if err := c.env.Clock.AwaitPast(ctx, complete); err != nil {
		return err
	}
	return c.shadow.Next()
}

func (c *cou) enter(phase uint64) {
	c.env.Clock.Set(phase)
	c.env.Mark(phaseNames[phase])
}

func (c *cou) Close() error { return c.shadow.Free() }
