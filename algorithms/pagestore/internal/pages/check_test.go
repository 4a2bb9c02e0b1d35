package pages

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/arena"
)

// newRows returns rows in n pages of size bytes, which the test closes.
func newRows(t testing.TB, size, n, head int) *Rows {
	t.Helper()
	m := new(arena.Meter)
	s, err := NewSpace(size, n, m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRows(s, head)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Close(), s.Close()); err != nil || m.Used() != 0 {
			t.Errorf("closed: %v, %d bytes in use", err, m.Used())
		}
	})
	return r
}

// sane returns what is wrong with a data page of size bytes.
func (p *dataPage) sane(size int) error {
	items := p.items()
	if p.indirect > p.direct || len(items) > maxItems {
		return fmt.Errorf("%d direct items, %d indirect", p.direct, p.indirect)
	}
	if !slices.IsSorted(items[p.direct:]) {
		return fmt.Errorf("indirect items are not sorted: %x", items[p.direct:])
	}
	free := size - dataBytes - itemBytes*len(items)
	end := dataBytes + itemBytes*len(items)
	rows := slices.Sorted(slices.Values(items[:p.direct]))
	if int(p.first) < end || len(rows) > 0 && p.first > rows[0] {
		return fmt.Errorf("items end at %d, first row is said to be at %d, rows %d", end, p.first, rows)
	}
	if len(rows) > 0 && p.first != rows[0] || len(rows) == 0 && int(p.first) != size {
		return fmt.Errorf("first row is said to be at %d, rows %d", p.first, rows)
	}
	for _, off := range rows {
		if int(off) < end {
			return fmt.Errorf("row at %d, the one before it ends at %d", off, end)
		}
		n := int(p.rowBytes(off))
		end = int(off) + n
		free -= n
	}
	if end > size || free != int(p.free) {
		return fmt.Errorf("rows end at %d of %d; %d bytes free, page says %d", end, size, free, p.free)
	}
	return p.saneIDs()
}

// saneIDs checks that every id leads to one live row or to none.
func (p *dataPage) saneIDs() error {
	var hit [maxItems + 1]int
	n := 0
	for id := range maxItems + 1 {
		if s := p.slot(id); s >= 0 {
			hit[s]++
			n++
		}
	}
	for s := range int(p.direct) {
		if hit[s] != 1 {
			return fmt.Errorf("%d ids lead to direct item %d of %d", hit[s], s, p.direct)
		}
	}
	if n != int(p.direct) {
		return fmt.Errorf("%d ids live, %d rows", n, p.direct)
	}
	return nil
}

// sane returns what is wrong with the rows while nobody uses them: with any
// page, with a page in two lists, in the wrong one or lost.
func (r *Rows) sane() error {
	seen := make(map[uint32]uint32)
	for b := range uint32(buckets) {
		prev := uint32(0)
		for i := r.list.buckets[b].head; i != 0; prev, i = i, r.list.nodes[i].next {
			if at, twice := seen[i]; twice {
				return fmt.Errorf("page %d is in buckets %d and %d", i, at, b)
			}
			seen[i] = b
			if r.list.nodes[i].prev != prev {
				return fmt.Errorf("page %d in bucket %d: the page before it is %d, not %d", i, b, prev, r.list.nodes[i].prev)
			}
		}
		if on := r.list.some[b/64].Load()>>(b%64)&1 != 0; on != (r.list.buckets[b].head != 0) {
			return fmt.Errorf("bucket %d: pages are said to be there: %v", b, on)
		}
	}
	for i := uint32(1); i <= r.space.Used(); i++ {
		if err := r.sanePage(i, seen); err != nil {
			return fmt.Errorf("page %d: %w", i, err)
		}
	}
	return nil
}

func (r *Rows) sanePage(i uint32, seen map[uint32]uint32) error {
	h := r.space.At(i)
	if h.Latch.w.Load() != 0 {
		return errors.New("latched")
	}
	if h.Kind != Data {
		return nil
	}
	at, in := seen[i]
	if !in {
		at = nowhere
	}
	want := r.list.bucketOf(data(h))
	low := want < reuse && at < want && want-at <= slack
	if at != want && !low || r.list.nodes[i].where.Load() != at {
		return fmt.Errorf("room for %d, in bucket %d (by its node %d), want %d", data(h).room(), at,
			r.list.nodes[i].where.Load(), want)
	}
	return data(h).sane(r.space.size)
}
