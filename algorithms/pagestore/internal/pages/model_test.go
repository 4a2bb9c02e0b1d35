package pages

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// A model is rows and what they ought to be.
type model struct {
	rows  *Rows
	want  map[Link][]byte
	links []Link
	next  uint64
}

func (m *model) fresh(n int) []byte { m.next++; return row(n, m.next) }

func (m *model) know(l Link, b []byte) error {
	if _, twice := m.want[l]; twice {
		return fmt.Errorf("link %x was given twice", uint64(l))
	}
	m.want[l] = b
	m.links = append(m.links, l)
	return nil
}

// do does one operation of five, on rows of about n bytes, the at-th link.
func (m *model) do(op, n, at int) error {
	if len(m.links) > 0 {
		at %= len(m.links)
	}
	switch {
	case op < 2 || len(m.links) == 0:
		b := m.fresh(n)
		l, err := m.rows.Insert(b)
		return errors.Join(err, m.know(l, b))
	case op == 2:
		return m.batch(n, at%9)
	case op == 3:
		l := m.links[at]
		b := m.fresh(len(m.want[l]))
		if at%3 > 0 { // another length
			b = m.fresh(n)
		}
		if ok, err := m.rows.Update(l, b); err != nil {
			return err
		} else if ok {
			m.want[l] = b
		}
		return nil
	default:
		l := m.links[at]
		m.links = slices.Delete(m.links, at, at+1)
		delete(m.want, l)
		return m.rows.Remove(l)
	}
}

func (m *model) batch(n, k int) error {
	rows, links := make([][]byte, k), make([]Link, k)
	for i := range rows {
		rows[i] = m.fresh((n + 37*i) % (2*n + 1))
	}
	if err := m.rows.InsertRows(rows, links); err != nil {
		return err
	}
	for i, l := range links {
		if err := m.know(l, rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// check compares everything.
func (m *model) check() error {
	for l, want := range m.want {
		if got, err := m.rows.Read(l, nil); err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("link %x: %d bytes, want %d: %v", uint64(l), len(got), len(want), err)
		}
	}
	met := make(map[Link]bool)
	m.rows.Walk(func(l Link, head []byte) {
		if want := m.want[l]; bytes.HasPrefix(want, head) && m.want[l] != nil {
			met[l] = true
		}
	})
	if len(met) != len(m.want) || m.rows.Count() != int64(len(met)) {
		return fmt.Errorf("%d rows met, %d counted, want %d: %v", len(met), m.rows.Count(), len(m.want),
			slices.Collect(maps.Keys(met)))
	}
	return m.rows.sane()
}

// Rows do what a map does; links stay valid across compactions.
func FuzzRows(f *testing.F) {
	f.Add(uint8(0), []byte("\x00\x10\x01\x00\x20\x02\x04\x00\x00\x02\x80\x08\x03\x01\x01"))
	f.Add(uint8(2), bytes.Repeat([]byte{0, 3, 1, 4, 200, 9, 2, 90, 7}, 60))
	f.Add(uint8(1), bytes.Repeat([]byte{1, 1, 0}, 400))
	f.Fuzz(func(t *testing.T, size uint8, ops []byte) {
		page := Smallest << (size % 5)
		m := &model{rows: newRows(t, page, 2000, int(size)%50), want: make(map[Link][]byte)}
		for ; len(ops) >= 3 && m.next < 3000; ops = ops[3:] {
			n := int(ops[1]) * int(ops[1]) * page / (1 << 15) // up to two pages, more often little
			err := m.do(int(ops[0]%5), n, int(ops[2])*7)
			if errors.Is(err, ErrFull) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := m.check(); err != nil {
			t.Fatal(err)
		}
	})
}

// The same at length: grow, shrink, grow again, with tiny, middling and large
// rows.
func TestRowsAgainstMap(t *testing.T) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 4 // with each size of rows
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 3))
		page := Smallest << (seed * 3 % 5)
		m := &model{rows: newRows(t, page, 30_000, 8), want: make(map[Link][]byte)}
		most := []int{6, page / 20, page / 3, 5 * page / 2}[seed%4]
		for step := range 6000 {
			op := rng.IntN(5)
			if step/1500%2 == 1 && rng.IntN(2) == 0 {
				op = 4
			}
			if err := m.do(op, rng.IntN(most+1), rng.IntN(1<<30)); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
			if step%500 == 0 {
				if err := m.check(); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
		}
		for len(m.links) > 0 {
			if err := m.do(4, 0, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.rows.allEmpty(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// Workers that insert, read, update and remove their own rows in the same pages
// disturb no other's, share no link and lose no page.
func TestRowsConcurrently(t *testing.T) {
	const workers = 8
	steps := 1500
	if testing.Short() {
		steps = 300
	}
	r := newRows(t, 2048, 60_000, 8)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	models := make([]*model, workers)
	for w := range models {
		models[w] = &model{rows: r, want: make(map[Link][]byte), next: uint64(w) << 32}
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 4))
			m := models[w]
			for step := 0; step < steps && errs[w] == nil; step++ {
				n := rng.IntN(120)
				if rng.IntN(10) == 0 {
					n = rng.IntN(5000)
				}
				errs[w] = m.do(rng.IntN(5), n, rng.IntN(1<<30))
				if len(m.links) > 0 && errs[w] == nil {
					l := m.links[rng.IntN(len(m.links))]
					if b, err := r.Read(l, nil); err != nil || !bytes.Equal(b, m.want[l]) {
						errs[w] = fmt.Errorf("worker %d, step %d, link %x: %d bytes, want %d: %w", w, step, uint64(l), len(b),
							len(m.want[l]), err)
					}
				}
			}
		})
	}
	wg.Wait()
	all := &model{rows: r, want: make(map[Link][]byte)}
	for w, m := range models {
		if errs[w] != nil {
			t.Fatal(errs[w])
		}
		for l, b := range m.want {
			if err := all.know(l, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := all.check(); err != nil {
		t.Error(err)
	}
}

// A page that was copied is what was written, and any damage is seen.
func TestCopy(t *testing.T) {
	r := newRows(t, 1024, 3, 0)
	l, err := r.Insert([]byte("a row"))
	if err != nil {
		t.Fatal(err)
	}
	if !r.space.Dirty(1) {
		t.Error("a page that was written to is clean")
	}
	b := make([]byte, 1024)
	r.space.Copy(1, b)
	if err := Check(b); err != nil || r.space.Dirty(1) {
		t.Errorf("copied: %v, still dirty: %v", err, r.space.Dirty(1))
	}
	if _, err := r.Read(l, nil); err != nil || r.space.Dirty(1) {
		t.Errorf("a read made the page dirty, or %v", err)
	}
	for i := range b {
		b[i] ^= 0x10
		if err := Check(b); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		b[i] ^= 0x10
	}
	for _, n := range []int{0, 8, 512, 1023} {
		if err := Check(b[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := r.Update(l, []byte("A ROW")); err != nil || !r.space.Dirty(1) {
		t.Errorf("an update leaves the page clean, or %v", err)
	}
}
