// Package pagestore keeps the rows in page memory and checkpoints page by page,
// as Apache Ignite does: slotted pages and a free list (package pages), one B+ tree
// a table that finds a row by its key (package btree), and the two together
// (package rowstore).
//
// A row is its key, its writer's stamp and its value. Reading descends the tree
// and copies the row out of its page, since a page is compacted when somebody
// makes room in it for another row; a write that keeps the length goes to the row
// where it lies; all else (inserts, deletes, changes of length) the row store does,
// and the row may come to lie in another page. A deleted record leaves a row that
// says so, with its writer's stamp, as in every algorithm here: it is the
// tombstone that a partial image needs. (An insert that is undone leaves one
// without a stamp, which no image has.)
//
// # Checkpoint
//
// A page that is latched for writing is dirty. At the point of consistency, while
// no transaction runs, the set of dirty pages is swapped for an empty one, and
// nothing else happens (Ignite's checkpoint write lock). Then the pages of the set
// are read one after another, and every row that begins in them becomes part of
// the image. Whoever is the first to change a page of the set that was not read
// yet copies it aside before (copy before write); the copy is what is read then.
// The trees are not in the image: recovery builds them anew.
//
// So a partial image holds every row of each page that was changed since the image
// before: one changed row costs its page, and a row that moved costs two.
//
// # Where it differs from Ignite
//
//   - The image is in the format of all algorithms here, of records and not of
//     pages, and so it is verified. What is written is rows, not pages, and no
//     free space in them.
//   - The copies have room for every page. Ignite's checkpoint buffer is smaller,
//     and writers are throttled where it fills up.
//   - The log is not needed, and nothing is logged per page.
//   - A row of several pages that lies in no dirty page but begins in one must be
//     there when the latter is read: pages that hold such continuations are kept,
//     changed since the last checkpoint or not.
//
// A row is not prefetched: the pages on the way to it are found one through the
// other, and misses that depend on each other are what a tree costs. What a
// transaction reads stays in its worker's memory until the next one begins.
//
// What a store is loaded with or recovered from goes into pages by one of three
// ways, which are the ones of IEP-32 to put many rows (see Restore in package store).
// The log's tail is applied a row at a time in each.
//
// # The sources' steps
//
//	PageMemoryImpl  latch for writing: dirty  pages.Lock, pages.before
//	Checkpointer  checkpoint write lock       Checkpoint, pages.Begin
//	Checkpointer  checkpoint buffer           pages.before
//	Checkpointer  write the dirty pages       capture
//	IEP-32  A, B, C to put many rows          wayOf, flush
//
// Not there: page files in sorted order, throttling, eviction, log records of pages,
// partitions. A scan names the keys that a walk over the tree's leaves finds (Keys). Rows
// of deleted records are named too and do not count: whether their transaction commits is
// not known without the lock. There is no protection from phantoms.
package pagestore

import (
	"context"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/pages"
	"ckptbench/algorithms/pagestore/internal/rowstore"
	"ckptbench/algorithms/store"
)

type pagestore struct {
	store.Plain
	env     *store.Env
	page    int          // bytes of one
	way     rowstore.Way // by which records are loaded
	period  uint64       // number of points of consistency so far; changes only when quiesced
	tables  []*table
	workers []worker
	readers [][]*pages.Reader // by stream and table
	none    store.Version     // what a key that is not there reads as
}

// New returns an empty page store.
func New(env *store.Env) (store.Algorithm, error) { return build(env, pageSize) }

// build opens the tables, each with pages of its own.
func build(env *store.Env, page int) (store.Algorithm, error) {
	p := &pagestore{env: env, page: page, way: wayOf(env.Restore), workers: make([]worker, env.Workers)}
	for _, spec := range env.Tables() {
		t, err := newTable(env, spec, page)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("table %q: %w", spec.Name, err), p.Close())
		}
		p.tables = append(p.tables, t)
	}
	env.Meter.Add(p.readerBytes())
	p.newReaders()
	return p, nil
}

// readerBytes returns the bytes of the readers' copies of pages.
func (p *pagestore) readerBytes() int64 {
	return int64(2 * p.page * p.env.Streams * len(p.tables))
}

// newReaders makes every stream a reader of each table's pages.
func (p *pagestore) newReaders() {
	p.readers = make([][]*pages.Reader, p.env.Streams)
	for i := range p.readers {
		for _, t := range p.tables {
			p.readers[i] = append(p.readers[i], t.capture.NewReader())
		}
	}
}

func (p *pagestore) Begin(tx *store.Txn) error {
	tx.Seq = p.period
	p.workers[tx.Worker()].begin()
	return nil
}

func (p *pagestore) Read(tx *store.Txn, r store.Rec) *store.Version {
	i, v := tx.Worker(), (*store.Version)(nil)
	if i == len(p.workers) { // nobody's: what is read is the caller's
		v = new(worker).read(p.tables[r.Table()], r.Key())
	} else {
		v = p.workers[i].read(p.tables[r.Table()], r.Key())
		p.workers[i].account(p.env.Live)
	}
	if v == nil {
		return &p.none
	}
	return v
}

func (p *pagestore) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	w := &p.workers[tx.Worker()]
	w.row = p.tables[r.Table()].write(w.row, tx.Stamp(), r.Key(), off, v)
	w.account(p.env.Live)
}

func (p *pagestore) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := p.env.Quiesce(ctx, func() error {
		at.Seq = p.period
		p.period++
		for _, t := range p.tables {
			t.capture.Begin(!w.Partial())
		}
		return nil
	})
	if err != nil {
		return at, err
	}
	err = p.capture(ctx, w)
	sched.Point("pagestore.end")
	for _, t := range p.tables {
		err = errors.Join(err, t.capture.End())
	}
	return at, err
}

// chunk is how many pages a stream takes at a time.
const chunk = 64

// capture adds the rows of the pages of the set to the image.
func (p *pagestore) capture(ctx context.Context, w *store.Image) error {
	type part struct {
		table int
		from  uint32
	}
	var parts []part
	for i, t := range p.tables {
		for from := uint32(1); from <= t.capture.Pages(); from += chunk {
			parts = append(parts, part{i, from})
		}
	}
	return p.env.Parts(ctx, w, len(parts), func(ctx context.Context, out *store.Out, i int) error {
		at := parts[i]
		return p.readers[out.Stream][at.table].Each(at.from, at.from+chunk, func(row []byte) error {
			stamp, v := parse(row)
			if v == nil && stamp == 0 {
				return nil // an insert that was undone
			}
			return out.AddValue(ctx, at.table, rowstore.Key(row), stamp, v)
		})
	})
}

// Settle has the pages of an image that was not published go into the next.
func (p *pagestore) Settle(context.Context) error {
	for _, t := range p.tables {
		t.capture.Settle(p.env.Published())
	}
	return nil
}

func (p *pagestore) Close() error {
	var errs []error
	for _, t := range p.tables {
		errs = append(errs, t.close())
	}
	return errors.Join(errs...)
}
