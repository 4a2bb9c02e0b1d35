package pages

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	flags "ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
)

// A Capture is what a checkpoint knows of the pages of rows: which were changed
// since the point of consistency before, and, of those that it has yet to read,
// what they were at the point. Whoever is the first to change such a page copies
// it before (Ignite's copy on write into its checkpoint buffer), with the page
// latched for writing, as every change has it.
//
// Begin, End and Settle are called in turn by one goroutine; Readers read
// between Begin and End.
type Capture struct {
	space   *Space
	copies  *arena.Arena // that of page i is the i-th
	meter   *arena.Meter
	changed *flags.Set   // between the last two points; nobody changes it while it is read
	waiting *flags.Set   // to be copied before they are changed; a page's latch protects its bit
	kept    *flags.Set   // copied; a page's latch protects its bit
	n       atomic.Int64 // bytes copied
}

// NewCapture has the rows' pages captured by c from now on; once, and before
// anybody uses the rows. What is copied is counted on m.
func (r *Rows) NewCapture(m *arena.Meter) (*Capture, error) {
	s := r.space
	n := int(s.pages)
	a, err := arena.New(n*s.size, arena.Options{Lazy: true}, m)
	if err != nil {
		return nil, fmt.Errorf("copies of pages: %w", err)
	}
	c := &Capture{
		space: s, copies: a, meter: m,
		changed: flags.NewSet(n), waiting: flags.NewSet(n), kept: flags.NewSet(n),
	}
	m.Add(c.sets())
	s.capture = c
	return c, nil
}

// sets returns the bytes of the three sets.
func (c *Capture) sets() int64 { return 3 * c.changed.Bytes() }

// Close gives the memory back. Nobody may be using the rows.
func (c *Capture) Close() error {
	c.meter.Add(-c.sets())
	return c.copies.Free()
}

// Begin makes this moment the point of consistency: nobody may be changing a
// row. What was changed since the one before is to be captured, or with all set
// everything. Pages with a part of a row that begins elsewhere are kept as they
// are as well, for the page that it begins in may be one of those.
func (c *Capture) Begin(all bool) {
	s := c.space
	c.changed, s.dirty = s.dirty, c.changed
	used := s.Used()
	for w := range int(used)/64 + 1 {
		if all {
			c.changed.SetWord(w, upTo(used, w))
		}
		c.waiting.SetWord(w, c.changed.Word(w)|s.parts.Word(w))
	}
}

// upTo returns those of the pages 1 to last that are in a word of a set.
func upTo(last uint32, word int) uint64 {
	w := ^uint64(0)
	if word == 0 {
		w--
	}
	if word == int(last/64) {
		w &= ^uint64(0) >> (63 - last%64)
	}
	return w
}

// before copies page i, which is latched for writing and will be changed, if it
// must be.
func (c *Capture) before(i uint32) {
	if c == nil || !c.waiting.Has(uint64(i)) {
		return
	}
	sched.Point("pages.before")
	copy(c.copied(i), c.space.body(i))
	c.kept.Add(uint64(i))
	c.waiting.Remove(uint64(i))
	c.n.Add(int64(c.space.size))
	c.meter.Add(int64(c.space.size))
}

// copied returns where page i is copied to.
func (c *Capture) copied(i uint32) []byte {
	at := int(i) << c.space.shift
	return c.copies.Bytes()[at+latchBytes : at+c.space.size]
}

// Pages returns how many pages there are, from number 1 up: those of the capture
// and perhaps newer ones, which are in none.
func (c *Capture) Pages() uint32 { return c.space.Used() }

// End has nobody copy any more, and gives the copies back. What was not read
// till now is lost for this capture.
func (c *Capture) End() error {
	c.waiting.Each(0, uint64(c.space.pages), func(i uint64) bool {
		h := c.space.At(uint32(i))
		h.Latch.RLock() // somebody may be copying it
		c.waiting.Remove(i)
		h.Latch.RUnlock()
		return true
	})
	n := c.n.Swap(0)
	if n == 0 {
		return nil
	}
	c.kept.Clear()
	c.meter.Add(-n)
	return c.copies.Forget(int(c.space.Used()+1) << c.space.shift)
}

// Settle ends a capture that became an image, and of one that did not it has
// what was changed before it captured by the next. It may be called again.
func (c *Capture) Settle(published bool) {
	if !published {
		c.changed.Each(0, uint64(c.space.pages), func(i uint64) bool {
			c.space.dirty.Add(i)
			return true
		})
	}
	c.changed.Clear()
}

// A Reader reads what a Capture captures, for one goroutine.
type Reader struct {
	c          *Capture
	page, part []uint64 // copies of pages
	row        []byte   // one of several parts
}

// NewReader returns a reader.
func (c *Capture) NewReader() *Reader {
	n := c.space.size / 8
	return &Reader{c: c, page: make([]uint64, n), part: make([]uint64, n)}
}

// Each calls fn with every row, as it was at the point, that begins in a page of
// those with numbers from from up to to, to not included, that were changed, until
// fn returns an error, which is returned. The row is valid until fn returns.
func (r *Reader) Each(from, to uint32, fn func(row []byte) error) (err error) {
	r.c.changed.Each(uint64(from), uint64(to), func(i uint64) bool {
		sched.Point("pages.capture")
		err = r.rows(uint32(i), fn)
		return err == nil
	})
	return err
}

// rows calls fn with the rows of page i.
func (r *Reader) rows(i uint32, fn func(row []byte) error) error {
	p := data(r.take(i, r.page, true))
	if p.Kind != Data {
		return nil
	}
	var errs error
	p.each(func(id int, off uint16) {
		payload, next, first := p.part(off)
		if !first || errs != nil {
			return
		}
		if next != 0 {
			if payload, errs = r.whole(payload, next); errs != nil {
				errs = fmt.Errorf("row %d of page %d: %w", id, i, errs)
				return
			}
		}
		errs = fn(payload)
	})
	return errs
}

// whole returns the row of several parts that begins with head and goes on at l.
func (r *Reader) whole(head []byte, l Link) ([]byte, error) {
	r.row = append(r.row[:0], head...)
	for l != 0 {
		if l.page() == 0 || l.page() > r.c.space.Used() {
			return nil, fmt.Errorf("%w: page %d", ErrNoRow, l.page())
		}
		p, slot, err := find(r.take(l.page(), r.part, false), l)
		if err != nil {
			return nil, err
		}
		payload, next, first := p.part(*p.item(slot))
		if first {
			return nil, errors.Join(ErrNoRow, errors.New("a part is a row of its own"))
		}
		r.row = append(r.row, payload...)
		l = next
	}
	return r.row, nil
}

// take copies page i as it was at the point. If it is the page's own turn nobody
// need keep it any more, unless rows that begin elsewhere go on in it.
func (r *Reader) take(i uint32, dst []uint64, turn bool) *Head {
	c := r.c
	h := c.space.At(i)
	h.Latch.RLock()
	from := c.space.body(i)
	if c.kept.Has(uint64(i)) {
		from = c.copied(i)
	}
	to := unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), c.space.size)
	copy(to[latchBytes:], from)
	if turn && !c.space.parts.Has(uint64(i)) {
		c.waiting.Remove(uint64(i))
	}
	h.Latch.RUnlock()
	return (*Head)(unsafe.Pointer(&dst[0]))
}
