package cowmap

import (
	"errors"
	"maps"
	"math"
	"sync"
	"testing"
	"unsafe"

	"ckptbench/algorithms/internal/sched"
)

func TestEntryBytes(t *testing.T) {
	if got := unsafe.Sizeof(entry[*box]{}); got != EntryBytes {
		t.Errorf("an entry takes %d bytes, EntryBytes says %d", got, EntryBytes)
	}
}

// Which object Get returns: the same without a snapshot; one copy after each
// snapshot, and only one; none after the newest one a state is older than was
// released.
func TestIdentity(t *testing.T) {
	r := newRig(16)
	get := func(key uint64) *box {
		b, _ := r.m.Get(0, key)
		return b
	}
	same := func(what string, a, b *box, want bool) {
		t.Helper()
		if (a == b) != want {
			t.Errorf("%s: the same object: %v, want %v", what, a == b, want)
		}
	}
	snapshot := func() *Snapshot[*box] {
		s, err := r.m.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	r.m.Put(0, 1, &box{1})
	a := get(1)
	same("no snapshot", a, get(1), true)
	s1 := snapshot()
	peeked, private, _ := r.m.Peek(0, 1)
	if same("peeked", a, peeked, true); private {
		t.Error("a shared state passes for private")
	}
	b := get(1)
	same("after a snapshot", a, b, false)
	same("again", b, get(1), true)
	c := &box{2}
	r.m.Put(0, 2, c)
	s2 := snapshot()
	d := get(1)
	same("after a second", b, d, false)
	s2.Release()
	same("made after the first, the second released", c, get(2), true)
	same("copied for the second, which is released", d, get(1), true)
	s1.Release()
	s3 := snapshot()
	s3.Release()
	same("all released", d, get(1), true)
	if _, states := r.m.Copied(); states != 2 {
		t.Errorf("%d states were copied, want 2", states)
	}
}

// keysInOneBucket returns keys that share a bucket of any table of up to 1024.
func keysInOneBucket(n int) (keys []uint64) {
	for k := uint64(0); len(keys) < n; k++ {
		if hash(0, k)&1023 == 0 {
			keys = append(keys, k)
		}
	}
	return keys
}

// Only the nodes before the one that is changed, and it, are copied; once.
func TestPathCopy(t *testing.T) {
	const n = 6
	keys := keysInOneBucket(n)
	for depth := range n {
		r := newRig(16)
		for i := range keys { // each goes to the head, so that keys[0] is at depth 0
			r.do(0, name{0, keys[n-1-i]})
		}
		r.do(5, name{})
		check := func(what string, op int, want uint64) {
			t.Helper()
			before, _ := r.m.Copied()
			if err := r.do(op, name{0, keys[depth]}); err != nil {
				t.Error(err)
			}
			if after, _ := r.m.Copied(); after-before != want {
				t.Errorf("%s at depth %d copied %d nodes, want %d", what, depth, after-before, want)
			}
		}
		check("peek", 2, 0)
		check("get", 1, uint64(depth)+1)
		check("get again", 1, 0)
		check("put", 0, 0)
		if err := r.check(); err != nil {
			t.Error(err)
		}
	}
}

// A chain that a snapshot shares is cut anywhere: the snapshot stays, the map is
// right, and the key can come back.
func TestRemoveShared(t *testing.T) {
	const n = 5
	keys := keysInOneBucket(n)
	for i := range keys {
		for j := range keys {
			r := newRig(16)
			for _, k := range keys {
				r.do(0, name{0, k})
			}
			steps := []struct {
				op int
				at uint64
			}{{5, 0}, {4, keys[i]}, {4, keys[j]}, {5, 0}, {0, keys[i]}, {1, keys[j]}, {4, keys[i]}}
			for _, s := range steps {
				if err := errors.Join(r.do(s.op, name{0, s.at}), r.check()); err != nil {
					t.Fatalf("remove %d, then %d: %v", i, j, err)
				}
			}
			for len(r.held) > 0 {
				if err := r.release(0); err != nil {
					t.Fatalf("remove %d, then %d: %v", i, j, err)
				}
			}
		}
	}
}

// A snapshot at every moment of a rehash, the first and the last and when the
// next Put begins one, is whole, and stays so while the rehash goes on.
func TestSnapshotInRehash(t *testing.T) {
	const slots = 64
	seen := map[int]bool{}
	for moves := range 40 {
		r := newRig(slots)
		for k := range uint64(slots/4*3 + 1) {
			r.do(0, name{0, k})
		}
		if moves > 0 {
			r.do(0, name{0, 1000}) // begins to grow
			if r.m.rehash == nil {
				t.Fatal("it did not begin to grow")
			}
		}
		for range moves - 1 {
			r.do(2, name{0, 2000})
		}
		if r.m.rehash != nil {
			seen[r.m.moved] = true
		}
		r.do(5, name{})
		if err := r.held[0].check(); err != nil {
			t.Fatalf("%d buckets moved: %v", r.m.moved, err)
		}
		for k := range uint64(slots) {
			r.do(int(k%5), name{0, k})
			if k == slots/2 {
				r.do(5, name{})
			}
		}
		err := r.check()
		for len(r.held) > 0 {
			err = errors.Join(err, r.release(len(r.held)-1))
		}
		if err != nil {
			t.Fatalf("%d moves: %v", moves, err)
		}
	}
	if !seen[0] || len(seen) < 8 {
		t.Errorf("snapshots were taken at %v buckets moved only", seen)
	}
}

// Growing is through before the map has to grow again.
func TestGrowsInTime(t *testing.T) {
	r := newRig(1)
	for k := range uint64(100_000) {
		r.m.Put(0, k, &box{})
		if n := len(r.m.primary); r.m.rehash != nil && r.m.size > 2*n/4*3 {
			t.Fatalf("%d entries, and the table of %d is still being left", r.m.size, n)
		}
	}
}

// An empty map, and one of a single entry, have snapshots too.
func TestSmallSnapshots(t *testing.T) {
	r := newRig(0)
	steps := []int{5, 0, 5, 4, 5, 4, 0, 5}
	for _, op := range steps {
		if err := errors.Join(r.do(op, name{1, 1}), r.check()); err != nil {
			t.Fatal(err)
		}
	}
	for len(r.held) > 0 {
		if err := r.release(0); err != nil {
			t.Error(err)
		}
	}
}

// What a released snapshot leaves required, the newest first and the oldest
// first.
func TestRelease(t *testing.T) {
	check := func(order []int, required ...uint64) {
		t.Helper()
		r := newRig(4)
		var ss []*Snapshot[*box]
		for range order {
			s, err := r.m.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			ss = append(ss, s)
		}
		for i, which := range order {
			ss[which].Release()
			ss[which].Release()
			if got := r.m.required.Load(); got != required[i] || r.m.Outstanding() != len(order)-1-i {
				t.Errorf("order %v, %d released: version %d is required and %d are outstanding, want %d and %d",
					order, i+1, got, r.m.Outstanding(), required[i], len(order)-1-i)
			}
		}
	}
	check([]int{0, 1, 2}, 3, 3, 0)
	check([]int{2, 1, 0}, 2, 1, 0)
	check([]int{1, 2, 0}, 3, 1, 0)
}

// A function that panics leaves the map as it was: no entry without a state, no
// shared state taken for a private one.
func TestPanics(t *testing.T) {
	fail := false
	m := New(4, 0, func(b *box) *box {
		if fail {
			panic("no copy")
		}
		return deepBox(b)
	})
	panics := func(f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Error("it did not panic")
			}
		}()
		f()
	}
	panics(func() { m.Transform(0, 1, func(*box, bool) *box { panic("no state") }) })
	if _, ok := m.Get(0, 1); ok || m.Len() != 0 {
		t.Error("a key is there whose first state was never made")
	}
	m.Put(0, 2, &box{7})
	s, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	fail = true
	panics(func() { m.Get(0, 2) })
	panics(func() { m.Transform(0, 2, func(b *box, _ bool) *box { return b }) })
	fail = false
	b, _ := m.Get(0, 2)
	b.v = 8
	m.Transform(0, 2, func(b *box, _ bool) *box { b.v++; return b })
	if err := (held{s, map[name]int{{0, 2}: 7}}).check(); err != nil {
		t.Error(err)
	}
}

// The last version can be used, and then the map says so instead of beginning
// again, where every state would look private.
func TestVersionsEnd(t *testing.T) {
	m := New(4, math.MaxUint64-1, deepBox)
	m.Put(0, 1, &box{1})
	s, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Snapshot(); !errors.Is(err, ErrVersions) || m.Outstanding() != 1 {
		t.Errorf("a snapshot beyond the last version: %v, and %d are outstanding", err, m.Outstanding())
	}
	b, _ := m.Get(0, 1)
	b.v = 2
	if err := (held{s, map[name]int{{0, 1}: 1}}).check(); err != nil {
		t.Error(err)
	}
}

// Snapshots are read and released while the owner goes on. That the owner
// changes nothing that they share is what the race detector sees, and that anybody
// may prefetch a head meanwhile, while the map grows too.
func TestReadBesideOwner(t *testing.T) {
	r := newRig(4)
	var wg sync.WaitGroup
	defer wg.Wait()
	hand := make(chan held, 2)
	for range 2 {
		wg.Go(func() {
			for h := range hand {
				for k := range uint64(100) {
					h.s.m.AheadOfHead(0, k)
				}
				if err := h.check(); err != nil {
					t.Error(err)
				}
				h.s.Release()
			}
		})
	}
	defer close(hand)
	steps := 30_000
	if testing.Short() || sched.Enabled {
		steps = 5_000
	}
	for step := range steps {
		at := name{uint32(step % 3), uint64(step*7919) % uint64(100+step/20)}
		if err := r.do(step%5, at); err != nil {
			t.Fatal(err)
		}
		if step%150 == 0 {
			s, err := r.m.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			hand <- held{s, maps.Clone(r.model)}
		}
	}
}

// Without an outstanding snapshot nothing that is there already allocates; with
// one, only the first access of a key does.
func TestAllocations(t *testing.T) {
	r := newRig(4)
	const keys = 200
	for k := range uint64(keys) {
		r.do(0, name{0, k})
	}
	var b box
	round := func() {
		for k := range uint64(keys) {
			r.m.Get(0, k)
			r.m.Peek(0, k)
			r.m.Put(0, k, &b)
			r.m.Transform(0, k, func(b *box, _ bool) *box { return b })
		}
	}
	check := func(when string) {
		t.Helper()
		round()
		if n := testing.AllocsPerRun(10, round); n != 0 {
			t.Errorf("%s: %v allocations a round, want 0", when, n)
		}
	}
	check("no snapshot")
	if _, err := r.m.Snapshot(); err != nil {
		t.Fatal(err)
	}
	check("with a snapshot, after the first access")
}
