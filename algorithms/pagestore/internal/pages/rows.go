package pages

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
)

// A Link names a row until it is removed: the id of its item in the upper byte,
// and the number of the page. 0 is no row.
type Link uint64

// idShift is where a Link has the row's id within its page; the page is in the low bits.
const idShift = 56

// linkTo packs a link; page and id unpack it.
func linkTo(page uint32, id int) Link { return Link(id)<<idShift | Link(page) }

func (l Link) page() uint32 { return uint32(l) }

func (l Link) id() int { return int(l >> idShift) }

// ErrNoRow is returned for a link that names no row.
var ErrNoRow = errors.New("link names no row")

// Rows are byte strings of any length in data pages. The methods may be called
// concurrently; but that no row is removed by two, or while another reads or
// updates it, is the caller's business: it has a latch or a lock for each row.
// (A caller that breaks that gets a wrong row or ErrNoRow, and no damage.)
type Rows struct {
	space *Space
	list  *freeList
	head  int // bytes that lie in a row's first part together
	most  int // payload of a part that fills a page
	count atomic.Int64
	bytes atomic.Int64
}

// NewRows returns rows without a row in them, in pages of s. The first head
// bytes of a row, such as its key, are never torn over two pages.
func NewRows(s *Space, head int) (*Rows, error) {
	most := s.size - dataBytes - reserve
	if head < 0 || head > most {
		return nil, fmt.Errorf("row head of %d bytes: a page holds %d", head, most)
	}
	l, err := newFreeList(s)
	if err != nil {
		return nil, err
	}
	return &Rows{space: s, list: l, head: head, most: most}, nil
}

// Close gives the free list's memory back. Nobody may be using the rows.
func (r *Rows) Close() error { return r.list.arena.Free() }

// PageRow returns the most bytes of a row that is not fragmented.
func (r *Rows) PageRow() int { return r.most }

// Count returns how many rows there are, and Bytes their length in all.
func (r *Rows) Count() int64 { return r.count.Load() }

// Bytes returns the length of all rows.
func (r *Rows) Bytes() int64 { return r.bytes.Load() }

// Pages returns how many pages have a row in them, or are being filled.
func (r *Rows) Pages() int { return int(r.space.InUse()) - r.list.empty() }

// data returns h as a data page; it is latched.
func data(h *Head) *dataPage { return (*dataPage)(unsafe.Pointer(h)) }

// find returns the row's direct item in h, which is latched, or ErrNoRow.
func find(h *Head, l Link) (*dataPage, int, error) {
	p := data(h)
	if h.Kind != Data {
		return nil, 0, fmt.Errorf("%w: page %d has no rows", ErrNoRow, l.page())
	}
	s := p.slot(l.id())
	if s < 0 {
		return nil, 0, fmt.Errorf("%w: page %d, id %d", ErrNoRow, l.page(), l.id())
	}
	return p, s, nil
}

// known returns ErrNoRow unless the link is to a page there is.
func (r *Rows) known(l Link) error {
	if i := l.page(); i == 0 || i > r.space.Used() {
		return fmt.Errorf("%w: page %d of %d", ErrNoRow, i, r.space.Used())
	}
	return nil
}

// Read appends the row that l names to dst.
func (r *Rows) Read(l Link, dst []byte) ([]byte, error) {
	for l != 0 {
		if err := r.known(l); err != nil {
			return dst, err
		}
		h := r.space.At(l.page())
		h.Latch.RLock()
		p, s, err := find(h, l)
		if err != nil {
			h.Latch.RUnlock()
			return dst, err
		}
		payload, next, _ := p.part(*p.item(s))
		dst = append(dst, payload...)
		h.Latch.RUnlock()
		l = next
	}
	return dst, nil
}

// View calls fn with the first part of the row that l names, at least the row's
// head, with its page latched for reading: fn must use no page.
func (r *Rows) View(l Link, fn func(head []byte)) error {
	if err := r.known(l); err != nil {
		return err
	}
	h := r.space.At(l.page())
	h.Latch.RLock()
	defer h.Latch.RUnlock()
	p, s, err := find(h, l)
	if err != nil {
		return err
	}
	head, _, _ := p.part(*p.item(s))
	fn(head)
	return nil
}

// Update overwrites the row that l names in place, and reports whether it
// could: only a row that lies in one page, and, with another length, where that
// page has room for it.
func (r *Rows) Update(l Link, row []byte) (bool, error) {
	if err := r.known(l); err != nil {
		return false, err
	}
	h := r.space.Lock(l.page())
	defer h.Latch.Unlock()
	p, s, err := find(h, l)
	if err != nil {
		return false, err
	}
	payload, next, _ := p.part(*p.item(s))
	if next != 0 {
		return false, nil
	}
	more := len(row) - len(payload)
	if more == 0 {
		copy(payload, row)
		return true, nil
	}
	if !p.resize(s, row, r.space.size) {
		return false, nil
	}
	r.bytes.Add(int64(more))
	r.list.moved(l.page(), p)
	return true, nil
}

// Fetch prefetches what is read first of the row that l names, if there is one:
// its page's head and its item. It is for a caller with many rows to come to.
func (r *Rows) Fetch(l Link) {
	if l.page() > r.space.Used() {
		return
	}
	h := unsafe.Pointer(r.space.At(l.page()))
	prefetch.Line(h)
	prefetch.Line(unsafe.Add(h, dataBytes+itemBytes*l.id()))
}

// Remove removes the row that l names.
func (r *Rows) Remove(l Link) error {
	n, err := r.removeFrom(l)
	if err == nil {
		r.count.Add(-1)
	}
	r.bytes.Add(-int64(n))
	return err
}

// removeFrom removes a row from one of its parts on and returns the bytes.
func (r *Rows) removeFrom(l Link) (n int, err error) {
	for l != 0 {
		if err := r.known(l); err != nil {
			return n, err
		}
		h := r.space.Lock(l.page())
		p, s, err := find(h, l)
		if err != nil {
			h.Latch.Unlock()
			return n, err
		}
		payload, next, _ := p.part(*p.item(s))
		n += len(payload)
		p.remove(l.id(), s, r.space.size)
		if p.direct == 0 {
			r.space.parts.Remove(uint64(l.page()))
		}
		r.list.moved(l.page(), p)
		h.Latch.Unlock()
		l = next
	}
	return n, nil
}

// Walk calls fn with every row's link and its first part, at least the row's
// head; rows that come or go meanwhile may be met or not. fn must not keep the
// slice, nor use r, nor wait for anybody who does.
func (r *Rows) Walk(fn func(l Link, head []byte)) {
	for i := uint32(1); i <= r.space.Used(); i++ {
		h := r.space.At(i)
		h.Latch.RLock()
		if h.Kind == Data {
			data(h).each(func(id int, off uint16) {
				if payload, _, first := data(h).part(off); first {
					fn(linkTo(i, id), payload)
				}
			})
		}
		h.Latch.RUnlock()
	}
}

// each calls fn with the id and the offset of every row in the page.
func (p *dataPage) each(fn func(id int, off uint16)) {
	var ids [maxItems]uint8
	for s := range int(p.direct) {
		ids[s] = uint8(s)
	}
	for _, e := range p.items()[p.direct:] {
		ids[e&0xff] = uint8(e >> 8)
	}
	for s := range int(p.direct) {
		fn(int(ids[s]), *p.item(s))
	}
}
