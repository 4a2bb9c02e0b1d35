package store

import (
	"context"
	"sync"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/sched"
)

// An Image is an image being written.
type Image struct {
	w *image.Writer
	e *Env
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

// Room makes room for one more record with a value of up to n bytes, beside the
// record that Scan hands out. It may wait for the device, and fails as the
// stream does; it is not for use under a latch.
func (o *Out) Room(ctx context.Context, n int) error { return o.s.Room(ctx, n) }

// Scan hands every record to f, which Puts it in the image or does not. Each
// stream of the image scans a part of every table in a goroutine of its own.
func (e *Env) Scan(ctx context.Context, w *Image, f func(out *Out, r Rec)) error {
	parts := w.Parts()
	return w.Streams(ctx, func(ctx context.Context, out *Out) error {
		return parts.Scan(ctx, out, func(r Rec) error {
			f(out, r)
			return nil
		})
	})
}

// Streams calls f for every stream of the image, in a goroutine of its own. The
// first error ends the context of all, and is returned when they have ended.
func (w *Image) Streams(ctx context.Context, f func(ctx context.Context, out *Out) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i := range w.w.Streams() {
		wg.Go(func() {
			if err := f(ctx, &Out{Stream: i, s: w.w.Stream(i)}); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// Parts divide the records among the streams of an image, a contiguous part of
// each table for every stream. It is one look for all of them: were a table to
// grow between two looks, their parts would overlap, or leave records out.
type Parts struct {
	w     *Image
	highs []uint64 // by table
}

// Parts returns the parts of all records there are now.
func (w *Image) Parts() Parts {
	p := Parts{w: w}
	for _, t := range w.e.store.tables {
		p.highs = append(p.highs, t.high.Load())
	}
	return p
}

// Scan hands every record of out's part to f, with room made for it, and stops
// at the first error.
func (p Parts) Scan(ctx context.Context, out *Out, f func(r Rec) error) error {
	i, n := uint64(out.Stream), uint64(p.w.w.Streams())
	for j, t := range p.w.e.store.tables {
		high := p.highs[j]
		for slot := high * i / n; slot < high*(i+1)/n; slot++ {
			sched.Point("scan")
			if err := out.s.Room(ctx, t.spec.ValueSize); err != nil {
				return err
			}
			if err := f(t.rec(slot)); err != nil {
				return err
			}
		}
	}
	return nil
}
