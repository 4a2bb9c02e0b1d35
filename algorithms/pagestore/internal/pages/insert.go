package pages

import (
	"fmt"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/sched"
)

// Insert stores a row and returns its link: one page is taken from the free
// list and put back.
func (r *Rows) Insert(row []byte) (Link, error) {
	f := filler{r: r}
	l, err := f.add(row)
	f.done()
	return l, err
}

// InsertRows stores rows, in their order, and sets links[i] to the link of
// rows[i]. A page is taken once, filled until the next row does not fit, and put
// back once; the next empty page is prefetched meanwhile, which one who has a
// single row to insert could not know to want. It stores all rows, or on an error
// none. (It neither looks ahead
// for a smaller row nor for the emptiest page: both tear holes, says
// IGNITE-11584.)
func (r *Rows) InsertRows(rows [][]byte, links []Link) error {
	if len(rows) != len(links) {
		return fmt.Errorf("insert %d rows: room for %d links", len(rows), len(links))
	}
	f := filler{r: r}
	for i, row := range rows {
		f.more = i+1 < len(rows)
		l, err := f.add(row)
		if err != nil {
			f.done()
			r.undo(links[:i])
			return fmt.Errorf("insert row %d of %d: %w", i, len(rows), err)
		}
		links[i] = l
	}
	f.done()
	return nil
}

// undo removes the rows of a batch that could not be put as a whole.
func (r *Rows) undo(links []Link) {
	for i, l := range links {
		_ = r.Remove(l) // nobody else knows the link
		links[i] = 0
	}
}

// A filler adds rows to a page that it took from the free list and has latched.
type filler struct {
	r      *Rows
	p      *dataPage // nil: none
	i      uint32
	n, sum int64 // rows and bytes added, and not yet counted
	more   bool  // rows follow
}

// done puts the page back.
func (f *filler) done() {
	f.putBack()
	if f.n != 0 {
		f.r.count.Add(f.n)
		f.r.bytes.Add(f.sum)
		f.n, f.sum = 0, 0
	}
}

// putBack returns the page that is filled to the free list and releases its latch.
func (f *filler) putBack() {
	if f.p == nil {
		return
	}
	f.r.list.put(f.i, f.p)
	f.p.Latch.Unlock()
	f.p = nil
}

// add stores a row. One that is longer than a page is cut tail first, so that
// the link of the part written last, its head, is the row's; parts that fill a
// page go to empty ones, and the head competes for the room in any.
func (f *filler) add(row []byte) (Link, error) {
	r := f.r
	next, first := Link(0), row
	for len(first) > r.most {
		cut := max(len(first)-r.most, r.head)
		l, err := r.whole(first[cut:], next)
		if err != nil {
			f.giveUp(next)
			return 0, err
		}
		next, first = l, first[:cut]
	}
	if f.p == nil || f.p.full() || f.p.room() < len(first) {
		f.putBack()
		if err := f.open(len(first)); err != nil {
			f.giveUp(next)
			return 0, err
		}
	}
	f.n++
	f.sum += int64(len(row))
	return linkTo(f.i, f.p.add(first, next, true, r.space.size)), nil
}

// giveUp removes the parts of a row that cannot be stored in full. The filler's
// own page goes back first: the parts may lie in pages that other fillers have
// latched, and theirs in this one.
func (f *filler) giveUp(parts Link) {
	f.putBack()
	_, _ = f.r.removeFrom(parts) // nobody else knows them
}

// open takes a page with room for n bytes. Between its leaving the list and its
// being latched somebody may have made a row of it longer: then it is put back.
func (f *filler) open(n int) (err error) {
	for {
		f.p, f.i, err = f.r.latched(f.r.list.take(n))
		if err != nil || !f.p.full() && f.p.room() >= n {
			break
		}
		f.putBack()
	}
	if f.more && err == nil {
		f.r.fetch(f.r.list.nextEmpty())
	}
	return err
}

// fetch prefetches an empty page: its header, and where its first rows will be.
func (r *Rows) fetch(i uint32) {
	if i == 0 {
		return
	}
	p := unsafe.Pointer(r.space.At(i))
	prefetch.Line(p)
	for off := r.space.size - min(fetched, r.space.size); off < r.space.size; off += 64 {
		prefetch.Line(unsafe.Add(p, off))
	}
}

// fetched is how much of a row is prefetched.
const fetched = 4 << 10 // bytes at most at the end of a page; their misses overlap

// whole puts a part of a row into an empty page.
func (r *Rows) whole(part []byte, next Link) (Link, error) {
	p, i, err := r.latched(r.list.takeEmpty())
	if err != nil {
		return 0, err
	}
	l := linkTo(i, p.add(part, next, false, r.space.size))
	r.space.parts.Add(uint64(i))
	r.list.put(i, p)
	p.Latch.Unlock()
	return l, nil
}

// latched latches the page that was taken from the free list for writing, or a
// new one where that is 0.
func (r *Rows) latched(i uint32) (*dataPage, uint32, error) {
	if i != 0 {
		sched.Point("pages.taken")
		return data(r.space.Lock(i)), i, nil
	}
	h, i, err := r.space.Alloc(Data)
	if err != nil {
		return nil, 0, err
	}
	r.list.nodes[i].where.Store(taken)
	data(h).reset(r.space.size)
	return data(h), i, nil
}
