package btree

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// newTree returns a tree in n pages of size bytes, which the test closes.
func newTree(t testing.TB, size, n int) *Tree {
	t.Helper()
	m := new(arena.Meter)
	s, err := pages.NewSpace(size, n, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil || m.Used() != 0 {
			t.Errorf("closed: %v, %d bytes in use", err, m.Used())
		}
	})
	tree, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// sane returns what is wrong with the tree while nobody uses it. With posted
// set, every page must be known to a parent.
func (t *Tree) sane(posted bool) error {
	p := t.at(pages.ID(t.root.Load()))
	if uint32(p.Level) != t.top.Load() {
		return fmt.Errorf("root at level %d, known as %d", p.Level, t.top.Load())
	}
	id := pages.ID(t.root.Load())
	var want []uint64 // IDs of the level, as the one above has them
	for {
		ids, below, n, err := t.saneLevel(id)
		if err != nil {
			return fmt.Errorf("level %d: %w", p.Level, err)
		}
		if want != nil && (posted && !slices.Equal(ids, want) || !subset(want, ids)) {
			return fmt.Errorf("level %d: pages %x, above are known %x", p.Level, ids, want)
		}
		if p.Level == 0 {
			if n != int(t.Count()) {
				return fmt.Errorf("%d keys, %d counted", n, t.Count())
			}
			return nil
		}
		id, want = pages.ID(below[0]), below
		if c := t.at(id); c.Level+1 != p.Level {
			return fmt.Errorf("level %d below %d", c.Level, p.Level)
		}
		p = t.at(id)
	}
}

func subset(some, all []uint64) bool {
	for _, id := range some {
		if !slices.Contains(all, id) {
			return false
		}
	}
	return true
}

// saneLevel checks the pages from id to the right and returns their IDs, those
// of their children, and the number of entries.
func (t *Tree) saneLevel(id pages.ID) (ids, below []uint64, n int, err error) {
	low, any := uint64(0), false
	for id != 0 {
		p := t.at(id)
		if !p.Is(id) || p.Kind == pages.Free {
			return nil, nil, 0, fmt.Errorf("page %x was freed", id)
		}
		p.Latch.Lock() // hangs the test if it is latched
		keys := p.keys(t.limit)[:p.n]
		if p.Level > 0 {
			keys = p.keys(t.limit)[:p.n-1]
			below = append(below, p.words(t.limit)[:p.n]...)
		}
		for _, k := range keys {
			if any && k <= low {
				return nil, nil, 0, fmt.Errorf("page %x: key %d after %d", id, k, low)
			}
			low, any = k, true
		}
		if p.next != 0 {
			if any && p.high < low || p.Level > 0 && len(keys) > 0 && p.high <= low {
				return nil, nil, 0, fmt.Errorf("page %x: high key %d, last key %d", id, p.high, low)
			}
			low, any = p.high, true
		}
		n += int(p.n)
		ids = append(ids, uint64(id))
		id = p.next
		p.Latch.Unlock()
	}
	return ids, below, n, nil
}

// same returns an error unless the tree has just the keys of want.
func (t *Tree) same(want map[uint64]uint64) error {
	n, last := 0, uint64(0)
	var err error
	t.Scan(0, func(key, val uint64) bool {
		if n > 0 && key <= last {
			err = fmt.Errorf("scan: key %d after %d", key, last)
		}
		if w, ok := want[key]; !ok || w != val {
			err = fmt.Errorf("scan: key %d is %d, want %d, %v", key, val, w, ok)
		}
		n++
		last = key
		return err == nil
	})
	if err == nil && n != len(want) {
		err = fmt.Errorf("scan: %d keys, want %d", n, len(want))
	}
	for key, w := range want {
		if val, ok := t.Find(key); !ok || val != w {
			return errors.Join(err, fmt.Errorf("find %d: %d, %v, want %d", key, val, ok, w))
		}
	}
	return err
}

// alone skips a test of one goroutine where only interleavings are looked for.
func alone(t *testing.T) {
	t.Helper()
	if sched.Enabled {
		t.Skip("nobody to interleave with")
	}
}
