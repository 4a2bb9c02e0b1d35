package store

import (
	"context"
	"sync"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/sched"
)

// An Image is an image being written.
type Image struct {
	w    *image.Writer
	e    *Env
	base uint64 // the image that it is to be laid over; 0 for a full one
}

// An Out is one stream of an image, used by one goroutine.
type Out struct {
	Stream int // below Env.Streams
	s      *image.Stream
}

// Put adds record r as it is in version v. It neither blocks nor fails: room
// was made before the record was handed out, so it may be called under a latch.
func (o *Out) Put(r Rec, v *Version) {
	switch {
	case v.Present():
		o.s.Put(r.t.id, r.Key(), v.Stamp(), v.Bytes())
	case v.Stamp() != 0:
		o.s.Absent(r.t.id, r.Key(), v.Stamp())
	}
}

// Scan hands every record to f, which Puts it in the image or does not. Each
// stream of the image scans a part of every table in a goroutine of its own.
func (e *Env) Scan(ctx context.Context, w *Image, f func(out *Out, r Rec)) error {
	return w.each(ctx, func(ctx context.Context, out *Out, t *table, slot uint64) error {
		if err := out.s.Room(ctx, t.spec.ValueSize); err != nil {
			return err
		}
		f(out, t.rec(slot))
		return nil
	})
}

// each calls f for every slot in use.
func (w *Image) each(ctx context.Context, f func(context.Context, *Out, *table, uint64) error) error {
	return w.streams(ctx, func(ctx context.Context, out *Out, t *table, from, to uint64) error {
		for slot := from; slot < to; slot++ {
			sched.Point("scan")
			if err := f(ctx, out, t, slot); err != nil {
				return err
			}
		}
		return nil
	})
}

// streams calls f for the slots in use, a contiguous part of each table per
// stream, and stops at the first error.
func (w *Image) streams(ctx context.Context, f func(ctx context.Context, out *Out, t *table, from, to uint64) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n := uint64(w.w.Streams())
	// One look for all streams: were a table to grow between two of them,
	// their parts would overlap, or leave records out.
	var highs []uint64
	for _, t := range w.e.store.tables {
		highs = append(highs, t.high.Load())
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			out := &Out{Stream: int(i), s: w.w.Stream(int(i))}
			for j, t := range w.e.store.tables {
				high := highs[j]
				if err := f(ctx, out, t, high*i/n, high*(i+1)/n); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
