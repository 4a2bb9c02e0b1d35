// Package hekaton implements the checkpoint of Hekaton: compaction of the log.
// Transactions do nothing for it but write the log.
//
// As Hekaton does (Diaconu et al., SIGMOD 2013, §7; Faerber et al., "Main
// Memory Database Systems", §4.1), the checkpointer reads the log, never the
// records in memory. It appends the versions that the log inserted to data
// files, and what they replace to the delta files beside those; it merges pairs
// of files of which little is alive; and a checkpoint is a manifest of pairs.
// Package pairs holds all of that. The cut is an epoch of the log that is
// durable: no transaction waits for it.
//
// What the literature leaves out, and a common engine needs:
//
// The records that a store starts with are not in its log. They are written to
// the first data files once, before the first transaction.
//
// A store that is started again is filled from its pairs, through their delta
// files in parallel, and from the log after their epoch; and it continues with the
// pairs. Where there are none, or one is damaged, it is recovered from an image,
// and begins pairs anew. The index, which Hekaton does not have, is no part of the
// recovery: the first checkpoint builds it, and reads the data files for it.
//
// All algorithms here are compared by one format of image. So the state is also
// read from the pairs and written once more as an image. That is no part of
// Hekaton; where images are discarded it is left out, and what is measured is the
// compaction alone. Then hekaton itself drops the log that the pairs hold.
//
// # The papers' steps
//
// File sizes and the policy of merges are SQL Server's (its manual on the durability of
// memory-optimized tables); the papers do not give them.
//
//	§7; §4.1  read the log, not memory           compact, wal.Follower
//	§7; §4.1  append inserts to data files       pairs.Apply, pairs.Publish
//	§7; §4.1  note deletes in delta files        pairs.Publish
//	§7; §4.1  merge pairs                        pairs.choose
//	§7; §4.1  a checkpoint is a manifest         pairs.Publish
//	§4.1  load through delta files, in parallel  Resume, pairs.Load
//
// # Where it differs
//
// Hekaton's log names the version that a transaction replaces; its begin time says in
// which file that is. This engine's log names the record only, so the feeder keeps an
// index from record to row: 24 bytes a slot, 32 to 64 bytes a record, metered.
//
// Hekaton logs whole versions; this log holds what was written. The rest is read back from
// the block that holds the version replaced, each block once a window. That is bytes read
// that Hekaton would not read, and log bytes that it would have written.
//
// Only the last version of a record in a window is written. Hekaton writes each and marks
// all but one deleted. Here the cut is an epoch, and nobody asks for anything between two.
//
// Hekaton needs the mark of a delete only. Recovery and the oracle want to know who deleted
// a record, so a row without a value goes with it, and lives through merges until the
// record is written again.
//
// The share of live rows is by rows, not bytes. The merge is part of the checkpoint, not a
// thread of its own.
//
// The image of epoch C needs none of the log to be consistent, but says "log C..C": without
// its log this algorithm is not recovered. Only reading it (the oracle's and the crash
// driver's stores) passes over pairs that stand behind the end of the log, and says so.
// There is one manifest, not two: a damaged data file of a store without images is lost
// data, where foedus has the snapshot before.
package hekaton

import (
	"context"
	"fmt"

	"ckptbench/algorithms/hekaton/internal/pairs"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// files is how many data files a database has at least, unless it is tiny.
const files = 16

type hekaton struct {
	store.Plain
	env  *store.Env
	o    pairs.Options
	log  *wal.Follower // stands where set does. The checkpointer's alone
	set  *pairs.Set    // nil after a failure, or a recovery: it is opened again. The checkpointer's alone
	held int64         // bytes that it holds, as metered

	resumed bool   // the store was recovered from the pairs, and continues with them
	until   uint64 // the epoch of the last checkpoint. The checkpointer's alone
}

// New returns the log compaction. It needs a log.
func New(env *store.Env) (store.Algorithm, error) {
	data := int64(env.Slots) * int64(env.Largest())
	h := &hekaton{env: env, o: pairs.Options{
		Dir: env.Dir, FS: env.FS, Rows: env.Slots, MaxValue: max(env.Largest(), 1),
		// Hekaton's 16 MiB would leave a small database one file, and nothing to
		// merge.
		Target: min(max(data/files, 4<<10), 16<<20),
	}}
	h.o.BlockBytes = int(min(h.o.Target, 64<<10))
	return h, nil
}

var _ store.Resumer = (*hekaton)(nil)

// Loaded writes the records that the store starts with to new pairs, unless it was
// recovered from the pairs that are there. Otherwise pairs of an earlier run are
// discarded: the store may hold another state than theirs.
func (h *hekaton) Loaded() error {
	if h.resumed {
		return nil
	}
	set, err := pairs.Create(h.o)
	if err != nil {
		return err
	}
	h.keep(set)
	h.env.Records(func(r store.Rec) {
		if v := r.Live(); err == nil && v.Written() {
			err = set.Put(store.ImageRecord{Table: r.Table(), Key: r.Key(), Stamp: v.Stamp(), Absent: !v.Present(),
				Value: v.Bytes()})
		}
	})
	if err != nil {
		return err
	}
	// No transaction has begun, so all will be in this epoch or a later one. The
	// log has to reach the one before first: pairs that stand behind its end could
	// not be brought up to date with it.
	ctx, until := context.Background(), h.env.Log.Epoch()-1
	if err := h.env.Log.Harden(ctx, until); err != nil {
		return err
	}
	if err := set.Publish(ctx, until); err != nil {
		return err
	}
	h.until = until
	h.follow()
	return nil
}

func (h *hekaton) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (h *hekaton) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

func (h *hekaton) Commit(tx *store.Txn) { tx.Seq = tx.Epoch() }

// Checkpoint feeds the pairs with the log up to the epoch of the moment, and
// publishes them.
func (h *hekaton) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	cut := h.env.Log.Epoch()
	// The image holds all of the log up to the cut, and the log has to have it
	// all: what comes after is to be replayed from there.
	at := store.Point{Kind: "log", Seq: cut, LogFrom: cut, LogTo: cut}
	sched.Point("hekaton.cut")
	if err := h.env.Log.WaitDurable(ctx, cut); err != nil {
		return at, err
	}
	h.env.Mark(store.MarkPoint)
	if err := h.compact(ctx, cut); err != nil {
		h.drop() // what is published is whole; the state in memory may be inconsistent
		return at, err
	}
	if w.Discarded() {
		return at, h.dropLog()
	}
	return at, h.env.Parts(ctx, w, h.set.Pairs(), func(ctx context.Context, out *store.Out, part int) error {
		return h.set.Scan(ctx, part, func(r store.ImageRecord) error {
			return out.AddValue(ctx, r.Table, r.Key, r.Stamp, r.Value)
		})
	})
}

// compact brings the pairs from the epoch that they stand at to the cut.
func (h *hekaton) compact(ctx context.Context, cut uint64) error {
	if h.set == nil {
		set, err := pairs.Open(h.o)
		if err != nil {
			return err
		}
		h.keep(set)
		h.follow()
	}
	_, err := h.log.Next(ctx, cut, 1, func(_ int, c wal.Change) error { return h.set.Apply(ctx, c) })
	if err != nil {
		return fmt.Errorf("feed the log of epochs %d to %d: %w", h.log.At()+1, cut, err)
	}
	h.meter() // with the window, which is at its largest
	h.env.Mark("fed")
	sched.Point("hekaton.fed")
	// Pairs that a power cut leaves ahead of the log would have none that leads to
	// them from an image.
	if err := h.env.Log.Harden(ctx, cut); err != nil {
		return err
	}
	if err := h.set.Publish(ctx, cut); err != nil {
		return err
	}
	h.until = cut
	h.env.Mark("compacted")
	h.meter()
	return nil
}

// dropLog deletes the log that the pairs hold. There is one manifest, so nothing could
// use the log before it. Where there are images, the store does so when one is
// published: their points are those of the pairs, so that it never deletes more.
func (h *hekaton) dropLog() error {
	if err := h.env.Log.Truncate(h.until); err != nil {
		return fmt.Errorf("pairs of epoch %d are published, but the log they cover is not deleted: %w", h.until, err)
	}
	return nil
}

// follow begins to read the log where the pairs stand.
func (h *hekaton) follow() { h.log = wal.Follow(h.env.FS, h.env.LogDir, h.set.Epoch()) }

// keep makes set the one to feed.
func (h *hekaton) keep(set *pairs.Set) {
	h.set = set
	h.meter()
}

// meter says what the pairs hold in memory.
func (h *hekaton) meter() {
	held := h.set.Memory()
	h.env.Meter.Add(held - h.held)
	h.held = held
}

// drop gives up the pairs in memory. The next checkpoint opens those on the disk.
func (h *hekaton) drop() {
	if h.set != nil {
		h.set.Close()
		h.env.Meter.Add(-h.held)
		h.set, h.held = nil, 0
	}
}

// Close closes the files.
func (h *hekaton) Close() error {
	h.drop()
	return nil
}
