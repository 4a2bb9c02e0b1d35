package btree

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"ckptbench/algorithms/pagestore/internal/pages"
)

// do does one operation of nine, on key or on a batch that begins there, to the
// tree and to the map, and compares.
func do(t *Tree, want map[uint64]uint64, op int, key, val uint64) error {
	old, there := want[key]
	switch op {
	case 0:
		got, found, err := t.Put(key, val)
		want[key] = val
		return agree("put", key, got, found, old, there, err)
	case 1:
		got, found := t.Remove(key)
		delete(want, key)
		return agree("remove", key, got, found, old, there, nil)
	case 2:
		got, found := t.Find(key)
		return agree("find", key, got, found, old, there, nil)
	case 3:
		got := uint64(0)
		found := t.View(key, func(v uint64) { got = v })
		return agree("view", key, got, found, old, there, nil)
	case 4:
		return invoke(t, want, key, val)
	}
	keys := spread(key, val)
	switch op {
	case 5:
		err := t.FindAll(keys, func(i int, got uint64, found bool) {
			w, ok := want[keys[i]]
			must(agree("find all", keys[i], got, found, w, ok, nil))
		})
		return err
	case 6:
		vals := make([]uint64, len(keys))
		for i := range vals {
			vals[i] = val + uint64(i)
		}
		// The map follows one key behind, so that a duplicate is told of its twin.
		at := 0
		follow := func(upTo int) {
			for ; at < upTo; at++ {
				want[keys[at]] = vals[at]
			}
		}
		err := t.PutAll(keys, vals, func(i int, old uint64) {
			follow(i)
			w, ok := want[keys[i]]
			must(agree("put all", keys[i], old, true, w, ok, nil))
		})
		follow(len(keys))
		return err
	case 7:
		err := t.RemoveAll(keys, func(i int, old uint64) {
			w, ok := want[keys[i]]
			must(agree("remove all", keys[i], old, true, w, ok, nil))
			delete(want, keys[i])
		})
		for _, k := range keys {
			if _, ok := want[k]; ok {
				return fmt.Errorf("remove all: key %d is left", k)
			}
		}
		return err
	default:
		calls := 0
		err := t.InvokeAll(keys, func(i int, got uint64, found bool) (Op, uint64) {
			if i != calls {
				panic(fmt.Sprintf("call %d is for key %d", calls, i))
			}
			calls++
			w, ok := want[keys[i]]
			must(agree("invoke all", keys[i], got, found, w, ok, nil))
			return decide(want, keys[i], val+uint64(i))
		})
		if calls != len(keys) && err == nil {
			err = fmt.Errorf("invoke all: %d calls for %d keys", calls, len(keys))
		}
		return err
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func agree(what string, key, got uint64, found bool, want uint64, there bool, err error) error {
	if err != nil || found != there || got != want {
		return fmt.Errorf("%s %d: %d, %v, want %d, %v: %w", what, key, got, found, want, there, err)
	}
	return nil
}

func invoke(t *Tree, want map[uint64]uint64, key, val uint64) error {
	calls := 0
	old, there := want[key]
	var wrong error
	err := t.Invoke(key, func(got uint64, found bool) (Op, uint64) {
		calls++
		wrong = agree("invoke", key, got, found, old, there, nil)
		return decide(want, key, val)
	})
	if calls != 1 {
		return fmt.Errorf("invoke %d: %d calls: %w", key, calls, err)
	}
	return errors.Join(wrong, err)
}

// decide does one of the three to the map and says which.
func decide(want map[uint64]uint64, key, val uint64) (Op, uint64) {
	switch val % 3 {
	case 0:
		want[key] = val
		return Put, val
	case 1:
		delete(want, key)
		return Remove, val
	}
	return Keep, val
}

// spread returns sorted keys from one on, near each other or far, some twice.
func spread(key, val uint64) []uint64 {
	step := []uint64{0, 1, 2, 50, 1 << 40}[val%5]
	keys := make([]uint64, val/5%200)
	for i := range keys {
		keys[i] = key
		if val>>uint(i%16)&1 == 0 && key <= math.MaxUint64-step {
			key += step
		}
	}
	return keys
}

// A tree does what a map does.
func TestAgainstMap(t *testing.T) {
	alone(t)
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 1))
		size := pages.Smallest << (seed % 5)
		tree := newTree(t, size, 20_000)
		want := make(map[uint64]uint64)
		span := []uint64{100, 3000, 100_000, math.MaxUint64}[seed%4]
		for step := range 4000 {
			op := rng.IntN(9)
			if step/1000%2 == 1 && rng.IntN(3) == 0 {
				op = 7 // shrink
			}
			key := rng.Uint64N(span)
			if rng.IntN(50) == 0 {
				key = math.MaxUint64 - rng.Uint64N(3)
			}
			if err := do(tree, want, op, key, rng.Uint64()>>20); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
			if step%1000 == 999 {
				if err := errors.Join(tree.sane(true), tree.same(want)); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("\x06\x01\x00\xff\x06\x20\x00\xfe\x07\x01\x00\xf0\x08\x00\x00\x99"))
	var up []byte
	for i := range 250 {
		up = append(up, 6, byte(i), byte(i*7), byte(251), 7, byte(i), byte(i*5), byte(i))
	}
	f.Add(up)
	f.Fuzz(func(t *testing.T, ops []byte) {
		tree := newTree(t, pages.Smallest, 4000)
		want := make(map[uint64]uint64)
		for ; len(ops) >= 4; ops = ops[4:] {
			key := uint64(ops[1]) | uint64(ops[2])<<8
			if err := do(tree, want, int(ops[0]%9), key, uint64(ops[3])*97); err != nil {
				if errors.Is(err, pages.ErrFull) {
					return
				}
				t.Fatal(err)
			}
		}
		if err := errors.Join(tree.sane(true), tree.same(want)); err != nil {
			t.Fatal(err)
		}
	})
}

// Keys up, down and at random make a tree of several levels; removed in any
// order, they leave a tree that works and whose pages are used again.
func TestFillAndEmpty(t *testing.T) {
	alone(t)
	const n = 30_000
	orders := map[string]func(i int) uint64{
		"up":     func(i int) uint64 { return uint64(i) },
		"down":   func(i int) uint64 { return uint64(n - 1 - i) },
		"random": func(i int) uint64 { return uint64(i) * 7919 % n }, // a permutation
	}
	tree := newTree(t, pages.Smallest, 4*n/30)
	for fill, put := range orders {
		for drain, remove := range orders {
			want := make(map[uint64]uint64)
			for i := range n {
				if _, _, err := tree.Put(put(i), uint64(i)); err != nil {
					t.Fatalf("%s after others: %v", fill, err)
				}
				want[put(i)] = uint64(i)
			}
			if err := errors.Join(tree.sane(true), tree.same(want)); err != nil {
				t.Fatalf("%s: %v", fill, err)
			}
			if tree.top.Load() < 2 {
				t.Fatalf("%s: only %d levels", fill, tree.top.Load()+1)
			}
			for i := range n {
				if val, ok := tree.Remove(remove(i)); !ok || val != want[remove(i)] {
					t.Fatalf("%s, %s: removed %d, %v", fill, drain, val, ok)
				}
			}
			if err := errors.Join(tree.sane(true), tree.same(nil)); err != nil {
				t.Fatalf("%s, %s: %v", fill, drain, err)
			}
		}
	}
}

// Keys put in order leave full leaves behind.
func TestOrderedFillIsDense(t *testing.T) {
	alone(t)
	tree := newTree(t, pages.Smallest, 1000)
	const n = 20_000
	for i := range uint64(n) {
		if _, _, err := tree.Put(i, i); err != nil {
			t.Fatal(err)
		}
	}
	if used, least := int(tree.space.Used()), n/tree.limit; used > least*11/10 {
		t.Errorf("%d pages, want hardly more than %d", used, least)
	}
}

// Keys that are not in order are an error, and nothing is done; a batch of
// nothing is nothing; of duplicates the last one stays.
func TestBatchShapes(t *testing.T) {
	tree := newTree(t, pages.Smallest, 100)
	never := func(int, uint64) { t.Error("an unsorted batch was begun") }
	bad := []uint64{1, 3, 2}
	check := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	check("put", tree.PutAll(bad, bad, never), ErrUnsorted)
	check("remove", tree.RemoveAll(bad, never), ErrUnsorted)
	check("find", tree.FindAll(bad, func(int, uint64, bool) { never(0, 0) }), ErrUnsorted)
	check("invoke", tree.InvokeAll(bad, func(int, uint64, bool) (Op, uint64) { never(0, 0); return Put, 0 }), ErrUnsorted)
	check("put nothing", tree.PutAll(nil, nil, never), nil)
	check("remove nothing", tree.RemoveAll(nil, never), nil)
	if err := tree.PutAll([]uint64{1, 2}, []uint64{1}, nil); err == nil {
		t.Error("two keys, one value: no error")
	}
	if err := errors.Join(tree.same(nil), tree.sane(true)); err != nil {
		t.Error(err)
	}
	var replaced []uint64
	err := tree.PutAll([]uint64{5, 5, 5, 6}, []uint64{1, 2, 3, 4},
		func(_ int, old uint64) { replaced = append(replaced, old) })
	if err != nil || !slices.Equal(replaced, []uint64{1, 2}) {
		t.Errorf("duplicates: %v, replaced %d", err, replaced)
	}
	if err := tree.same(map[uint64]uint64{5: 3, 6: 4}); err != nil {
		t.Error(err)
	}
}

// When memory ends, what was put is there and what was refused is not; keys that
// are there can be changed and removed. Whatever page could not be had, a
// leaf's, an inner one's or a root's, the rest is sane and grows on later.
func TestFull(t *testing.T) {
	alone(t)
	for n := 1; n < 70; n++ {
		tree := newTree(t, pages.Smallest, n)
		rng := rand.New(rand.NewPCG(uint64(n), 2))
		want := make(map[uint64]uint64)
		refused := 0
		for range 3000 {
			key := rng.Uint64()
			err := tree.Invoke(key, func(uint64, bool) (Op, uint64) { return Put, key })
			if err == nil {
				want[key] = key
				continue
			}
			if !errors.Is(err, pages.ErrFull) {
				t.Fatal(err)
			}
			if refused++; refused > 100 {
				break
			}
		}
		if refused == 0 {
			t.Fatalf("%d pages were never full", n)
		}
		if err := errors.Join(tree.sane(false), tree.same(want)); err != nil {
			t.Fatalf("%d pages: %v", n, err)
		}
		for key := range want {
			if key%4 != 0 {
				tree.Remove(key)
				delete(want, key)
			}
		}
		for range 500 {
			key := rng.Uint64()
			if _, _, err := tree.Put(key, 1); err == nil {
				want[key] = 1
			}
		}
		if err := errors.Join(tree.sane(false), tree.same(want)); err != nil {
			t.Fatalf("%d pages, used again: %v", n, err)
		}
	}
}

// Point operations allocate nothing.
func TestAllocations(t *testing.T) {
	alone(t)
	tree := newTree(t, 4096, 100)
	keys, vals := []uint64{1, 5, 9}, []uint64{1, 2, 3}
	sum := uint64(0)
	n := testing.AllocsPerRun(100, func() {
		_, _, _ = tree.Put(1, 2)
		tree.Find(1)
		tree.View(1, func(v uint64) { sum += v })
		_ = tree.Invoke(2, func(v uint64, _ bool) (Op, uint64) { sum += v; return Put, v + 1 })
		_ = tree.PutAll(keys, vals, func(_ int, v uint64) { sum += v })
		_ = tree.FindAll(keys, func(_ int, v uint64, _ bool) { sum += v })
		_ = tree.RemoveAll(keys, nil)
		tree.Scan(0, func(_, v uint64) bool { sum += v; return true })
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
