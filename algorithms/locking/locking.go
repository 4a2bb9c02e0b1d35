// Package locking implements the first idea that anybody has of a consistent
// image: a read-only transaction over the whole database, under the two-phase
// locking that every other transaction is under (slides on checkpoint algorithms,
// 2022, which call it too heavy).
//
// The scan does what the store's transactions do. It takes a shared lock on every
// record, in the order in which all transactions take theirs, so that it is in no
// deadlock; it waits for writers as they wait for each other; it reads when it has
// all its locks, writes what it reads to the image, and releases them at its end.
// Readers pass. A writer waits from the moment the scan has locked its record
// until the whole image is written.
//
// Locks on records keep no record from being inserted that was not there to be
// locked. What other systems have a table or a gap lock for is a wait here:
// once the scan has its locks, the first write of a transaction to such a record
// waits until the scan has ended.
//
// It is the one checkpointer that waits for transaction locks. So a long transaction
// delays it, and with it every writer that meets it.
//
// # The slides' steps
//
//	a read-only transaction over everything  Checkpoint
//	all locks before the first read          list, lockAll
//	all released at the end                  release
//	inserts meanwhile                        keepsOut, await
//
// # Where it differs
//
// A lock waits where the scan meets a writer, and a writer where it meets the scan; the
// slides say nothing of no-wait. With locks: nowait transactions abort and try again
// until the scan has ended, and the scan itself waits.
//
// It needs no versions and no copies. Its own memory is the list of its locks, 8 bytes
// a record while it lasts. The clock is never closed, so no pause is counted: a writer's
// wait is in the longest latency and in the throughput during checkpoints. It lasts
// until the image is on its way to the disk, the fsync left out.
package locking

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

type locking struct {
	store.Plain
	env *store.Env

	// The scan's locks. The checkpointer's alone.
	order  []uint64 // ordinals of all records, in lock order
	locked int      // the scan holds the locks of so many of them

	gap atomic.Pointer[gap] // nil while no scan has its locks
}

// A gap is what a scan has no locks on: records that came after them. It is not
// changed once it is made.
type gap struct {
	from   []uint64 // of each table, the first ordinal in it
	period uint64   // whose transactions may not write in it
}

// keepsOut reports whether tx must not write r. The record was inserted after the scan had
// taken its locks, so the scan holds no lock on it; tx belongs to the period of the image.
func (g *gap) keepsOut(tx *store.Txn, r store.Rec) bool {
	return g != nil && tx.Start == g.period && r.Ordinal() >= g.from[r.Table()]
}

// New returns the scan.
func New(env *store.Env) (store.Algorithm, error) {
	env.Clock.Set(env.First) // the clock's word is the number of the period
	return &locking{env: env}, nil
}

// Begin places the transaction in the period that it entered in. Where it writes,
// it has its locks, so the scan has not: it is before the scan or after it, not
// beside it.
func (l *locking) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

func (l *locking) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (l *locking) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if g := l.gap.Load(); g.keepsOut(tx, r) {
		l.await(tx, g)
	}
	r.Live().Apply(tx.Stamp(), off, v)
}

// await keeps a transaction waiting until the scan that left a gap has ended.
func (l *locking) await(tx *store.Txn, g *gap) {
	var b backoff.Backoff
	since := time.Now()
	for l.gap.Load() == g {
		b.Wait()
	}
	tx.Stalled(since)
}

// Checkpoint runs the scan. When it has all its locks, no transaction is in the
// middle of writing a record that it has locked: that is its point.
func (l *locking) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	period := l.env.Clock.Now()
	at := store.Point{Kind: "period", Seq: period}
	defer l.release()
	g := l.list(period + 1)
	if err := l.lockAll(ctx); err != nil {
		return at, err
	}
	sched.Point("locking.locked")
	l.gap.Store(g)
	l.env.Clock.Set(period + 1)
	// A transaction of the period before may still be inserting.
	if err := l.env.Clock.Await(ctx, func(p uint64) bool { return p > period }); err != nil {
		return at, err
	}
	l.env.Mark(store.MarkPoint)
	return at, l.env.Scan(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, r.Live()) })
}

// list puts the records that there are in lock order: by table and key. In a dense
// table that is the order of the slots. It returns the gap that their locks leave.
func (l *locking) list(period uint64) *gap {
	tables, g := l.env.Tables(), &gap{period: period}
	l.env.Used(func(from, to uint64) {
		first := len(l.order)
		for ordinal := from; ordinal < to; ordinal++ {
			l.order = append(l.order, ordinal)
		}
		if tables[len(g.from)].Hash {
			l.env.AwaitKeys(from, to)
			slices.SortFunc(l.order[first:], func(a, b uint64) int {
				return cmp.Compare(l.env.Rec(a).Key(), l.env.Rec(b).Key())
			})
		}
		g.from = append(g.from, to)
	})
	l.env.Meter.Add(int64(8 * cap(l.order)))
	return g
}

// lockAll takes every lock.
func (l *locking) lockAll(ctx context.Context) error {
	for _, ordinal := range l.order {
		sched.Point("locking.lock")
		if err := lock(ctx, &l.env.Rec(ordinal).Head().Lock); err != nil {
			return err
		}
		l.locked++
	}
	return nil
}

// patience is how often the scan sleeps for a lock, up to a millisecond each time,
// before it claims it, as workers do.
const patience = 16

// lock takes a lock shared, or gives up when ctx ends.
func lock(ctx context.Context, l *record.Lock) error {
	var b backoff.Backoff
	for slept := 0; ; b.Wait() {
		ok := false
		if slept > patience {
			_, ok = l.TryClaimed(true)
		} else {
			_, ok = l.TryRLock()
		}
		if ok {
			return nil
		}
		if err := ctx.Err(); err != nil {
			if slept > patience {
				l.Unclaim()
			}
			return err
		}
		if b.Slept() {
			if slept++; slept > patience {
				l.Claim()
			}
		}
	}
}

// release ends the scan.
func (l *locking) release() {
	l.gap.Store(nil)
	for _, ordinal := range l.order[:l.locked] {
		l.env.Rec(ordinal).Head().Lock.RUnlock()
	}
	l.env.Meter.Add(-int64(8 * cap(l.order)))
	l.order, l.locked = nil, 0
}
