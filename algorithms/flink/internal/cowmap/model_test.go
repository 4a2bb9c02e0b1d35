package cowmap

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/sched"
)

// A box is a state that is changed in place.
type box struct{ v int }

func deepBox(b *box) *box { c := *b; return &c }

type name struct {
	namespace uint32
	key       uint64
}

// A rig is a map, the plain map that it should be, and the snapshots that are
// outstanding with what they should hold.
type rig struct {
	m     *Map[*box]
	model map[name]int
	held  []held
	drawn int // values, so that no two are alike
}

type held struct {
	s    *Snapshot[*box]
	want map[name]int
}

func newRig(slots int) *rig {
	return &rig{m: New(slots, 0, deepBox), model: map[name]int{}}
}

// do does one operation to both maps, and reports where they differ.
func (r *rig) do(op int, at name) error {
	r.m.AheadOfHead(at.namespace, at.key)
	if r.ahead(at) {
		return fmt.Errorf("prefetching %v copied or moved something", at)
	}
	want, there := r.model[at]
	r.drawn++
	switch op {
	case 0:
		r.m.Put(at.namespace, at.key, &box{r.drawn})
		r.model[at] = r.drawn
	case 1:
		b, ok := r.m.Get(at.namespace, at.key)
		if ok != there || ok && b.v != want {
			return fmt.Errorf("get %v: %v, %v, want %d, %v", at, b, ok, want, there)
		}
		if ok { // whoever gets a state may change it
			b.v, r.model[at] = r.drawn, r.drawn
		}
	case 2:
		b, _, ok := r.m.Peek(at.namespace, at.key)
		if ok != there || ok && b.v != want {
			return fmt.Errorf("peek %v: %v, %v, want %d, %v", at, b, ok, want, there)
		}
	case 3:
		var err error
		r.m.Transform(at.namespace, at.key, func(b *box, ok bool) *box {
			if ok != there || ok && b.v != want {
				err = fmt.Errorf("transform %v: %v, %v, want %d, %v", at, b, ok, want, there)
			}
			if !ok {
				b = &box{}
			}
			b.v = r.drawn
			return b
		})
		r.model[at] = r.drawn
		return err
	case 4:
		if ok := r.m.Remove(at.namespace, at.key); ok != there {
			return fmt.Errorf("remove %v: %v, want %v", at, ok, there)
		}
		delete(r.model, at)
	case 5:
		s, err := r.m.Snapshot()
		r.held = append(r.held, held{s, maps.Clone(r.model)})
		return err
	}
	return nil
}

// ahead prefetches an entry, and reports whether that did anything.
func (r *rig) ahead(at name) bool {
	m := r.m
	nodes, states, moved := m.nodes, m.states, m.moved
	m.AheadOfEntry(at.namespace, at.key)
	return m.nodes != nodes || m.states != states || m.moved != moved
}

// release checks one of the snapshots that are held, and releases it.
func (r *rig) release(i int) error {
	h := r.held[i]
	r.held = append(r.held[:i], r.held[i+1:]...)
	err := h.check()
	h.s.Release()
	h.s.Release() // does nothing
	return err
}

func (h held) check() error {
	got := map[name]int{}
	err := h.s.Each(func(ns uint32, key uint64, b *box) error {
		at := name{ns, key}
		if _, twice := got[at]; twice {
			return fmt.Errorf("snapshot %d has %v twice", h.s.version, at)
		}
		got[at] = b.v
		return nil
	})
	if err != nil {
		return err
	}
	if !maps.Equal(got, h.want) || h.s.Len() != len(h.want) {
		return fmt.Errorf("snapshot %d says %d entries and has %v, want %v", h.s.version, h.s.Len(), got, h.want)
	}
	return nil
}

// check walks the whole map for what must hold between any two operations.
func (r *rig) check() error {
	m := r.m
	required, newest := m.required.Load(), uint64(0)
	for _, h := range r.held {
		newest = max(newest, h.s.version)
	}
	if required != newest || m.Outstanding() != len(r.held) {
		return fmt.Errorf("version %d is required with %d outstanding, want %d with %d", required, m.Outstanding(), newest,
			len(r.held))
	}
	n := 0
	for _, t := range [][]*entry[*box]{m.primary, m.rehash} {
		for _, e := range t {
			for ; e != nil; e = e.next {
				n++
				if e.stateVersion >= required && e.entryVersion < required {
					return fmt.Errorf("key %d: state of version %d in a node of %d, and %d is required", e.key, e.stateVersion,
						e.entryVersion, required)
				}
			}
		}
	}
	if n != m.Len() || n != len(r.model) {
		return fmt.Errorf("%d entries in the chains, Len says %d, the model %d", n, m.Len(), len(r.model))
	}
	for at, want := range r.model {
		if b, _, ok := m.Peek(at.namespace, at.key); !ok || b.v != want {
			return fmt.Errorf("%v: %v, %v, want %d", at, b, ok, want)
		}
	}
	return nil
}

// Whatever is done to a map, it does what a plain map does, and every snapshot
// stays as it was taken, however many are outstanding, in whatever order they
// are released; few keys, many, keys that come and go, from the least of slots.
func TestModel(t *testing.T) {
	ops := 60_000
	if testing.Short() {
		ops = 10_000
	}
	if sched.Enabled { // one goroutine: nothing is gained by its sleeping
		ops = 500
	}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 0))
		keys, most := []int{5, 20, 200, 3000, 20, 700}[seed], []int{1, 2, 3, 8, 20, 4}[seed]
		r := newRig(1)
		for step := range ops {
			op := rng.IntN(5)
			switch every := rng.IntN(500); {
			case every < 5 && len(r.held) < most:
				op = 5
			case every < 10 && len(r.held) > 0:
				if err := r.release(rng.IntN(len(r.held))); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
			if step%4000 < 500 && op == 4 {
				op = 0 // now and then it only grows
			}
			err := r.do(op, name{uint32(rng.IntN(4)), uint64(rng.IntN(keys))})
			if step%97 == 0 || keys <= 5 {
				err = errors.Join(err, r.check())
			}
			if err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
		for len(r.held) > 0 {
			if err := r.release(0); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if err := r.check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// FuzzModel is TestModel on what the fuzzer thinks of: two bytes are one step.
func FuzzModel(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 5, 0, 1, 1, 4, 2, 6, 0, 0, 2})
	f.Fuzz(func(t *testing.T, steps []byte) {
		r := newRig(1)
		for ; len(steps) >= 2; steps = steps[2:] {
			op, at := int(steps[0]%7), name{uint32(steps[1] & 1), uint64(steps[1] >> 1)}
			var err error
			if op < 6 {
				err = r.do(op, at)
			} else if len(r.held) > 0 {
				err = r.release(int(at.key) % len(r.held))
			}
			if err := errors.Join(err, r.check()); err != nil {
				t.Fatal(err)
			}
		}
		for len(r.held) > 0 {
			if err := r.release(len(r.held) - 1); err != nil {
				t.Fatal(err)
			}
		}
	})
}
