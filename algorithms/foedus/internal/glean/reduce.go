package glean

import (
	"context"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/sched"
)

// runPrefix begins the names of spilled runs, which are removed at the next open.
const runPrefix = "run-"

// A reducer collects the changes of one partition, and composes its pages when
// the mappers are done.
type reducer struct {
	job  *job
	part int
	in   chan *batch // closed when the mappers are done
	// Filled by the mappers through in; emptied by spill, or merged from memory at the end.
	buf  buffer
	runs []run

	// received counts the changes that came in and folded those dropped by order: job.count
	// compares them with what the mappers sent.
	received, folded int64
	compose          composer
	// What table returned, for all tables: the root's children in this partition that changed.
	// Read by roots when all reducers have ended.
	children []rootChild
}

// run is the reducer's goroutine.
// It takes batches until the mappers close in, then merges and composes. It returns the context's
// cause when another part failed.
func (r *reducer) run(ctx context.Context) error {
	for open := true; open; {
		select {
		case b, ok := <-r.in:
			if open = ok; !ok {
				// The mappers are done; break leaves the select, and open ends the loop.
				break
			}
			if err := r.take(b); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if err := ctx.Err(); err != nil { // the mappers may have ended for that
		return context.Cause(ctx)
	}
	return r.finish(ctx)
}

// take adds a batch to the buffer, spilling first where that is full.
func (r *reducer) take(b *batch) error {
	// A batch that alone is larger than the buffer is taken when the buffer is empty.
	if r.buf.n > 0 && r.buf.bytes+b.bytes() > r.job.d.o.BufferBytes {
		if err := r.spill(); err != nil {
			return err
		}
	}
	r.received += int64(len(b.entries))
	r.buf.add(b)
	return nil
}

// order sorts what is buffered, and drops changes that a later one makes void.
// Folding is the step where a record that is written ten thousand times in a window becomes one
// change.
func (r *reducer) order() {
	r.folded += r.buf.sort(r.job.d.shapes, !r.job.d.o.Unfolded)
	r.job.account(r.buf.grown())
}

// spill writes the buffer to a sorted run on the disk and empties it.
func (r *reducer) spill() error {
	sched.Point("glean.spill")
	r.order()
	// The run's name is unique within the folder: partition and number.
	path := r.job.d.path(fmt.Sprintf("%s%03d-%06d", runPrefix, r.part, len(r.runs)))
	run, err := spill(r.job.d.o.FS, path, &r.buf)
	if err != nil {
		return err
	}
	r.runs = append(r.runs, run)
	// The batches go back to the mappers; the buffer keeps none of them.
	for _, b := range r.buf.empty() {
		r.job.giveBack(b)
	}
	return nil
}

// finish merges the runs, the last of which never was in a file, and composes.
func (r *reducer) finish(ctx context.Context) (err error) {
	r.order()
	// The last run is merged from memory, so a window that fits into the buffers is never written
	// to a run.
	streams := []stream{&memoryRun{u: &r.buf}}
	r.job.account(int64(len(r.runs)) * readBytes)
	defer func() {
		for _, s := range streams[1:] {
			err = errors.Join(err, s.(*runReader).f.Close())
		}
	}()
	for _, run := range r.runs {
		s, err := openRun(r.job.d.o.FS, run)
		if err != nil {
			return err
		}
		streams = append(streams, s)
	}
	sched.Point("glean.merge")
	m, err := newMerge(streams)
	if err != nil {
		return err
	}
	r.compose.in = m
	// Tables in ascending order, as the merge gives their changes.
	for i := range r.job.d.shapes {
		s := &r.job.d.shapes[i]
		n, parts := s.children(), uint64(r.job.d.o.Partitions)
		lo, hi := share(n, uint64(r.part), parts), share(n, uint64(r.part)+1, parts)
		changed, err := r.compose.table(ctx, s, lo, hi)
		if err != nil {
			return err
		}
		r.children = append(r.children, changed...)
	}
	// All changes have to be used up. One that is left over belongs to a page of another
	// partition: mapper and reducer disagree on who owns a leaf.
	if e, _ := m.peek(); e != nil {
		return fmt.Errorf("a change of key %d of table %d was sent to partition %d, which has no such page", e.key,
			e.table, r.part)
	}
	return nil
}

// share returns the first of n children that parts part and later ones of the
// partitions own: the inverse of shape.owner.
// It rounds up where owner rounds down, so the two agree for every n and parts.
func share(n, part, parts uint64) uint64 { return (part*n + parts - 1) / parts }

// removeRuns removes the sorted runs; what cannot be removed goes with the next
// sweep.
func (r *reducer) removeRuns(fsys fs.FS) {
	for _, run := range r.runs {
		_ = fsys.Remove(run.path)
	}
}
