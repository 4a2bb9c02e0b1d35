package store

import (
	"context"
	"fmt"
	"sync"
	"unsafe"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/sched"
)

// An Extent is a run of slots of one table, for algorithms that take memory as
// it lies and not record by record.
type Extent struct {
	t    *table
	from uint64 // its first slot
	n    uint64 // slots
}

// Extents cuts the slots in use, of all tables, into runs of about size bytes,
// of one slot at least. At a physical point of consistency every record is in
// one of them; one that comes later is in none, or absent in it.
func (e *Env) Extents(size int) []Extent {
	var xs []Extent
	for _, t := range e.store.tables {
		step := max(uint64(size)/uint64(t.stride), 1)
		high := t.high.Load()
		for from := uint64(0); from < high; from += step {
			xs = append(xs, Extent{t, from, min(step, high-from)})
		}
	}
	return xs
}

// Memory returns the extent as it lies in memory: the keys of its slots, where
// the table has an index, and the slots.
func (x Extent) Memory() (keys, slots []byte) {
	if x.t.keys != nil {
		keys = unsafe.Slice((*byte)(unsafe.Pointer(&x.t.keys[x.from])), 8*x.n)
	}
	return keys, unsafe.Slice((*byte)(unsafe.Pointer(x.t.head(x.from))), x.n*uint64(x.t.stride))
}

// Len returns the bytes of Memory.
func (x Extent) Len() int {
	keys, slots := x.Memory()
	return len(keys) + len(slots)
}

// ScanCopy adds the records in a copy of extents to an image. Read fills its
// argument with the next Extent.Len bytes of the copy, the keys before the
// slots, in the order of xs; it is called by one goroutine at a time. What it
// reads is all the image is made of: the tables may be written meanwhile.
func (e *Env) ScanCopy(ctx context.Context, w *Image, xs []Extent, read func([]byte) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := &copied{xs: xs, read: read}
	var wg sync.WaitGroup
	for i := range w.w.Streams() {
		wg.Go(func() {
			if err := c.scan(ctx, w.w.Stream(i)); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// A copied is a copy of extents, of which the streams of an image take one
// extent after the other.
type copied struct {
	mu   sync.Mutex
	xs   []Extent           // still to be read; protected by mu
	read func([]byte) error // called under mu
}

// next reads the next extent into buf, which it lengthens if need be.
func (c *copied) next(buf []byte) (Extent, []byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.xs) == 0 {
		return Extent{}, buf, false, nil
	}
	x := c.xs[0]
	c.xs = c.xs[1:]
	if n := x.Len(); n > cap(buf) {
		buf = make([]byte, n)
	} else {
		buf = buf[:n]
	}
	return x, buf, true, c.read(buf)
}

// scan puts extents into one stream until none is left.
func (c *copied) scan(ctx context.Context, s *image.Stream) error {
	var buf []byte
	for ctx.Err() == nil {
		x, b, ok, err := c.next(buf)
		if err != nil || !ok {
			return err
		}
		sched.Point("copied")
		if err := x.put(ctx, s, b); err != nil {
			return err
		}
		buf = b
	}
	return context.Cause(ctx)
}

// put puts the records of x, whose memory b is a copy of, into a stream.
func (x Extent) put(ctx context.Context, s *image.Stream, b []byte) error {
	t, slots := x.t, b
	if t.keys != nil {
		slots = b[8*x.n:]
	}
	for i := range x.n {
		v := x.version(slots, i)
		key := x.from + i
		if t.keys != nil {
			key = *(*uint64)(unsafe.Pointer(&b[8*i]))
		}
		if v.Len() > t.spec.ValueSize {
			return fmt.Errorf("copy of table %q, slot %d: a value of %d bytes, the table allows %d", t.spec.Name, x.from+i,
				v.Len(), t.spec.ValueSize)
		}
		if err := s.Room(ctx, t.spec.ValueSize); err != nil {
			return err
		}
		switch {
		case v.Present():
			s.Put(t.id, key, v.Stamp(), v.Bytes())
		case v.Stamp() != 0:
			s.Absent(t.id, key, v.Stamp())
		}
	}
	return nil
}

// version returns the live version in slot i of a copy.
func (x Extent) version(slots []byte, i uint64) *Version {
	return (*record.Head)(unsafe.Pointer(&slots[i*uint64(x.t.stride)])).Live()
}
