package store

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
)

// A Tracking says how the records are known that an image has to hold, because
// they were written since the image before.
type Tracking string

// Ways of tracking (Ren et al., SIGMOD 2016, §2.3).
const (
	TrackNone Tracking = ""     // not at all: images are full
	TrackBits Tracking = "bits" // a bit vector
	TrackHash Tracking = "hash" // a hash set
	TrackOwn  Tracking = "own"  // images are partial, and the algorithm knows by itself
)

// Dirty is the records written in the current period and in the one before,
// each period with marks of its own, so that what is written after the cut of a
// running checkpoint counts for the next image. A period is what lies between
// two points of consistency; only the algorithm knows on which side of the cut
// a transaction is, so it says to which period a write belongs, as a number of
// which the parity counts.
//
// All methods may be called on nil, and do nothing: so an algorithm is the same
// whether its images are full or partial.
//
// pCALC's §2.3 has two vectors and an active flag; the period's parity is that flag. It is
// taken with the transaction's phase, in the clock's word, so that nobody reads it while
// it turns. Every record declared for writing is marked, written or not, with all locks
// held. Versions are set aside for every record written after the point, dirty or not, as
// in CALC; only marked ones are visited.
//
// The paper does not say what becomes of a checkpoint that was given up. The marks of an
// image that was not published count for the next one (settle). The first image of a
// process is full, also after a recovery: marks do not outlive the process.
//
// The hash set of TrackHash is as large from the start as all records need: nothing may be
// allocated, and no table grown, while a transaction runs. A growing one would take less
// memory and stall transactions. The paper's Bloom filter needs the vector beside it, and
// is not here.
type Dirty struct {
	marks  [2]marks // by parity of the period
	period uint64   // that was closed last; the checkpointer's alone
	closed bool     // it awaits its image's end; the checkpointer's alone
}

// marks are the records marked in one period.
type marks interface {
	Add(ordinal uint64)
	Touch(ordinal uint64)
	Sort()
	ordinals
	Clear()
	Bytes() int64
}

// ordinals are a set of records, by their numbers.
type ordinals interface {
	Each(from, to uint64, f func(ordinal uint64) bool) bool
}

// newDirty returns the marks of so many slots; nil where images are full, or where the
// algorithm knows itself what has changed.
func newDirty(how Tracking, slots int) (*Dirty, error) {
	d := &Dirty{}
	for i := range d.marks {
		switch how {
		case TrackNone, TrackOwn:
			return nil, nil
		case TrackBits:
			d.marks[i] = bits.NewSet(slots)
		case TrackHash:
			d.marks[i] = bits.NewHash(slots)
		default:
			return nil, fmt.Errorf("no way of tracking what is written is called %q", how)
		}
	}
	return d, nil
}

// bytes is the memory of both sets of marks.
func (d *Dirty) bytes() int64 { return d.marks[0].Bytes() + d.marks[1].Bytes() }

// Mark says that r was written, or will be, in a period: the current one, or the
// closed one while transactions of it run. The caller holds r's lock.
func (d *Dirty) Mark(period uint64, r Rec) {
	if d != nil {
		d.marks[period&1].Add(r.Ordinal())
	}
}

// Touch prefetches r's mark.
func (d *Dirty) Touch(r Rec) {
	if d != nil {
		d.marks[0].Touch(r.Ordinal())
		d.marks[1].Touch(r.Ordinal())
	}
}

// Close ends a period: the image of the checkpoint in progress is to hold what
// is marked in it. It comes before any transaction can mark in the next. The
// engine takes care of the marks from here on: once the algorithm has settled,
// and nobody is left who marks in the closed period, they are dropped if the
// image was published, and otherwise count for the next one.
func (d *Dirty) Close(period uint64) {
	if d != nil {
		d.period, d.closed = period, true
	}
}

// settle makes the closed period's marks ready to be those of the next but one.
func (d *Dirty) settle(published bool) {
	if d == nil || !d.closed {
		return
	}
	old, next := d.marks[d.period&1], d.marks[(d.period+1)&1]
	if !published {
		old.Sort()
		old.Each(0, ^uint64(0)>>1, func(i uint64) bool { next.Add(i); return true })
	}
	old.Clear()
	d.closed = false
}

// Partial reports whether the image is based on others: it holds what was
// written since the image before, and otherwise every record.
func (w *Image) Partial() bool { return w.base != 0 }

// ScanDirty hands the records that the image must hold to f: as Scan does all of
// them or, if the image is partial, those marked in the period closed last. No
// transaction may be marking in that any more.
func (e *Env) ScanDirty(ctx context.Context, w *Image, f func(out *Out, r Rec)) error {
	if !w.Partial() || e.Dirty == nil {
		return e.Scan(ctx, w, f)
	}
	m := e.Dirty.marks[e.Dirty.period&1]
	m.Sort()
	return e.ScanOf(ctx, w, m, f)
}

// EachDirty calls f, in one goroutine, with the records that ScanDirty would.
func (e *Env) EachDirty(w *Image, f func(Rec)) {
	if !w.Partial() || e.Dirty == nil {
		e.Records(f)
		return
	}
	m := e.Dirty.marks[e.Dirty.period&1]
	m.Sort()
	m.Each(0, uint64(e.Slots), func(i uint64) bool { f(e.Rec(i)); return true })
}

// ScanOf is Scan for some of the records: those in a set that nobody changes
// meanwhile.
func (e *Env) ScanOf(ctx context.Context, w *Image, of ordinals, f func(out *Out, r Rec)) error {
	shares := w.Shares()
	return w.Streams(ctx, func(ctx context.Context, out *Out) error {
		return shares.ranges(out, func(t *table, from, to uint64) (err error) {
			of.Each(t.first+from, t.first+to, func(i uint64) bool {
				sched.Point("scan")
				if err = out.s.Room(ctx, t.spec.ValueSize); err != nil {
					return false
				}
				f(out, t.rec(i-t.first))
				return true
			})
			return err
		})
	})
}
