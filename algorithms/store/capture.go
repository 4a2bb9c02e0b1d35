package store

import (
	"context"
	"sync"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/sched"
)

// An Image is an image being written.
type Image struct {
	w    *image.Writer
	e    *Env
	base uint64 // the image that it is based on; 0 for a full one
}

// An Out is one stream of an image, used by one goroutine.
type Out struct {
	Stream int // below Env.Streams
	s      *image.Stream
}

// Put adds record r as it is in version v. It neither blocks nor fails: room
// was made before the record was handed out, so it may be called under a latch.
func (o *Out) Put(r Rec, v *Version) {
	if v.Written() { // otherwise r may be being claimed, and its key not be there yet
		o.put(r.t.id, r.Key(), v.Stamp(), v.Bytes())
	}
}

// put adds a record's value, or nil where the transaction of that stamp deleted
// it.
func (o *Out) put(table int, key, stamp uint64, v []byte) {
	if v == nil {
		o.s.Absent(table, key, stamp)
	} else {
		o.s.Put(table, key, stamp, v)
	}
}

// Add makes room for a record, waiting for the device where it must, and adds
// the record as it is in version v. It is for Parts.
func (o *Out) Add(ctx context.Context, table int, key uint64, v *Version) error {
	if !v.Written() {
		return nil
	}
	return o.AddValue(ctx, table, key, v.Stamp(), v.Bytes())
}

// AddValue is Add for an algorithm that has no version in memory: v is the
// record's value, or nil where the transaction of that stamp deleted it. It is
// for Parts.
func (o *Out) AddValue(ctx context.Context, table int, key, stamp uint64, v []byte) error {
	if err := o.s.Room(ctx, len(v)); err != nil {
		return err
	}
	o.put(table, key, stamp, v)
	return nil
}

// Discarded reports whether what is handed to the image is thrown away.
func (w *Image) Discarded() bool { return w.w.Discarded() }

// Scan hands every record to f, which Puts it in the image or does not. Each
// stream of the image scans a part of every table in a goroutine of its own.
func (e *Env) Scan(ctx context.Context, w *Image, f func(out *Out, r Rec)) error {
	shares := w.Shares()
	return w.Streams(ctx, func(ctx context.Context, out *Out) error {
		return shares.Scan(ctx, out, func(r Rec) error { f(out, r); return nil })
	})
}

// Parts is Scan for an algorithm that keeps its records elsewhere than in their
// slots, in n parts of its own: f Adds the records of one part. Each stream of
// the image takes the next part that none has taken, until one fails.
func (e *Env) Parts(ctx context.Context, w *Image, n int, f func(ctx context.Context, out *Out, part int) error) error {
	return durable.Share(ctx, w.w.Streams(), n, func(ctx context.Context, stream, part int) error {
		sched.Point("part")
		return f(ctx, &Out{Stream: stream, s: w.w.Stream(stream)}, part)
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
	return s.ranges(out, func(t *table, from, to uint64) error {
		for slot := from; slot < to; slot++ {
			sched.Point("scan")
			if err := out.s.Room(ctx, t.spec.ValueSize); err != nil {
				return err
			}
			if err := f(t.rec(slot)); err != nil {
				return err
			}
		}
		return nil
	})
}

// ranges calls f for out's share of every table: the slots from from to to-1.
func (s Shares) ranges(out *Out, f func(t *table, from, to uint64) error) error {
	i, n := uint64(out.Stream), uint64(s.w.w.Streams())
	for j, t := range s.w.e.store.tables {
		high := s.highs[j]
		if err := f(t, high*i/n, high*(i+1)/n); err != nil {
			return err
		}
	}
	return nil
}

// Room makes room for one more record with a value of up to n bytes, for a Put
// of another record than the one that was handed out. It may wait for the
// device, and fails as the image does; so it is not to be called under a latch.
func (o *Out) Room(ctx context.Context, n int) error { return o.s.Room(ctx, n) }
