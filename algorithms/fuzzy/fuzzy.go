// Package fuzzy implements the fuzzy checkpoint: an image that mixes versions,
// and a log that repairs it.
//
// It is the full form that CALC compares with (Ren et al., SIGMOD 2016, §4.1.2):
// a dirty table says which records were written since the last checkpoint; a
// checkpoint stops updates, commits and aborts while it writes the table and
// the list of active transactions to the log, and then brings an extra copy of
// the database up to date, record by record, beside the transactions. That copy
// is the image.
//
// A record is copied only while no transaction holds it exclusively, so the
// image holds committed values only and needs no undo. Some of them are older
// than others: recovery replays the log from where the table was written, and
// applies a change where it is newer than what the image has. Up to the place
// where the copying ended, that gives the state exactly as it was there.
package fuzzy

import (
	"context"
	"math/bits"
	"sync/atomic"

	"ckptbench/algorithms/internal/backoff"
	flags "ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

type fuzzy struct {
	store.Plain
	env   *store.Env
	table [2]*flags.Set   // the dirty table, current and previous
	cur   atomic.Uint32   // which one writers mark
	copy  *store.Versions // the extra copy; the checkpointer's alone
}

// New returns the fuzzy checkpoint. It needs a log.
func New(env *store.Env) (store.Algorithm, error) {
	copy, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	f := &fuzzy{env: env, copy: copy}
	for i := range f.table {
		f.table[i] = flags.NewSet(env.Slots)
		env.Meter.Add(f.table[i].Bytes())
	}
	return f, nil
}

// Loaded takes the loaded records into the extra copy.
func (f *fuzzy) Loaded() error {
	f.env.Records(func(r store.Rec) { f.copy.At(r).CopyFrom(r.Live()) })
	return nil
}

// Touch brings in the record's place in the dirty table.
func (f *fuzzy) Touch(r store.Rec) { f.table[f.cur.Load()].Touch(r.Ordinal()) }

// gate keeps an active transaction waiting while the dirty table is written.
func (f *fuzzy) gate() {
	for f.env.Clock.IsClosed() {
		f.env.Clock.AwaitOpen()
	}
}

func (f *fuzzy) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (f *fuzzy) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	f.gate()
	f.mark(r.Ordinal())
	sched.Point("fuzzy.marked")
	r.Live().Apply(tx.Stamp(), off, v)
}

// mark puts a record in the dirty table. Where the tables were exchanged
// meanwhile, the mark may have come too late for the one, and goes to the
// other as well.
func (f *fuzzy) mark(ordinal uint64) {
	for {
		cur := f.cur.Load()
		sched.Point("fuzzy.mark")
		f.table[cur].Add(ordinal)
		if f.cur.Load() == cur {
			return
		}
	}
}

func (f *fuzzy) Commit(tx *store.Txn) {
	f.gate()
	tx.Seq = tx.Epoch()
}

func (f *fuzzy) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "log"}
	from, err := f.begin(ctx)
	if err != nil {
		return at, err
	}
	at.LogFrom = from
	if err := f.flush(ctx); err != nil {
		return at, err
	}
	f.env.Mark(store.MarkPoint)
	// What was copied may have been committed in this epoch: the image can be
	// repaired only from a log that reaches to its end.
	sched.Point("fuzzy.flushed")
	at.LogTo = f.env.Log.Epoch()
	at.Seq = at.LogTo
	if err := f.env.Log.WaitDurable(ctx, at.LogTo); err != nil {
		return at, err
	}
	return at, f.env.Scan(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, f.copy.At(r)) })
}

// begin stops updates, commits and aborts, exchanges the dirty tables, and
// writes the closed one and the active transactions to the log. The log after
// the epoch it returns holds everything that the image may be without.
func (f *fuzzy) begin(ctx context.Context) (from uint64, err error) {
	f.env.Mark(store.MarkClosed)
	f.env.Clock.Close()
	defer func() {
		f.env.Clock.Open()
		f.env.Mark(store.MarkOpened)
	}()
	from = f.env.Log.Epoch() - 1
	sched.Point("fuzzy.begin")
	closed := f.cur.Load()
	f.cur.Store(1 - closed)
	epoch, err := f.env.Log.Note(ctx, noteDirty, f.record(f.table[closed]))
	if err != nil {
		return 0, err
	}
	return from, f.env.Log.WaitDurable(ctx, epoch)
}

// flush copies the records of the closed dirty table, those that a transaction
// holds exclusively as soon as it lets them go.
func (f *fuzzy) flush(ctx context.Context) error {
	table := f.table[1-f.cur.Load()]
	var wait backoff.Backoff
	for left := -1; left != 0; wait.Wait() {
		if err := ctx.Err(); err != nil {
			table.Each(0, uint64(f.env.Slots), f.giveUp)
			return err
		}
		left = 0
		for i := range table.Words() {
			for word := table.Word(i); word != 0; word &= word - 1 {
				ordinal := uint64(64*i + bits.TrailingZeros64(word))
				if !f.refresh(ordinal, table) {
					left++
				}
			}
		}
	}
	return nil
}

// giveUp does not want to copy a record any more.
func (f *fuzzy) giveUp(ordinal uint64) bool {
	f.env.Rec(ordinal).Head().Lock.EndCopy()
	return true
}

// refresh copies one record and takes it off the table, unless a transaction
// holds it exclusively.
func (f *fuzzy) refresh(ordinal uint64, table *flags.Set) bool {
	r := f.env.Rec(ordinal)
	lock := &r.Head().Lock
	if !lock.WantCopy() {
		return false
	}
	table.Remove(ordinal)
	sched.Point("fuzzy.refresh")
	f.copy.At(r).CopyFrom(r.Live())
	lock.EndCopy()
	return true
}

// Settle copies what a failed checkpoint left on the closed table, which is
// the next to be used.
func (f *fuzzy) Settle(ctx context.Context) error { return f.flush(ctx) }
