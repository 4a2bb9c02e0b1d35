package pages

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/arena"
)

func newCapture(t testing.TB, size, n int) (*Rows, *Capture, *arena.Meter) {
	t.Helper()
	r, m := newRows(t, size, n, 8), new(arena.Meter)
	c, err := r.NewCapture(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil || m.Used() != 0 {
			t.Errorf("closed: %v, %d bytes in use", err, m.Used())
		}
	})
	return r, c, m
}

// read returns the rows that a capture reads in pages from to to-1, in order.
func (c *Capture) read(from, to uint32) (rows [][]byte, err error) {
	err = c.NewReader().Each(from, to, func(row []byte) error {
		rows = append(rows, bytes.Clone(row))
		return nil
	})
	return rows, err
}

func mustInsert(t *testing.T, r *Rows, b []byte) Link {
	t.Helper()
	l, err := r.Insert(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A row of several pages is captured whole, though only the page that it begins in
// was changed, by a neighbour, and it is removed before it is read.
func TestCaptureContinuations(t *testing.T) {
	r, c, _ := newCapture(t, 1024, 100)
	long, small := row(3000, 1), row(50, 2)
	ll := mustInsert(t, r, long)
	ls := mustInsert(t, r, small)
	if ll.page() != ls.page() {
		t.Fatalf("the rows begin in pages %d and %d, want one", ll.page(), ls.page())
	}
	c.Begin(true)
	check(t, c.End())
	c.Settle(true)
	small = row(50, 3)
	if done, err := r.Update(ls, small); !done || err != nil {
		t.Fatal(done, err)
	}
	c.Begin(false)
	check(t, r.Remove(ll))
	for range 10 { // into the pages that it had
		mustInsert(t, r, row(900, 4))
	}
	got, err := c.read(1, c.Pages()+1)
	if err != nil || len(got) != 2 || !bytes.Equal(got[0], long) || !bytes.Equal(got[1], small) {
		t.Errorf("%d rows, %v; want the long one and its neighbour", len(got), err)
	}
	check(t, c.End())
	c.Settle(true)
}

// The first change of a page keeps it, no later one does; one that was read, or
// was not changed before the point, is not kept.
func TestCaptureKeepsOnce(t *testing.T) {
	r, c, m := newCapture(t, 1024, 100)
	a, b := mustInsert(t, r, row(900, 1)), mustInsert(t, r, row(900, 2))
	base := m.Used()
	kept := func(want int64) {
		t.Helper()
		if got := (m.Used() - base) / 1024; got != want {
			t.Errorf("%d pages are kept, want %d", got, want)
		}
	}
	change := func(l Link, seed uint64) {
		t.Helper()
		if done, err := r.Update(l, row(900, seed)); !done || err != nil {
			t.Fatal(done, err)
		}
	}
	c.Begin(false)
	change(a, 3)
	kept(1)
	change(a, 4)
	kept(1)
	if rows, err := c.read(b.page(), b.page()+1); err != nil || len(rows) != 1 || !bytes.Equal(rows[0], row(900, 2)) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	change(b, 5)
	kept(1)
	if rows, err := c.read(a.page(), a.page()+1); err != nil || len(rows) != 1 || !bytes.Equal(rows[0], row(900, 1)) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	check(t, c.End())
	kept(0)
	c.Settle(true)
	check(t, r.Remove(b)) // changed before the next point
	c.Begin(false)
	check(t, c.End())
	c.Settle(false) // lost, and both count for the next
	c.Begin(false)
	kept(0)
	if rows, err := c.read(1, 3); err != nil || len(rows) != 1 || !bytes.Equal(rows[0], row(900, 4)) {
		t.Errorf("%d rows after a capture was lost, %v", len(rows), err)
	}
	check(t, c.End())
	c.Settle(true)
	c.Begin(false)
	if rows, err := c.read(1, 3); err != nil || len(rows) != 0 {
		t.Errorf("%d rows though nothing was changed, %v", len(rows), err)
	}
	check(t, c.End())
	c.Settle(true)
}

// While workers change all rows, a capture reads just what was there at the point;
// each row replacing what captures before have read.
func TestCaptureAgainstModel(t *testing.T) {
	const workers, each = 3, 40
	rounds := 40
	if testing.Short() {
		rounds = 12
	}
	r, c, _ := newCapture(t, 1024, 4000)
	rng := rand.New(rand.NewPCG(1, 1))
	links := make([][]Link, workers)
	sets := make([]map[Link][]byte, workers) // of each worker
	for w := range sets {
		links[w], sets[w] = make([]Link, each), map[Link][]byte{}
	}
	for round := range rounds {
		want := map[string]int{}
		for _, s := range sets {
			for _, b := range s {
				want[string(b)]++
			}
		}
		c.Begin(true)
		errs := make([]error, workers)
		var wg sync.WaitGroup
		for w := range workers {
			seed := rng.Uint64()
			wg.Go(func() { errs[w] = churn(r, links[w], sets[w], rand.New(rand.NewPCG(seed, 2))) })
		}
		got, err := c.read(1, c.Pages()+1)
		wg.Wait()
		check(t, errors.Join(append(errs, err)...))
		for _, b := range got {
			want[string(b)]--
		}
		for b, n := range want {
			if n != 0 {
				t.Fatalf("round %d: a row of %d bytes is there %d times too few", round, len(b), n)
			}
		}
		check(t, c.End())
		c.Settle(round%3 > 0)
	}
}

// churn inserts, removes and updates one worker's rows, some of which are longer
// than a page.
func churn(r *Rows, links []Link, set map[Link][]byte, rng *rand.Rand) error {
	for range 60 {
		i := rng.IntN(len(links))
		b := row([]int{8, 30, 200, 990, 3000}[rng.IntN(5)], rng.Uint64())
		switch l := links[i]; {
		case l == 0:
		case rng.IntN(2) == 0:
			b = row(len(set[l]), rng.Uint64())
			if done, err := r.Update(l, b); err != nil {
				return err
			} else if done {
				set[l] = b
				continue
			}
			fallthrough
		default:
			if err := r.Remove(l); err != nil {
				return fmt.Errorf("remove: %w", err)
			}
			delete(set, l)
			links[i] = 0
			continue
		}
		l, err := r.Insert(b)
		if err != nil {
			return err
		}
		links[i], set[l] = l, b
	}
	return nil
}
