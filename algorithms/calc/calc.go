// Package calc implements CALC (Ren et al., SIGMOD 2016): an image at a virtual
// point of consistency, one place in the commit log, without ever keeping a
// transaction waiting.
//
// A record has a live version and, between the point of consistency and the
// moment the checkpointer passes it, perhaps a stable one. A transaction that
// may belong after the point sets the live version aside before it first
// overwrites it. A transaction that began in PREPARE does not know yet, and
// finds out when its commit token lands in the log: in PREPARE it belongs to
// the image, and erases what it set aside; in RESOLVE it does not, and leaves
// it for the checkpointer.
//
// The token is appended before any lock is released; NewLate breaks that rule,
// on purpose.
//
// With partial images (pCALC, §2.3) there are two vectors of dirty records. The
// same rule says which one a transaction marks when it commits: the upcoming
// image's where it belongs before the point, and otherwise the next one's.
//
// # The paper's steps
//
//	§2.2  commit log, tokens of commits and phases   commitLog, turn
//	§2.2  REST, PREPARE, RESOLVE, CAPTURE, COMPLETE  rest, prepare, resolve, capture, complete
//	§2, figure 1  ApplyWrite                         Write
//	§2, figure 1  Execute: token and status          Commit
//	§2, figure 1  RunCheckpointer                    Checkpoint, Settle
//	§2, figure 1  the capture of one record          stable.Take
//	§2, figure 1  stable, stable_status              stable.Versions
//	§2.3  two dirty vectors                          mark, store.Dirty
//	§2.3.1  collapsing partial images                store.Collapse
//
// # Where it differs
//
// A transaction starts when it has all its locks, where the paper says when it
// arrives. One that waits for a lock is then in no phase and holds no change of phase
// up. The paper's argument needs the start to come before the first write, and it does.
//
// The status bit is the number of a checkpoint (package stable): one store resets all
// records, as the paper's swap of the bit's meaning does, but without a scan that has
// passed every record, and no leftover is taken for a stable version. All stable
// versions are erased at once when the round ends, where each writer erases what it
// finds. The capture of a record takes a latch for one copy; the paper's is without
// one, which Go's memory model calls a data race.
//
// Nothing reads a token again, so New keeps what is read of the commit log in one
// word. NewMutex keeps the last 65,536 tokens in a list.
//
// COMPLETE lasts until the image is durable, so that waiting for the last transactions
// of CAPTURE does not delay it.
//
// The paper names two more bit vectors for inserts and deletes and gives no rule. Here
// a record always has a slot, and absent is a version like any other.
package calc

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/stable"
	"ckptbench/algorithms/store"
)

// The phases of the paper's section 2.2, in order.
const (
	rest uint64 = iota
	prepare
	resolve
	capture
	complete
)

// The clock's word is a phase, and above it the period: in which image's turn
// what commits is dirty (the paper's active vector).
const (
	phaseBits = 3
	phaseMask = 1<<phaseBits - 1
)

var phaseNames = [...]string{"rest", "prepare", "resolve", "capture", "complete"}

type calc struct {
	store.Plain
	env    *store.Env
	log    commitLog
	stable *stable.Versions // the paper's stable versions and stable_status
	period uint64           // points of consistency so far; the checkpointer's, workers have it from the clock
}

// New returns CALC with the commit log in one word.
func New(env *store.Env) (store.Algorithm, error) { return build(env, newWordLog(env.First)) }

// NewMutex returns CALC with the commit log as a list under a mutex.
func NewMutex(env *store.Env) (store.Algorithm, error) { return build(env, newListLog(env)) }

func build(env *store.Env, log commitLog) (*calc, error) {
	s, err := env.Stable()
	if err != nil {
		return nil, err
	}
	return &calc{env: env, log: log, stable: s}, nil
}

func (c *calc) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

// Write is the paper's ApplyWrite (figure 1). In PREPARE it keeps the value from before
// the transaction's first write of the record, as the text of §2 has it. Figure 1 has
// no such test: a second write of the record would overwrite the before-image with the
// first one's value.
func (c *calc) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	switch tx.Start & phaseMask {
	case prepare:
		c.stable.Save(tx.Worker(), r.Head())
	case resolve, capture:
		c.stable.Preserve(tx.Worker(), r.Head())
	}
	sched.Point("calc.saved")
	r.Live().Apply(tx.Stamp(), off, v)
}

// Commit is the end of the paper's Execute. It appends the commit token, which is the
// transaction's place in the order, while all locks are held (but for NewLate's).
//
// A record that was declared and not written has nothing set aside. It does not become
// available in RESOLVE (stable.Settle): it would be lost to the next writer.
func (c *calc) Commit(tx *store.Txn) {
	seq, phase := c.log.append(tx.ID())
	tx.Seq = seq
	sched.Point("calc.token")
	if c.env.Dirty != nil {
		c.mark(tx, phase)
	}
	if tx.Start&phaseMask != prepare {
		return
	}
	for i := range tx.Len() {
		switch {
		case tx.Access(i).Mode != store.Exclusive:
		case phase == prepare: // before the point: the image has the new value
			c.stable.Drop(tx.Worker(), tx.Rec(i).Head())
		default: // after it: the image has the old one
			c.stable.Settle(tx.Rec(i).Head())
		}
	}
}

// mark notes what the transaction may have written in the vector of the image
// it belongs to. All its locks are held: a worker that writes a record after it finds the
// mark made. One of PREPARE that commits in COMPLETE does so because the
// checkpoint was given up: there was no point yet, or its marks are to be those
// of the next image anyway, so they are the upcoming image's.
func (c *calc) mark(tx *store.Txn, phase uint64) {
	period := tx.Start >> phaseBits
	if tx.Start&phaseMask == prepare && phase == resolve {
		period++
	}
	for i := range tx.Len() {
		if tx.Access(i).Mode == store.Exclusive {
			c.env.Dirty.Mark(period, tx.Rec(i))
		}
	}
}

// Checkpoint is one turn of the paper's RunCheckpointer (figure 1), as far as COMPLETE.
func (c *calc) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "commit"}
	defer c.turn(complete)
	c.turn(prepare)
	if err := c.await(ctx, prepare); err != nil {
		return at, err
	}
	c.env.Dirty.Close(c.period)
	c.period++
	at.Seq = c.turn(resolve) // the virtual point of consistency
	c.env.Mark(store.MarkPoint)
	if err := c.await(ctx, resolve); err != nil {
		return at, err
	}
	c.turn(capture)
	return at, c.env.ScanDirty(ctx, w, func(out *store.Out, r store.Rec) {
		c.stable.Take(out.Stream, r.Head(), func(v *store.Version) { out.Put(r, v) })
	})
}

// Settle goes from COMPLETE to REST, when every transaction that began before
// COMPLETE has ended, and swaps the meaning of the status.
func (c *calc) Settle(ctx context.Context) error {
	if err := c.await(ctx, complete); err != nil {
		return err
	}
	if err := c.stable.Next(); err != nil {
		return err
	}
	c.turn(rest)
	return nil
}

// turn enters a phase: first in the log, where it decides what commits in it,
// then for the transactions that begin. It returns the last place of the phase
// before.
func (c *calc) turn(phase uint64) (seq uint64) {
	seq = c.log.turn(phase)
	sched.Point("calc.turn")
	c.env.Clock.Set(c.period<<phaseBits | phase)
	c.env.Mark(phaseNames[phase])
	return seq
}

// await waits until every running transaction began in phase.
func (c *calc) await(ctx context.Context, phase uint64) error {
	return c.env.Clock.Await(ctx, func(p uint64) bool { return p&phaseMask == phase })
}

func (c *calc) Close() error { return c.stable.Free() }
