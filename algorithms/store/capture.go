package store

import (
	"context"
	"sync"
	"sync/atomic"

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
func (o *Out) Put(r Rec, v *Version) { o.put(r.t.id, r.Key(), v) }

func (o *Out) put(table int, key uint64, v *Version) {
	switch {
	case v.Present():
		o.s.Put(table, key, v.Stamp(), v.Bytes())
	case v.Stamp() != 0:
		o.s.Absent(table, key, v.Stamp())
	}
}

// Add makes room for a record, waiting for the device where it must, and adds
// the record as it is in version v. It is for Parts.
func (o *Out) Add(ctx context.Context, table int, key uint64, v *Version) error {
	if err := o.s.Room(ctx, v.Len()); err != nil {
		return err
	}
	o.put(table, key, v)
	return nil
}

// AddValue is Add for an algorithm that keeps its versions outside memory: v is
// the value, or nil where the transaction of that stamp deleted the record.
func (o *Out) AddValue(ctx context.Context, table int, key, stamp uint64, v []byte) error {
	if err := o.s.Room(ctx, len(v)); err != nil {
		return err
	}
	if v == nil {
		o.s.Absent(table, key, stamp)
	} else {
		o.s.Put(table, key, stamp, v)
	}
	return nil
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

// Parts is Scan for an algorithm that keeps its records elsewhere than in their
// slots, in n parts of its own: f Adds the records of one part. Each stream of
// the image takes the next part that none has taken, until one fails.
func (e *Env) Parts(ctx context.Context, w *Image, n int, f func(ctx context.Context, out *Out, part int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for i := range w.w.Streams() {
		wg.Go(func() {
			out := &Out{Stream: i, s: w.w.Stream(i)}
			for {
				part := int(taken.Add(1)) - 1
				if part >= n || ctx.Err() != nil {
					return
				}
				sched.Point("part")
				if err := f(ctx, out, part); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// each calls f for every slot in use, a contiguous part of each table per
// stream, and stops at the first error.
func (w *Image) each(ctx context.Context, f func(context.Context, *Out, *table, uint64) error) error {
	shares := w.Shares()
	return w.Streams(ctx, func(ctx context.Context, out *Out) error {
		return shares.each(out, func(t *table, slot uint64) error { return f(ctx, out, t, slot) })
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

// Shares are the records of every stream of an image: a contiguous part of each
// table. They are one look for all streams: were a table to grow between two
// looks, shares would overlap, or leave records out.
type Shares struct {
	w     *Image
	highs []uint64 // by table
}

// Shares divides the records that there are now.
func (w *Image) Shares() Shares {
	s := Shares{w: w}
	for _, t := range w.e.store.tables {
		s.highs = append(s.highs, t.high.Load())
	}
	return s
}

// Scan hands every record of out's share to f, with room made for it, and stops
// at the first error.
func (s Shares) Scan(ctx context.Context, out *Out, f func(r Rec) error) error {
	return s.each(out, func(t *table, slot uint64) error {
		if err := out.s.Room(ctx, t.spec.ValueSize); err != nil {
			return err
		}
		return f(t.rec(slot))
	})
}

// each calls f for every slot of out's share.
func (s Shares) each(out *Out, f func(*table, uint64) error) error {
	i, n := uint64(out.Stream), uint64(s.w.w.Streams())
	for j, t := range s.w.e.store.tables {
		high := s.highs[j]
		for slot := high * i / n; slot < high*(i+1)/n; slot++ {
			sched.Point("scan")
			if err := f(t, slot); err != nil {
				return err
			}
		}
	}
	return nil
}

// Room makes room for one more record with a value of up to n bytes, for a Put
// of another record than the one that was handed out. It may wait for the
// device, and fails as the image does; so it is not to be called under a latch.
func (o *Out) Room(ctx context.Context, n int) error { return o.s.Room(ctx, n) }
