package glean

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
)

// A Source is the changes of a window of epochs, in streams that are read
// concurrently: the loggers of a *wal.Window. The changes of one transaction are
// in one stream, in the order in which they were made. Read's f keeps nothing.
// glean only needs this much of a log; Load is given one that walks the store's records.
type Source interface {
	Streams() int
	Read(ctx context.Context, i int, f func(wal.Change) error) error
}

// Stats are what a gleaning did. Mapped = Folded + Applied.
type Stats struct {
	Mapped     int64 // changes read from the log
	Folded     int64 // of them, made void by a later one and dropped before they were merged
	Applied    int64 // of them, applied to pages
	Runs       int   // sorted runs spilled
	RunBytes   int64
	PagesRead  int64 // of the snapshot before
	Pages      int64 // written
	PageBytes  int64 // written, in pages
	Rewritten  bool  // all pages were written anew
	MapReduce  time.Duration
	Roots      time.Duration
	Commit     time.Duration // syncs and manifest
	Partitions int           // that wrote a file
}

// Glean makes a snapshot of the epochs up to until, from the snapshot before and
// the changes of the epochs after it, which are all that src may hold. After an
// error, ctx's included, the snapshot before is still the current one, and no
// goroutine is left.
func (d *Dir) Glean(ctx context.Context, src Source, until uint64) (Stats, error) {
	cur := d.Current()
	// Without a first snapshot the changes of the log have nothing to be applied to: the load of
	// the database is not logged.
	if cur == nil {
		return Stats{}, fmt.Errorf("glean in %s: %w to build upon: load one", d.o.Dir, ErrNoSnapshot)
	}
	// until may be the epoch of the snapshot that there is: the new one is then equal to it.
	if until < cur.m.until {
		return Stats{}, fmt.Errorf("glean in %s: the snapshot is at epoch %d already, and epoch %d is asked for", d.o.Dir,
			cur.m.until, until)
	}
	// A tree of another shape shares no page with this one.
	if cur.m.fanout != d.o.Fanout || !slices.Equal(cur.m.tables, d.o.Tables) {
		return Stats{}, fmt.Errorf("glean in %s: the tables are not those of snapshot %d: load anew", d.o.Dir, cur.m.number)
	}
	size, live := cur.Bytes()
	j := &job{d: d, src: src, old: cur, base: cur.m.until, until: until}
	taken, err := d.takenIDs()
	if err != nil {
		return Stats{}, err
	}
	// Write everything anew when dead pages have made the files Garbage times as large as what is
	// reached. The 16 units a partition keep small snapshots, of which a single page is a large
	// part, from being rewritten every time.
	j.rewrite = d.o.Garbage >= 1 &&
		float64(size) > d.o.Garbage*float64(live)+float64(16*unit*d.o.Partitions) || d.crowded(cur.m, taken)
	return j.do(ctx, taken)
}

// Load makes a snapshot of what src holds and of nothing before, to stand at
// epoch until. It is for the state that a log begins with.
func (d *Dir) Load(ctx context.Context, src Source, until uint64) (Stats, error) {
	taken, err := d.takenIDs()
	if err != nil {
		return Stats{}, err
	}
	// base and until are the same: no epoch of the log was read for it.
	j := &job{d: d, src: src, base: until, until: until}
	return j.do(ctx, taken)
}

// A job is one snapshot in the making.
// The reducers' results are read when mapReduce has waited for all of them; mapped likewise, each
// mapper writing its own element.
type job struct {
	d           *Dir
	src         Source
	old         *Snapshot // nil: nothing to build upon
	base, until uint64
	// True if all pages are to be written, changed or not.
	rewrite bool

	id       uint16
	reducers []*reducer
	mapped   []int64     // by mapper
	spare    chan *batch // batches to be used again
	stats    Stats
	held     atomic.Int64 // bytes accounted for
}

// account tells of memory allocated until the job is done.
// It is called by mappers and reducers at the same time.
func (j *job) account(bytes int64) {
	if bytes != 0 {
		j.held.Add(bytes)
		j.d.o.Account(bytes)
	}
}

// do makes one snapshot. taken are the ids of files that are still referred to.
func (j *job) do(ctx context.Context, taken map[uint16]bool) (Stats, error) {
	d := j.d
	if err := d.nextID(taken); err != nil {
		return Stats{}, err
	}
	// The id and the number are used up even if the snapshot fails, so that what is left of it
	// cannot be taken for another.
	d.number++
	j.id = d.id
	j.begin()
	// All buffers are garbage by the time do returns, whatever came of it.
	defer func() { d.o.Account(-j.held.Load()) }()
	m, err := j.make(ctx)
	maybe := false
	// The manifest is the commit: up to here nothing refers to the new pages.
	if err == nil {
		sched.Point("glean.commit")
		maybe, err = d.commit(m)
	}
	// Runs and open files are not needed on any path from here.
	for _, r := range j.reducers {
		r.compose.out.close()
		r.removeRuns(d.o.FS)
	}
	if err != nil {
		// If the manifest may be durable, its pages have to stay, or the next Open could find a
		// snapshot without them.
		if !maybe {
			j.discard()
		}
		return j.stats, fmt.Errorf("snapshot of epoch %d in %s: %w", j.until, d.o.Dir, err)
	}
	d.install(m)
	return j.stats, nil
}

// begin makes the reducers, one for each partition, and the pool of batches.
func (j *job) begin() {
	n := j.d.o.Partitions
	// The channel holds as many batches as can lie in one reducer's buffer, and one more for each
	// partition; giveBack drops what does not fit.
	j.spare = make(chan *batch, n+min(j.d.o.BufferBytes/j.d.o.SendBytes, 1024))
	j.mapped = make([]int64, j.src.Streams())
	for i := range n {
		id := fileID(j.id)<<8 | fileID(i)
		// in has room for one batch, so that a mapper goes on reading while a reducer sorts; more
		// would only use memory.
		j.reducers = append(j.reducers, &reducer{job: j, part: i, in: make(chan *batch, 1), compose: composer{
			old: j.old, rewrite: j.rewrite, stones: j.d.o.Tombstones, dead: map[fileID]int64{},
			out: &writer{d: j.d, id: id},
		}})
	}
}

// discard removes the files of a snapshot that came to nothing.
func (j *job) discard() {
	for _, r := range j.reducers {
		if w := r.compose.out; w.f != nil {
			_ = j.d.o.FS.Remove(w.path()) // the next sweep tries again
		}
	}
}

// make writes the pages and makes them durable. Nothing refers to them yet.
// The order is what makes it safe: bytes of the files, then their names, then the manifest, which
// commit publishes.
func (j *job) make(ctx context.Context) (*manifest, error) {
	start := time.Now()
	if err := j.mapReduce(ctx); err != nil {
		return nil, err
	}
	j.stats.MapReduce, start = time.Since(start), time.Now()
	roots, err := j.roots()
	if err != nil {
		return nil, err
	}
	j.stats.Roots, start = time.Since(start), time.Now()
	defer func() { j.stats.Commit = time.Since(start) }()
	for _, r := range j.reducers {
		if err := r.compose.out.finish(); err != nil {
			return nil, err
		}
	}
	// Without this sync a power cut could leave a durable manifest that names files which have no
	// names.
	if err := durable.SyncDir(j.d.o.FS, j.d.o.Dir); err != nil {
		return nil, err
	}
	// A change that is lost on the way from mapper to page would be an error that no checksum
	// finds.
	if err := j.count(); err != nil {
		return nil, err
	}
	// A snapshot that was called off is not published, even when all of it is there.
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	return j.manifest(roots), nil
}

// mapReduce runs the mappers, one for each logger, and the reducers, one for
// each partition. The first error of any ends all, and is returned.
func (j *job) mapReduce(ctx context.Context) error {
	// With a cause, so that the error is the first one that came up, and not the cancellation
	// that it brought about in the others.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mappers, reducers sync.WaitGroup
	for i := range j.src.Streams() {
		mappers.Go(func() {
			if err := j.mapper(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	for _, r := range j.reducers {
		reducers.Go(func() {
			if err := r.run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	// Mappers end first: only they send to r.in, so closing it after they ended cannot meet a
	// send.
	mappers.Wait()
	for _, r := range j.reducers {
		close(r.in)
	}
	reducers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// count adds up what was done, and finds out whether any change was lost.
func (j *job) count() error {
	st := &j.stats
	st.Rewritten = j.rewrite
	var received int64
	for _, n := range j.mapped {
		st.Mapped += n
	}
	for _, r := range j.reducers {
		received += r.received
		st.Folded += r.folded
		st.Applied += r.compose.applied
		st.PagesRead += r.compose.read
		st.Pages += r.compose.wrote
		st.PageBytes += r.compose.out.live
		st.Runs += len(r.runs)
		for _, run := range r.runs {
			st.RunBytes += run.size
		}
		if r.compose.out.f != nil {
			st.Partitions++
		}
	}
	// Every change is either folded or applied; a batch that got lost between a mapper and a
	// reducer shows in received.
	if st.Mapped != received || received != st.Folded+st.Applied {
		return fmt.Errorf("%d changes were read, %d received, %d folded and %d applied", st.Mapped, received, st.Folded,
			st.Applied)
	}
	return nil
}

// manifest describes the snapshot: the files of the one before of which
// something is left, and the new ones.
func (j *job) manifest(roots []Pointer) *manifest {
	m := &manifest{
		number: j.d.number, id: j.id, base: j.base, until: j.until,
		fanout: j.d.o.Fanout, tables: j.d.o.Tables, roots: roots,
	}
	for _, r := range j.reducers {
		m.last = max(m.last, r.compose.last)
	}
	// last is the largest stamp of the records, not of this window alone.
	if j.old != nil {
		m.last = max(m.last, j.old.m.last)
		// Each composer counted what it made dead, and the first one the roots as well.
		for _, f := range j.old.m.files {
			for _, r := range j.reducers {
				f.live -= r.compose.dead[f.id]
			}
			// A file of which nothing is reached any more is not named, and sweep removes it,
			// unless the snapshot before needs it.
			if f.live > 0 {
				m.files = append(m.files, f)
			}
		}
	}
	for _, r := range j.reducers {
		// A new file without pages was never created.
		if w := r.compose.out; w.live > 0 {
			// size is w.at, not what is buffered: finish has written everything.
			m.files = append(m.files, file{id: w.id, size: w.at, live: w.live})
		}
	}
	slices.SortFunc(m.files, func(a, b file) int { return cmp.Compare(a.id, b.id) })
	return m
}

// Recover gleans what the log holds after the current snapshot, up to its
// durable end, which is what FOEDUS does when it is started again.
func (d *Dir) Recover(ctx context.Context, log string) (Stats, error) {
	cur := d.Current()
	if cur == nil {
		return Stats{}, fmt.Errorf("recover in %s: %w", d.o.Dir, ErrNoSnapshot)
	}
	// 0 is the log's durable end.
	w, err := wal.OpenWindow(d.o.FS, log, cur.m.until, 0)
	if err != nil {
		return Stats{}, err
	}
	// There was nothing in the log after the snapshot: it is the newest already.
	if w.To() == cur.m.until {
		return Stats{}, nil
	}
	return d.Glean(ctx, w, w.To())
}
