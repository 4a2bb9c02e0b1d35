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
// # Where it differs from FOEDUS
//
// What the store is loaded with is not in the log, so the first snapshot is of
// that, and so is the one after a recovery through an image. There FOEDUS gleans
// the tail of its log (Dir.Recover in package glean does that), and starts on
// snapshot pages; here records live in memory, and have to be read into it.
// Volatile pages and dual pointers are therefore not there, nor is dropping: the
// store holds no more than its memory. Transactions are ordered by two-phase
// locks and not by FOEDUS's optimistic commit. A deleted record leaves its
// writer's stamp in the snapshot, for the oracle.
package foedus

import (
	"context"
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/internal/glean"
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
	dir   *glean.Dir
	until [2]uint64 // the last epochs of the two newest snapshots; the checkpointer's alone
}

// New returns FOEDUS's snapshots, with a reducer for every stream of the image.
// They need a log.
func New(env *store.Env) (store.Algorithm, error) { return build(env, glean.Options{}) }

func build(env *store.Env, o glean.Options) (store.Algorithm, error) {
	o.Dir, o.FS = filepath.Join(env.Dir, Folder), env.FS
	o.Tombstones, o.Anew, o.Account = true, true, env.Meter.Add // Loaded is the first
	if o.Partitions == 0 {
		o.Partitions = min(env.Streams, 255)
	}
	data := 0
	for _, t := range env.Tables() {
		data += int(t.Capacity) * t.ValueSize
		o.Tables = append(o.Tables, glean.Table{Name: t.Name, ValueSize: t.ValueSize, Capacity: t.Capacity, Hash: t.Hash})
	}
	if o.BufferBytes == 0 { // all reducers together hold about as much as the database
		o.BufferBytes = min(max(data/o.Partitions, leastBuffer), mostBuffer)
	}
	dir, err := glean.Open(o)
	if err != nil {
		return nil, err
	}
	return &foedus{env: env, dir: dir}, nil
}

// Loaded makes the first snapshot, of what the store begins with: everything up
// to the epoch before the present one, which no transaction has seen.
func (f *foedus) Loaded() error {
	until := f.env.Log.Epoch() - 1
	_, err := f.dir.Load(context.Background(), records{f.env}, until)
	f.until = [2]uint64{until, until}
	return err
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
	until := f.env.Log.Epoch()
	sched.Point("foedus.until")
	at := store.Point{Kind: "epoch", Seq: until, LogFrom: until, LogTo: until} // as without its log this algorithm has nothing
	if err := f.env.Log.WaitDurable(ctx, until); err != nil {
		return at, err
	}
	f.env.Mark(store.MarkPoint)
	if err := f.glean(ctx, until); err != nil {
		return at, err
	}
	f.env.Mark("snapshot")
	if w.Discarded() {
		return at, f.dropLog()
	}
	return at, f.image(ctx, w)
}

// glean brings the snapshot up to epoch until. A snapshot whose image failed is
// built upon all the same.
func (f *foedus) glean(ctx context.Context, until uint64) error {
	log, err := f.env.Log.Window(f.dir.Current().Until(), until)
	if err != nil {
		return err
	}
	if _, err := f.dir.Glean(ctx, log, until); err != nil {
		return err
	}
	f.until = [2]uint64{until, f.until[0]}
	return nil
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
		return sn.ScanPart(ctx, parts[part], func(r glean.Record) error {
			v := r.Value
			if !r.Absent && v == nil {
				v = []byte{}
			}
			return out.AddValue(ctx, r.Table, r.Key, r.Stamp, v)
		})
	})
}

// Close closes the snapshot's files.
func (f *foedus) Close() error {
	f.dir.Close()
	return nil
}
