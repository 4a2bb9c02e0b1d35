package pages

import (
	"bytes"
	"runtime"
	"testing"
)

// A page that somebody fills is in no list, whatever others do to its rows, until
// it is put back.
func TestTakenPageIsNotListed(t *testing.T) {
	r := newRows(t, 1024, 3, 0)
	k := r.NewFiller()
	var links []Link
	for i := range 5 {
		l, err := k.Insert(row(100, uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, l)
	}
	i := links[0].page()
	check := func(what string) {
		t.Helper()
		if at := r.list.nodes[i].where.Load(); at != taken {
			t.Fatalf("%s: the page is in bucket %d", what, at)
		}
		for b := range r.list.buckets {
			if r.list.buckets[b].head == i {
				t.Fatalf("%s: the page is first in bucket %d", what, b)
			}
		}
	}
	check("filled")
	if err := r.Remove(links[1]); err != nil {
		t.Fatal(err)
	}
	check("a row was removed")
	if ok, err := r.Update(links[2], row(10, 9)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	check("a row was made shorter")
	for _, l := range []Link{links[0], links[2], links[3], links[4]} {
		if err := r.Remove(l); err != nil {
			t.Fatal(err)
		}
	}
	check("all rows were removed")
	k.Done()
	if err := r.allEmpty(); err != nil {
		t.Error(err)
	}
}

// Who wants to take a page out of a bucket finds out that another was quicker.
func TestLeaveAfterPop(t *testing.T) {
	r := newRows(t, 1024, 2, 0)
	l, err := r.Insert(row(300, 1))
	if err != nil {
		t.Fatal(err)
	}
	i := l.page()
	b := r.list.nodes[i].where.Load()
	if got := r.list.pop(b); got != i {
		t.Fatalf("bucket %d has page %d, want %d", b, got, i)
	}
	if r.list.leave(b, i) {
		t.Error("a page that was taken leaves its bucket once more")
	}
	h := r.space.Lock(i)
	r.list.put(i, data(h))
	h.Latch.Unlock()
	if err := r.sane(); err != nil {
		t.Error(err)
	}
}

// Only pages that are certain to have room are taken.
func TestTakeHasRoom(t *testing.T) {
	for size := Smallest; size <= Largest; size *= 4 {
		r := newRows(t, size, 1200, 0)
		for n := 0; n < r.PageRow(); n += max(1, r.PageRow()/500) {
			if _, err := r.Insert(row(n, uint64(n))); err != nil {
				t.Fatal(err)
			}
		}
		for n := 0; n <= r.PageRow(); n += 7 {
			i := r.list.take(n)
			if i == 0 {
				continue
			}
			h := r.space.Lock(i)
			if p := data(h); p.room() < n {
				t.Fatalf("pages of %d bytes: %d bytes were asked for, page %d has room for %d", size, n, i, p.room())
			}
			r.list.put(i, data(h))
			h.Latch.Unlock()
		}
	}
}

// A page whose room another took between its leaving the list and its being
// latched, by making a row of it longer, is put back, and another one taken.
func TestRoomGoneBeforeLatch(t *testing.T) {
	r := newRows(t, 1024, 4, 0)
	old, err := r.Insert(row(100, 1))
	if err != nil {
		t.Fatal(err)
	}
	i := old.page()
	h := r.space.Lock(i)
	added := make(chan Link)
	go func() {
		l, err := r.Insert(row(700, 2))
		if err != nil {
			t.Error(err)
		}
		added <- l
	}()
	for r.list.nodes[i].where.Load() != taken {
		runtime.Gosched()
	}
	if !data(h).resize(0, row(600, 3), 1024) {
		t.Fatal("there was no room for a longer row")
	}
	r.bytes.Add(500)
	r.list.moved(i, data(h))
	h.Latch.Unlock()
	l := <-added
	for link, want := range map[Link][]byte{old: row(600, 3), l: row(700, 2)} {
		if got, err := r.Read(link, nil); err != nil || !bytes.Equal(got, want) {
			t.Errorf("link %x: %d bytes, want %d: %v", uint64(link), len(got), len(want), err)
		}
	}
	if l.page() == i {
		t.Errorf("both rows are in page %d", i)
	}
	if err := r.sane(); err != nil {
		t.Error(err)
	}
}
