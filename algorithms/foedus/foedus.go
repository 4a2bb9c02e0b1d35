// Package foedus implements FOEDUS's snapshots (Kimura, SIGMOD 2015, §5, and its
// code): they are made from the log and the snapshot before, never from memory,
// so transactions meet nothing but their log.
//
// A checkpoint waits until the epoch in which it was asked for is durable, and
// gleans the epochs since the last snapshot (package glean has the gleaner):
// mappers read the log, reducers sort it, composers write new pages beside the
// old ones, and a manifest that is renamed into place commits it. The point of
// consistency is the end of that epoch.
//
// # The image
//
// A snapshot is files of pages, of which most are shared with the snapshots
// before; recovery of every algorithm here is from one image format. So the
// snapshot is then read back, page by page, and written as an image: that is as
// many bytes once more as the database has, read and written, that FOEDUS does
// not write. Where images are discarded it does not happen, and only the
// gleaner is measured.
//
// # Lag
//
// Nothing slows transactions down for the gleaner. Where they log faster than it
// gleans, every window is longer than the one before, and checkpoints take ever
// longer; that is what making snapshots from the log costs, and to be measured.
//
// # Volatile pages
//
// Without a memory budget records live in their slots, and all of them do. With
// one they live in volatile pages, cut as the pages of the snapshot are, and each
// has a dual pointer (§3, §5): the volatile page, in memory or dropped, and the
// snapshot page, which is installed when the manifest that names it is durable.
// A page that no transaction has changed after the snapshot's last epoch is clean:
// dropping it gives its memory back to the system, and loses nothing. Whoever
// needs a dropped page again fetches it, before its body runs. See volatile.go.
//
// # Recovery
//
// As FOEDUS does, a store that is started again gleans the tail of its log on to
// the newest snapshot. With a memory budget it then begins on snapshot pages,
// which come in as they are needed; without one all of them are read.
//
// # Where it differs from FOEDUS
//
// What the store is loaded with is not in the log, so the first snapshot is one of
// that, and so is the one after a recovery through an image. Transactions are
// ordered by two-phase locks and not by FOEDUS's optimistic commit. A deleted
// record leaves its writer's stamp in the snapshot, for the oracle.
//
// The heads of records, with their locks and clocks, stay in memory in their
// slots: 16 bytes of each, which the budget does not count. FOEDUS's are in the
// page. They are what lets a page be dropped without a pause: whoever drops it
// takes the locks of all its records, or leaves it where one is held. FOEDUS
// stops all transactions for that, and takes 100 ms to be sure of it.
//
// FOEDUS drops after a snapshot only, and reads through a cache of snapshot pages
// that it evicts from at any time. Here a page that is fetched to be read is
// clean, so it is such a cache's, and both are one: a transaction that needs room
// drops clean pages, too, by second chance. Where there are none left it goes
// beyond the budget, and is counted, until the next snapshot makes pages clean;
// FOEDUS's transaction would fail for want of a page. It could wait; but whether
// there will be another checkpoint only the caller knows, and it has locks. So the
// changes between two snapshots have to fit into the budget.
//
// A page is clean by one epoch, that of the last transaction that left a version of its
// own there (page.last); FOEDUS compares the epochs of all records. Interior pages are
// not dropped: the pointers of all leaves are one array, 40 bytes a leaf. There are no
// options to keep top levels, and no direct I/O for snapshot pages: what the kernel's page
// cache holds is in no figure, and makes fetches cheaper than a disk would.
//
// The point needs no log to be consistent, though the algorithm cannot do without one: the
// table tells NeedsLog from Mixed, which fuzzy's images are.
//
// # The paper's steps
//
// Sections are the paper's (Kimura, SIGMOD 2015). Names like log_mapper are files of the
// public code.
//
//	epochs, loggers, group commit            wal.Log
//	log_mapper: the log in (base, until]     wal.Window, glean.mapper
//	log_reducer: buffer, sort, spill, merge  glean.reducer, glean.sort, glean.spill, glean.newMerge
//	array_composer, hash_composer            glean.composer, glean.array, glean.bin
//	snapshot_manager: roots, manifest        glean.roots, glean.commit
//	§5  a snapshot                           Checkpoint, snapshot
//	§3, §5  dual pointers                    page
//	§3, §5  install snapshot pointers        install
//	§3, §5  drop volatile pages              drop, shrink, makeRoom
//	§3, §5  fetch a snapshot page            hold, fetch
//	restart_manager: glean the log's tail    Resume, resume, tail
package foedus

import (
	"context"
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// Folder is where the snapshots are, below the folder of the images, or that of
// the log where there are no images.
const Folder = "foedus"

// A reducer's buffer has as many bytes, at least and at most.
const (
	leastBuffer = 4 << 20
	mostBuffer  = 64 << 20
)

type foedus struct {
	store.Plain
	env   *store.Env
	o     glean.Options
	dir   *glean.Dir  // nil until there is something to glean from; only read once transactions run
	until [2]uint64   // the last epochs of the two newest snapshots; the checkpointer's alone
	log   *wal.Window // that the newest was made from; nil: not by this run. The checkpointer's alone
}

// New returns FOEDUS's snapshots, with a reducer for every stream of the image,
// and with volatile pages where the store has a memory budget. They need a log.
func New(env *store.Env) (store.Algorithm, error) { return build(env, glean.Options{}) }

// build returns foedus with a gleaner of these options, or its form with a memory budget.
func build(env *store.Env, o glean.Options) (store.Algorithm, error) {
	o.Dir, o.FS, o.Buffered = filepath.Join(env.Dir, Folder), env.FS, env.Buffered
	o.Tables, o.Tombstones, o.Account = env.Tables(), true, env.Meter.Add
	if o.Partitions == 0 {
		o.Partitions = min(env.Streams, 255)
	}
	data := 0
	for _, t := range env.Tables() {
		data += int(t.Capacity) * t.ValueSize
	}
	if env.Budget > 0 {
		data = min(data, int(env.Budget/4))
	}
	if o.BufferBytes == 0 { // all reducers together hold about as much as is in memory, or a quarter of its budget
		o.BufferBytes = min(max(data/o.Partitions, leastBuffer), mostBuffer)
	}
	f := &foedus{env: env, o: o}
	if env.Budget == 0 {
		return f, nil
	}
	return newPaged(f)
}

// open opens the folder of snapshots with these changes to the options: to go on from
// what is there, or anew.
func (f *foedus) open(change func(*glean.Options)) (err error) {
	f.close()
	o := f.o
	change(&o)
	f.dir, err = glean.Open(o)
	return err
}

// close closes the snapshots.
func (f *foedus) close() {
	if f.dir != nil {
		f.dir.Close()
		f.dir = nil
	}
}

// load makes the first snapshot, of what the store begins with: everything up to
// the epoch before the present one, which no transaction has seen. The log has to
// say so before the snapshot does: one that stands behind the log's end could not
// be gone on from.
func (f *foedus) load(ctx context.Context, src glean.Source) error {
	if err := f.open(func(o *glean.Options) { o.Anew = true }); err != nil {
		return err
	}
	until := f.env.Log.Epoch() - 1
	if err := f.env.Log.Harden(ctx, until); err != nil {
		return err
	}
	_, err := f.dir.Load(ctx, src, until)
	f.until = [2]uint64{until, until}
	return err
}

// Loaded makes the first snapshot, unless the store goes on from one.
func (f *foedus) Loaded() error {
	if f.dir != nil {
		return nil
	}
	return f.load(context.Background(), records{f.env})
}

// records are the records that a store begins with.
type records struct{ env *store.Env }

// Streams returns 1.
func (records) Streams() int { return 1 }

// Read hands over every record, as a change by its last writer.
func (l records) Read(ctx context.Context, _ int, put func(wal.Change) error) (err error) {
	l.env.Records(func(r store.Rec) {
		v := r.Live()
		if err != nil || !v.Written() {
			return
		}
		c := wal.Change{Stamp: v.Stamp(), Table: r.Table(), Key: r.Key(), Kind: wal.KindDelete}
		if v.Present() {
			c.Kind, c.Value = wal.KindPut, v.Bytes()
		}
		err = put(c)
	})
	return err
}

func (f *foedus) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (f *foedus) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

func (f *foedus) Commit(tx *store.Txn) { tx.Seq = tx.Epoch() }

func (f *foedus) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at, err := f.snapshot(ctx)
	if err != nil {
		return at, err
	}
	return at, f.publish(ctx, w)
}

// snapshot makes a snapshot of the epochs up to the present one.
func (f *foedus) snapshot(ctx context.Context) (store.Point, error) {
	until := f.env.Log.Epoch()
	sched.Point("foedus.until")
	// as without its log this algorithm has nothing
	at := store.Point{Kind: "epoch", Seq: until, LogFrom: until, LogTo: until}
	if err := f.env.Log.WaitDurable(ctx, until); err != nil {
		return at, err
	}
	f.env.Mark(store.MarkPoint)
	if err := f.glean(ctx, until); err != nil {
		return at, err
	}
	f.env.Mark("snapshot")
	return at, nil
}

// publish writes the snapshot as an image as well, where images are not
// discarded.
func (f *foedus) publish(ctx context.Context, w *store.Image) error {
	if w.Discarded() {
		return f.dropLog()
	}
	return f.image(ctx, w)
}

// glean brings the snapshot up to epoch until. A snapshot whose image failed is
// built upon all the same. The log is on the disk before: a snapshot that a power cut
// leaves ahead of it has no log that leads to it from the one before.
func (f *foedus) glean(ctx context.Context, until uint64) error {
	if err := f.env.Log.Harden(ctx, until); err != nil {
		return err
	}
	log, err := f.window(until)
	if err != nil {
		return err
	}
	if _, err := f.dir.Glean(ctx, log, until); err != nil {
		return err
	}
	f.log, f.until = log, [2]uint64{until, f.until[0]}
	return nil
}

// window returns the log from the snapshot to until: where the window before it
// was read to is known, from there on.
func (f *foedus) window(until uint64) (*wal.Window, error) {
	from := f.dir.Current().Until()
	if f.log != nil && f.log.To() == from {
		return f.log.Next(until)
	}
	return wal.OpenWindow(f.env.FS, f.env.LogDir, from, until) // by a file system that counts
}

// dropLog deletes the log that neither of the two newest snapshots needs. Where
// there are images, the store does so when one is published: their points are
// those of the snapshots, so that it never deletes more.
func (f *foedus) dropLog() error {
	if err := f.env.Log.Truncate(min(f.until[0], f.until[1])); err != nil {
		return fmt.Errorf("snapshot of epoch %d is made, but the log it covers is not deleted: %w", f.until[0], err)
	}
	return nil
}

// image writes the snapshot as an image, from its pages.
func (f *foedus) image(ctx context.Context, w *store.Image) error {
	sn := f.dir.Current()
	parts, err := sn.Parts()
	if err != nil {
		return err
	}
	return f.env.Parts(ctx, w, len(parts), func(ctx context.Context, out *store.Out, part int) error {
		return sn.ScanPart(ctx, parts[part], func(r store.ImageRecord) error {
			return out.AddValue(ctx, r.Table, r.Key, r.Stamp, r.Value)
		})
	})
}

// Close closes the snapshot's files.
func (f *foedus) Close() error {
	f.close()
	return nil
}
