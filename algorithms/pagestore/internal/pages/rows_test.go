package pages

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// row returns n bytes that tell which row they are of.
func row(n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// Rows of every length at a boundary come back, alone and in one batch, in
// pages of every size, and leave only empty pages.
func TestRowSizes(t *testing.T) {
	for size := Smallest; size <= Largest; size *= 2 {
		for _, head := range []int{0, 1, 8, 100} {
			r := newRows(t, size, 400, head)
			m := r.PageRow()
			sizes := []int{
				0, 1, 2, 7, 8, 9, head, m - 1, m, m + 1, m + head - 1, m + head, m + head + 1, 2*m - 1, 2 * m, 2*m + 1,
				2*m + head - 1, 2*m + head, 3*m - 1, 3 * m, 3*m + 1, 5 * m / 2, 10*m + 3,
			}
			var rows [][]byte
			for i, n := range sizes {
				rows = append(rows, row(max(n, 0), uint64(i)))
			}
			links := make([]Link, len(rows))
			if err := r.InsertRows(rows, links); err != nil {
				t.Fatal(err)
			}
			for _, b := range rows {
				l, err := r.Insert(b)
				if err != nil {
					t.Fatal(err)
				}
				links = append(links, l)
			}
			heads := 0
			r.Walk(func(_ Link, b []byte) {
				if heads++; len(b) < min(head, m) && !contains(rows, b) {
					t.Errorf("pages of %d bytes: a head of %d bytes, want %d", size, len(b), head)
				}
			})
			if heads != len(links) || r.Count() != int64(heads) {
				t.Errorf("pages of %d bytes: %d rows met and %d counted of %d", size, heads, r.Count(), len(links))
			}
			if err := r.sane(); err != nil {
				t.Fatal(err)
			}
			for i, l := range links {
				want := rows[i%len(rows)]
				got, err := r.Read(l, nil)
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("pages of %d bytes, head %d: row of %d bytes came back with %d: %v", size, head, len(want), len(got), err)
				}
				if err := r.Remove(l); err != nil {
					t.Fatal(err)
				}
				if _, err := r.Read(l, nil); !errors.Is(err, ErrNoRow) {
					t.Fatalf("a removed row is read: %v", err)
				}
			}
			if err := r.allEmpty(); err != nil {
				t.Error(err)
			}
		}
	}
}

func contains(rows [][]byte, b []byte) bool {
	for _, r := range rows {
		if bytes.Equal(r, b) {
			return true
		}
	}
	return false
}

// allEmpty returns an error unless every page is empty and can be used again.
func (r *Rows) allEmpty() error {
	n := 0
	for i := r.list.buckets[reuse].head; i != 0; i = r.list.nodes[i].next {
		n++
	}
	if n != int(r.space.Used()) || r.Count() != 0 || r.Bytes() != 0 {
		return fmt.Errorf("%d of %d pages can be used again; %d rows of %d bytes are counted", n, r.space.Used(), r.Count(),
			r.Bytes())
	}
	return r.sane()
}

// What no link names is an error, whatever the page holds.
func TestNoRow(t *testing.T) {
	r := newRows(t, 1024, 4, 0)
	keep, err := r.Insert([]byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	h, i, err := r.space.Alloc(Index)
	if err != nil {
		t.Fatal(err)
	}
	h.Latch.Unlock()
	for _, l := range []Link{keep + 1, keep | 1<<idShift, 255<<idShift | keep, 77, linkTo(i, 0), 1 << 40 &^ 0xffffffff,
		3 << idShift} {
		_, e1 := r.Read(l, nil)
		_, e2 := r.Update(l, []byte("xxxx"))
		if e3 := r.Remove(l); !errors.Is(e1, ErrNoRow) || !errors.Is(e2, ErrNoRow) || !errors.Is(e3, ErrNoRow) {
			t.Errorf("link %x: read %v, update %v, remove %v", uint64(l), e1, e2, e3)
		}
	}
	if got, err := r.Read(keep, nil); err != nil || string(got) != "kept" || r.Count() != 1 {
		t.Errorf("%q, %v, %d rows", got, err, r.Count())
	}
}

// Only a row that lies in one page is updated in place, and, with another length,
// where that page has room.
func TestUpdate(t *testing.T) {
	r := newRows(t, 1024, 40, 0)
	check := func(old, now int, want bool) {
		t.Helper()
		l, err := r.Insert(row(old, 1))
		if err != nil {
			t.Fatal(err)
		}
		before := r.Bytes()
		got, err := r.Update(l, row(now, 2))
		if err != nil || got != want {
			t.Errorf("%d bytes over %d: %v, %v, want %v", now, old, got, err, want)
		}
		wanted := row(old, 1)
		if want {
			wanted = row(now, 2)
		}
		if b, err := r.Read(l, nil); err != nil || !bytes.Equal(b, wanted) {
			t.Errorf("%d bytes over %d: wrong row afterwards: %v", now, old, err)
		}
		if got, want := r.Bytes()-before, int64(len(wanted)-old); got != want {
			t.Errorf("%d bytes over %d: the rows are %d longer, want %d", now, old, got, want)
		}
		if err := r.sane(); err != nil {
			t.Error(err)
		}
	}
	m := r.PageRow()
	check(0, 0, true)
	check(10, 10, true)
	check(10, 9, true)
	check(10, 0, true)
	check(10, 11, true)
	check(m, m, true)
	check(m, m+1, true) // there are reserves for a link and another row's item
	check(m, m+reserve-itemBytes-lenBytes, true)
	check(m, m+reserve-itemBytes-lenBytes+1, false)
	check(m, 0, true)
	check(m/2+100, 2*m, false)
	check(m+1, m+1, false)
	check(m+1, 5, false)
}

// A row that gets longer or shorter in the middle of a full page moves the others,
// whose links stay valid, and takes all that is free and no more.
func TestResizeAmongOthers(t *testing.T) {
	r := newRows(t, 1024, 1, 0)
	var links []Link
	want := make(map[Link][]byte)
	for {
		b := row(40, uint64(len(links)))
		l, err := r.Insert(b)
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		links, want[l] = append(links, l), b
	}
	change := func(l Link, n int, could bool) {
		t.Helper()
		b := row(n, uint64(n))
		got, err := r.Update(l, b)
		if err != nil || got != could {
			t.Fatalf("%d bytes over %d: %v, %v, want %v", n, len(want[l]), got, err, could)
		}
		if got {
			want[l] = b
		}
		for l, b := range want {
			if got, err := r.Read(l, nil); err != nil || !bytes.Equal(got, b) {
				t.Fatalf("link %x: %d bytes, want %d: %v", uint64(l), len(got), len(b), err)
			}
		}
		if err := r.sane(); err != nil {
			t.Fatal(err)
		}
	}
	p := data(r.space.At(1))
	for _, at := range []int{0, len(links) / 2, len(links) - 1} {
		l := links[at]
		most := len(want[l]) + int(p.free)
		change(l, most+1, false)
		change(l, most, true)
		change(l, 0, true)
		change(l, 40, true)
	}
	if err := r.Remove(links[3]); err != nil { // what is behind an indirect item moves too
		t.Fatal(err)
	}
	delete(want, links[3])
	change(links[len(links)-1], 70, true)
	change(links[len(links)-1], 7, true)
}

// Rows that got shorter leave holes: they grow into their own, and when another
// needs more than the gap, or a new row does, all holes are squeezed out.
func TestHoles(t *testing.T) {
	for _, insert := range []bool{false, true} {
		r := newRows(t, 1024, 1, 0)
		var links []Link
		want := make(map[Link][]byte)
		for i := range 14 {
			b := row(60, uint64(i))
			l, err := r.Insert(b)
			if err != nil {
				t.Fatal(err)
			}
			links, want[l] = append(links, l), b
		}
		p := data(r.space.At(1))
		change := func(l Link, n int) {
			t.Helper()
			want[l] = row(n, uint64(n))
			if ok, err := r.Update(l, want[l]); !ok || err != nil {
				t.Fatalf("%d bytes: %v, %v", n, ok, err)
			}
			for l, b := range want {
				if got, err := r.Read(l, nil); err != nil || !bytes.Equal(got, b) {
					t.Fatalf("link %x: %d bytes, want %d: %v", uint64(l), len(got), len(b), err)
				}
			}
			if err := r.sane(); err != nil {
				t.Fatal(err)
			}
		}
		first, gap := p.first, p.gap()
		for i := 0; i < len(links); i += 2 {
			change(links[i], 10)
			change(links[i], 59)
			change(links[i], 11)
		}
		if p.first != first || p.gap() != gap {
			t.Errorf("the lowest row moved from %d to %d for what had room where it was", first, p.first)
		}
		if int(p.free) < gap+7*49 {
			t.Fatalf("%d bytes are free, the gap was %d", p.free, gap)
		}
		if insert {
			b := row(gap+100, 99)
			l, err := r.Insert(b)
			if err != nil {
				t.Fatal(err)
			}
			want[l] = b
		} else {
			change(links[7], 60+gap+100)
		}
		change(links[3], 60+int(p.free))
		if p.gap() != 0 || p.free != 0 {
			t.Errorf("%d bytes are free, %d of them in the gap, want none", p.free, p.gap())
		}
		for _, l := range links[4:9] {
			if err := r.Remove(l); err != nil {
				t.Fatal(err)
			}
			delete(want, l)
		}
		change(links[0], 12)
	}
}

// A page whose 255 items are used up is not offered again, though bytes are
// free, until a row goes.
func TestFullByItems(t *testing.T) {
	r := newRows(t, Largest, 4, 0)
	var links []Link
	for range maxItems {
		l, err := r.Insert([]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, l)
	}
	p := data(r.space.At(1))
	if p.free < Largest/2 || p.room() != 0 || r.space.Used() != 1 {
		t.Fatalf("%d bytes free, room for %d, %d pages", p.free, p.room(), r.space.Used())
	}
	more, err := r.Insert(nil)
	if err != nil || more.page() != 2 {
		t.Fatalf("row 256 went to page %d: %v", more.page(), err)
	}
	if err := r.Remove(links[100]); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(more); err != nil {
		t.Fatal(err)
	}
	again, err := r.Insert([]byte{2})
	if err != nil || again.page() != 1 || again.id() != 100 {
		t.Errorf("the next row went to page %d, id %d: %v", again.page(), again.id(), err)
	}
	if err := r.sane(); err != nil {
		t.Error(err)
	}
}

// So it is in a batch, though rows of no length always fit.
func TestFullByItemsInBatch(t *testing.T) {
	r := newRows(t, Largest, 4, 0)
	rows, links := make([][]byte, maxItems+40), make([]Link, maxItems+40)
	if err := r.InsertRows(rows, links); err != nil {
		t.Fatal(err)
	}
	for i, l := range links {
		if want := uint32(1 + i/maxItems); l.page() != want {
			t.Fatalf("row %d is in page %d, want %d", i, l.page(), want)
		}
	}
	if err := r.sane(); err != nil {
		t.Error(err)
	}
}

// When memory ends in the middle of a batch nothing of the batch stays.
func TestFullSpace(t *testing.T) {
	r := newRows(t, 1024, 5, 8)
	check := func(rows ...[]byte) {
		t.Helper()
		links := make([]Link, len(rows))
		if err := r.InsertRows(rows, links); !errors.Is(err, ErrFull) {
			t.Errorf("no error: %v", err)
		}
		if err := r.allEmpty(); err != nil {
			t.Error(err)
		}
		for _, l := range links {
			if l != 0 {
				t.Error("a link was left")
			}
		}
	}
	check(row(400, 1), row(400, 2), row(7000, 3))
	check(row(5*r.PageRow()+1, 4))
	check(row(400, 1), row(5*r.PageRow()-8, 4))
	if _, err := r.Insert(row(5*r.PageRow(), 5)); err != nil {
		t.Errorf("a row that just fits: %v", err)
	}
}

// A batch of nothing is nothing, and rows without room for links an error.
func TestBatchShapes(t *testing.T) {
	r := newRows(t, 1024, 5, 0)
	if err := r.InsertRows(nil, nil); err != nil || r.space.Used() != 0 {
		t.Errorf("no rows: %v, %d pages", err, r.space.Used())
	}
	if err := r.InsertRows(make([][]byte, 2), make([]Link, 1)); err == nil {
		t.Error("two rows, room for one link: no error")
	}
	b := []byte("twice")
	links := make([]Link, 2)
	if err := r.InsertRows([][]byte{b, b}, links); err != nil || links[0] == links[1] {
		t.Errorf("a row twice in a batch: %v, links %x", err, links)
	}
}

// A batch stores the same rows as single inserts, in at most 5 % more pages.
func TestBatchPages(t *testing.T) {
	check := func(low, high int) {
		t.Helper()
		rng := rand.New(rand.NewPCG(1, 2))
		single, batch := newRows(t, 4096, 60_000, 8), newRows(t, 4096, 60_000, 8)
		rows, links := make([][]byte, 200), make([]Link, 200)
		for range 20 {
			for i := range rows {
				rows[i] = row(low+rng.IntN(high-low+1), rng.Uint64())
			}
			if err := batch.InsertRows(rows, links); err != nil {
				t.Fatal(err)
			}
			for i, b := range rows {
				if _, err := single.Insert(b); err != nil {
					t.Fatal(err)
				}
				if got, err := batch.Read(links[i], nil); err != nil || !bytes.Equal(got, b) {
					t.Fatalf("row of %d bytes: %v", len(b), err)
				}
			}
		}
		s, b := single.space.Used(), batch.space.Used()
		t.Logf("%d-%d bytes: %d pages in batches, %d one by one", low, high, b, s)
		if float64(b) > 1.05*float64(s)+1 {
			t.Errorf("%d-%d bytes: %d pages in batches, %d one by one", low, high, b, s)
		}
		if err := batch.sane(); err != nil {
			t.Error(err)
		}
	}
	check(44, 104)
	check(140, 340)
	check(740, 1240)
	if !testing.Short() {
		check(1240, 3040)
		check(1040, 8040)
		check(100, 32000)
	}
}
