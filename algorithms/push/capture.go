package push

import (
	"context"
	"sync/atomic"

	"ckptbench/algorithms/internal/latch"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// A capture is the writing of one image.
type capture struct {
	*push
	w       *store.Image
	cut     uint64
	shares  store.Shares  // of all records that the cut may know; valid when ended is closed
	ended   chan struct{} // closed when the last transaction up to the cut has ended
	left    atomic.Int32  // streams that have not scanned their share
	scanned chan struct{} // closed when left is 0
}

// await waits for the transactions up to the cut. It returns early when ctx ends,
// and so do the streams.
func (c *capture) await(ctx context.Context) {
	if c.env.Clock.Await(ctx, func(version uint64) bool { return version > c.cut }) != nil {
		return
	}
	c.env.Mark(store.MarkPoint)
	c.shares = c.w.Shares()
	close(c.ended)
}

// stream writes one stream of the image, in a goroutine of its own. It drains
// its queues all the time, and continues with that until all streams have scanned
// theirs: its writers may deliver any record.
func (c *capture) stream(ctx context.Context, out *store.Out) error {
	if err := c.drainUntil(ctx, out, c.ended); err != nil {
		return err
	}
	err := c.shares.Scan(ctx, out, func(r store.Rec) error {
		c.take(out, r)
		return c.drain(ctx, out)
	})
	if err != nil {
		return err
	}
	if c.left.Add(-1) == 0 {
		close(c.scanned)
	}
	return c.drainUntil(ctx, out, c.scanned)
}

// take delivers r, unless a writer did.
func (c *capture) take(out *store.Out, r store.Rec) {
	word := &r.Head().Word
	version := latch.Take(word)
	if version <= c.cut {
		sched.Point("push.take")
		out.Put(r, r.Live())
		version = c.cut + 1
	}
	latch.Give(word, version)
}

// drainUntil drains out's queues until done is closed, and once more for what
// came before that.
func (c *capture) drainUntil(ctx context.Context, out *store.Out, done <-chan struct{}) error {
	for {
		if err := c.drain(ctx, out); err != nil {
			return err
		}
		sched.Point("push.drained")
		select {
		case <-done:
			return c.drain(ctx, out)
		case <-ctx.Done():
			return ctx.Err()
		case <-c.bells[out.Stream].c:
		}
	}
}

// drain writes what is in out's queues.
func (c *capture) drain(ctx context.Context, out *store.Out) error {
	b := c.bells[out.Stream]
	if !b.rung.Load() {
		return nil
	}
	b.rung.Store(false) // first: a worker that rings from here on is seen next time
	for i := out.Stream; i < len(c.queues); i += c.env.Streams {
		if err := c.drainQueue(ctx, out, c.queues[i]); err != nil {
			return err
		}
	}
	return nil
}

// drainQueue writes what is in a queue now; what is put in meanwhile has to wait
// for the other queues.
func (c *capture) drainQueue(ctx context.Context, out *store.Out, q *queue) error {
	for end := q.tail.Load(); q.head.Load() != end; {
		ordinal, v := q.front()
		if err := out.Room(ctx, v.Len()); err != nil {
			return err
		}
		out.Put(c.env.Rec(ordinal), v)
		sched.Point("push.drain")
		q.pop()
	}
	return nil
}
