// Package lineairdb implements the checkpoint of LineairDB: CPR's idea on a
// global epoch, with no phase of preparation and no abort. The cut is the end
// of an epoch.
//
// A transaction takes its epoch when it has all its locks, as Silo does (Tu et
// al., SOSP 2013, §4.4); so whoever follows it on a record is in the same epoch
// or a later one, and the end of an epoch is consistent. A transaction of a
// later epoch than the cut sets the live version aside before it first
// overwrites it, whether or not the capture has begun.
//
// NewEarly is LineairDB as its code stood in June 2026: it decides whether a
// transaction sets versions aside before the locks are taken, while the epoch
// the transaction commits in is the one after. Its images are wrong; it is kept
// to show that the oracle sees it.
//
// # The steps
//
// LineairDB has no paper of this; the steps are those of its code of June 2026 and its
// comments. The rule is Silo's §4.4.
//
//	global epoch, 40 ms           advance, EpochLength
//	Silo §4.4  epoch under locks  Begin
//	IN_PROGRESS: choose the cut   Checkpoint
//	save before overwriting       Write, stable.Preserve
//	Sync: the epoch is over       await
//	WAIT_FLUSH: capture           Checkpoint, stable.Take
//	REST                          Settle
//
// # Where it differs
//
// Three things of that code are not taken over: the image is acknowledged one epoch too
// late, an empty buffer reads as "nothing saved", and no file is synced.
//
// There is no partial form. The cut is chosen ahead of an epoch and withdrawn in Settle,
// so period and cut would have to be one word; nothing published describes it.
package lineairdb

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/stable"
	"ckptbench/algorithms/store"
)

// EpochLength is LineairDB's default.
const EpochLength = 40 * time.Millisecond

// never is later than any epoch.
const never = math.MaxUint64

// lineairdb is the algorithm: the clock's word is the global epoch.
type lineairdb struct {
	store.Plain
	env    *store.Env
	early  bool // the decision is taken before the locks, as it was once; wrong on purpose
	stable *stable.Versions
	cut    atomic.Uint64      // transactions of later epochs set versions aside; never where no checkpoint is wanted
	mu     sync.Mutex         // held to advance the epoch, and to choose a cut
	stop   context.CancelFunc // ends the epoch thread
	done   chan struct{}      // closed when the epoch thread has ended
}

// New returns the algorithm with the decision where it belongs.
func New(env *store.Env) (store.Algorithm, error) { return build(env, false) }

// NewEarly returns the algorithm with the decision before the locks. Its images
// are wrong.
func NewEarly(env *store.Env) (store.Algorithm, error) { return build(env, true) }

// build starts the epoch thread. Close ends it.
func build(env *store.Env, early bool) (store.Algorithm, error) {
	s, err := env.Stable()
	if err != nil {
		return nil, err
	}
	l := &lineairdb{env: env, early: early, stable: s, done: make(chan struct{})}
	l.cut.Store(never)
	env.Clock.Set(max(env.First, 1)) // the clock's word is the global epoch
	var ctx context.Context
	ctx, l.stop = context.WithCancel(context.Background())
	go l.advance(ctx)
	return l, nil
}

// advance is the epoch thread: it moves the epoch on when no transaction is
// more than one behind.
func (l *lineairdb) advance(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(EpochLength)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		e := l.env.Clock.Now()
		if l.env.Clock.Await(ctx, func(p uint64) bool { return p >= e }) != nil {
			return
		}
		sched.Point("lineairdb.advance")
		l.mu.Lock()
		l.env.Clock.Set(e + 1)
		l.mu.Unlock()
	}
}

func (l *lineairdb) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	if l.early { // Start was taken before the locks
		tx.Seq = l.env.Clock.Now()
	}
	return nil
}

func (l *lineairdb) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (l *lineairdb) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if tx.Start > l.cut.Load() {
		sched.Point("lineairdb.preserve")
		l.stable.Preserve(tx.Worker(), r.Head())
	}
	r.Live().Apply(tx.Stamp(), off, v)
}

func (l *lineairdb) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	l.mu.Lock()
	cut := l.env.Clock.Now() + 1
	sched.Point("lineairdb.cut")
	l.cut.Store(cut) // before the epoch after it can begin
	l.mu.Unlock()
	l.env.Mark("in-progress")
	at := store.Point{Kind: "epoch", Seq: cut}
	if err := l.await(ctx, cut); err != nil {
		return at, err
	}
	l.env.Mark(store.MarkPoint)
	l.env.Mark("wait-flush")
	return at, l.env.Scan(ctx, w, func(out *store.Out, r store.Rec) {
		l.stable.Take(out.Stream, r.Head(), func(v *store.Version) { out.Put(r, v) })
	})
}

// await waits until epoch e is over and no transaction of it runs. A long
// transaction holds the epoch, and so the start of the capture, but no other
// transaction.
func (l *lineairdb) await(ctx context.Context, e uint64) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for l.env.Clock.Now() <= e {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return l.env.Clock.Await(ctx, func(p uint64) bool { return p > e })
}

// Settle waits until no transaction is left that may still set versions aside.
func (l *lineairdb) Settle(ctx context.Context) error {
	l.cut.Store(never)
	sched.Point("lineairdb.settle")
	if err := l.await(ctx, l.env.Clock.Now()); err != nil {
		return err
	}
	return l.stable.Next()
}

func (l *lineairdb) Close() error {
	l.stop()
	<-l.done
	return l.stable.Free()
}
