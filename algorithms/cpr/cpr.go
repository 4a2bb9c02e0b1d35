// Package cpr implements concurrent prefix recovery (Prasaad et al., SIGMOD
// 2019) for a transactional in-memory database: every worker has a point of its
// own in the sequence of its transactions, and the image holds, of every
// worker, what it committed before that point.
//
// The phases are REST, PREPARE, IN-PROGRESS and WAIT-FLUSH, and with them goes a
// version v. A worker takes both when it begins a transaction, before any lock
// (the paper's thread-local copy, refreshed at every transaction). Between
// PREPARE and IN-PROGRESS lies its point: transactions before it are of version
// v and belong to the image, those after it are of v+1. A transaction of version
// v that meets a record of v+1 aborts and begins anew, by then in IN-PROGRESS.
//
// A record becomes one of v+1 when a transaction of v+1 reads or writes it. That
// reading counts is what keeps anti-dependencies from breaking the prefix: else
// a transaction of v could overwrite what one of v+1 had read before.
//
// NewVerified is the form without aborts; see verify.go.
//
// With partial images (pcpr) a write belongs to the version of its transaction, and the
// dirty vectors are pCALC's. CPR's own incremental form keeps sets of keys per thread;
// no text of it was at hand.
//
// # The paper's steps
//
// The paper's text was not at hand. The steps follow FASTER's documentation, Garnet's
// code and shirakami's, so they have names and no section numbers.
//
//	phase and version in one word, global and per thread  word, Begin
//	REST, PREPARE, IN-PROGRESS, WAIT-FLUSH                rest, prepare, inProgress, waitFlush
//	PREPARE: abort at a record of v+1                     Begin
//	IN-PROGRESS: records become those of v+1              Begin, Write, stable.Stamp
//	PrepareToInProg, InProgToWaitFlush                    Checkpoint, turn
//	WAIT-FLUSH: capture of version v                      Checkpoint, stable.Take
//	back to REST with version v+1                         Settle
//
// # Where it differs
//
// A worker takes phase and version at every transaction and not every 256 operations.
// The checkpointer changes the phase when no worker is left in the older one; in
// FASTER whichever thread sees that does.
//
// A record's version is 32 bits. (One public system has 13, and its images go wrong
// after 8,191 checkpoints.)
//
// CPR's abort is counted apart, as "cpr shift". The worker begins anew at once. A worker
// that waits long for a lock (locks: ordered) steps out of the clock meanwhile; the
// paper's NO-WAIT is locks: nowait.
package cpr

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/stable"
	"ckptbench/algorithms/store"
)

// The paper's phases.
const (
	rest uint64 = iota
	prepare
	inProgress
	waitFlush
	phases
)

var phaseNames = [...]string{"rest", "prepare", "in-progress", "wait-flush"}

type cpr struct {
	store.Plain
	env      *store.Env
	verified bool
	version  uint64           // v; the checkpointer's, workers have it from the clock
	stable   *stable.Versions // its round stands for v+1
}

// New returns CPR.
func New(env *store.Env) (store.Algorithm, error) { return build(env, false) }

// NewVerified returns CPR that moves a transaction to the next version where
// CPR may abort it.
func NewVerified(env *store.Env) (store.Algorithm, error) { return build(env, true) }

// build returns CPR, in the form with aborts or the one that verifies.
func build(env *store.Env, verified bool) (store.Algorithm, error) {
	s, err := env.Stable()
	if err != nil {
		return nil, err
	}
	c := &cpr{env: env, verified: verified, version: env.First, stable: s}
	c.env.Clock.Set(c.word(rest))
	return c, nil
}

// word packs a phase and the version for the clock.
func (c *cpr) word(phase uint64) uint64 { return c.version*phases + phase }

func (c *cpr) Begin(tx *store.Txn) error {
	if c.verified {
		c.verify(tx)
		return nil
	}
	tx.Seq = tx.Start / phases
	sched.Point("cpr.begin")
	switch tx.Start % phases {
	case prepare:
		for i := range tx.Len() {
			if c.stable.Stamped(tx.Rec(i).Head()) {
				return store.ErrShift
			}
		}
	case inProgress:
		tx.Seq++
		for i := range tx.Len() {
			c.stable.Stamp(tx.Rec(i).Head())
		}
	case waitFlush: // nobody of version v is left who could meet the record
		tx.Seq++
	}
	return nil
}

func (c *cpr) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (c *cpr) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if phase := tx.Start % phases; phase >= inProgress {
		c.stable.Preserve(tx.Worker(), r.Head())
	}
	c.env.Dirty.Mark(tx.Seq, r)
	sched.Point("cpr.saved")
	r.Live().Apply(tx.Stamp(), off, v)
}

func (c *cpr) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "version", Seq: c.version}
	if err := c.prepare(ctx); err != nil {
		return at, err
	}
	c.env.Dirty.Close(c.version)
	if err := c.turn(ctx, inProgress); err != nil { // the last worker's point
		return at, err
	}
	c.env.Mark(store.MarkPoint)
	c.enter(waitFlush)
	return at, c.env.ScanDirty(ctx, w, func(out *store.Out, r store.Rec) {
		c.stable.Take(out.Stream, r.Head(), func(v *store.Version) { out.Put(r, v) })
	})
}

// prepare has every worker look out for records of v+1 before there are any.
// Verified transactions need not: they meet none.
func (c *cpr) prepare(ctx context.Context) error {
	if c.verified {
		return nil
	}
	return c.turn(ctx, prepare)
}

// turn enters a phase and waits until no worker is in an older one.
func (c *cpr) turn(ctx context.Context, phase uint64) error {
	c.enter(phase)
	sched.Point("cpr.turn")
	return c.await(ctx)
}

// enter begins a phase: transactions that enter the clock from now on are in it.
func (c *cpr) enter(phase uint64) {
	c.env.Clock.Set(c.word(phase))
	c.env.Mark(phaseNames[phase])
}

// await returns when every transaction in progress has entered the current phase.
func (c *cpr) await(ctx context.Context) error {
	now := c.env.Clock.Now()
	return c.env.Clock.Await(ctx, func(p uint64) bool { return p == now })
}

// Settle goes back to REST: of the same version where the checkpoint ended in
// PREPARE, otherwise of the next, when nobody is left who sets versions aside.
func (c *cpr) Settle(ctx context.Context) error {
	switch c.env.Clock.Now() % phases {
	case prepare:
		c.enter(rest)
		return nil
	case inProgress: // cancelled there: let every worker have its point first
		if err := c.await(ctx); err != nil {
			return err
		}
		fallthrough
	case waitFlush:
		c.version++
		c.enter(rest)
	}
	if err := c.await(ctx); err != nil {
		return err
	}
	return c.stable.Next()
}

func (c *cpr) Close() error { return c.stable.Free() }
