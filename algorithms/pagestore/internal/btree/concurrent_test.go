package btree

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/pagestore/internal/pages"
)

// scale returns n, or a fifth of it where only short tests are asked for.
func scale(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// Workers that own every eighth key each share all leaves, and none disturbs
// another's keys.
func TestWorkers(t *testing.T) {
	const workers = 8
	tree := newTree(t, pages.Smallest, 20_000)
	wants := make([]map[uint64]uint64, workers)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range wants {
		wants[w] = make(map[uint64]uint64)
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 5))
			for step := 0; step < scale(1500) && errs[w] == nil; step++ {
				errs[w] = doOwn(tree, wants[w], rng, uint64(w), workers, step/300%2 == 1)
			}
		})
	}
	wg.Wait()
	all := make(map[uint64]uint64)
	for w, m := range wants {
		if errs[w] != nil {
			t.Fatalf("worker %d: %v", w, errs[w])
		}
		for k, v := range m {
			all[k] = v
		}
	}
	if err := errors.Join(tree.sane(true), tree.same(all)); err != nil {
		t.Error(err)
	}
}

// doOwn does an operation on keys that are w modulo workers.
func doOwn(tree *Tree, want map[uint64]uint64, rng *rand.Rand, w, workers uint64, shrink bool) error {
	key, val := rng.Uint64N(4000)*workers+w, rng.Uint64()>>8
	if op := rng.IntN(7); op < 5 {
		return do(tree, want, op, key, val)
	}
	keys := make([]uint64, rng.IntN(60))
	for i := range keys {
		keys[i] = key + workers*uint64(i/2*2+rng.IntN(2))
	}
	slices.Sort(keys)
	if shrink {
		val = 1 // decides to remove
	}
	var wrong error
	err := tree.InvokeAll(keys, func(i int, got uint64, found bool) (Op, uint64) {
		w, ok := want[keys[i]]
		wrong = errors.Join(wrong, agree("invoke all", keys[i], got, found, w, ok, nil))
		return decide(want, keys[i], val)
	})
	return errors.Join(wrong, err)
}

// Every Invoke calls its closure once and is one step to others, though all
// count on the same keys while leaves split and are absorbed around them; half
// the workers go through the keys upwards in batches, half downwards.
func TestInvokeOnce(t *testing.T) {
	const workers, keys = 4, 300
	rounds := scale(50)
	tree := newTree(t, pages.Smallest, 20_000)
	var calls atomic.Int64
	add := func(v uint64, found bool) (Op, uint64) { calls.Add(1); return Put, v + 1 }
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for r := range rounds {
				errs[w] = errors.Join(errs[w], count(tree, keys, w%2 == 0, add), stir(tree, keys, w, r))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want := make(map[uint64]uint64)
	for k := range uint64(keys) {
		want[k*1000] = uint64(workers * rounds)
	}
	if calls.Load() != int64(workers*rounds*keys) {
		t.Errorf("%d calls, want %d", calls.Load(), workers*rounds*keys)
	}
	if err := errors.Join(tree.sane(true), tree.same(want)); err != nil {
		t.Error(err)
	}
}

// count counts on every thousandth key.
func count(tree *Tree, n int, up bool, add func(uint64, bool) (Op, uint64)) error {
	if !up {
		for k := n - 1; k >= 0; k-- {
			if err := tree.Invoke(uint64(k)*1000, add); err != nil {
				return err
			}
		}
		return nil
	}
	keys := make([]uint64, n)
	for k := range keys {
		keys[k] = uint64(k) * 1000
	}
	return tree.InvokeAll(keys, func(_ int, v uint64, found bool) (Op, uint64) { return add(v, found) })
}

// stir puts keys of worker w's between the others, and takes them out again.
func stir(tree *Tree, n, w, round int) error {
	var keys []uint64
	for i := range 200 {
		keys = append(keys, uint64(round*7%n)*1000+uint64(1+4*i+w))
	}
	return errors.Join(tree.PutAll(keys, keys, nil), tree.RemoveAll(keys, nil))
}

// A closure that takes its time while others split the leaf's neighbours and
// wait for the leaf is called once, and its value is put.
func TestInvokeWhileOthersSplit(t *testing.T) {
	tree := newTree(t, pages.Smallest, 1000)
	for k := range uint64(tree.limit) {
		_, _, _ = tree.Put(1000*k, k)
	}
	calls := 0
	done := make(chan error)
	err := tree.Invoke(1500, func(_ uint64, found bool) (Op, uint64) {
		calls++
		go func() { // waits for the leaf first, which has to be split for the closure
			var errs error
			for k := range uint64(2000) {
				_, _, err := tree.Put(1501+k, k)
				errs = errors.Join(errs, err)
			}
			done <- errs
		}()
		return Put, 77
	})
	if err := errors.Join(err, <-done, tree.sane(true)); err != nil || calls != 1 {
		t.Fatalf("%d calls: %v", calls, err)
	}
	if val, ok := tree.Find(1500); !ok || val != 77 {
		t.Errorf("value %d, %v, want 77", val, ok)
	}
}

// Who stands at a page that was split, or freed, or freed and used again, finds
// the key's leaf.
func TestLateVisitor(t *testing.T) {
	tree := newTree(t, pages.Smallest, 1000)
	for k := range uint64(1000) {
		_, _, _ = tree.Put(10*k, k)
	}
	leafOf := func(key uint64) pages.ID {
		p, id := tree.descend(key, 0, false, 0, nil)
		p.Latch.RUnlock()
		return id
	}
	check := func(what string, from pages.ID, key uint64) {
		t.Helper()
		for _, write := range []bool{false, true} {
			p, id := tree.descend(key, 0, write, from, nil)
			_, found := p.entry(key, tree.limit)
			unlatch(p, write)
			if !found || id != leafOf(key) {
				t.Errorf("%s: key %d found: %v, in %x, want %x", what, key, found, id, leafOf(key))
			}
		}
	}
	from := leafOf(2000)
	last := uint64(2000)
	for k := uint64(2000); leafOf(last) == from; k++ {
		_, _, _ = tree.Put(k, k)
		if k%10 == 9 {
			last = k // the largest so far that the leaf had
		}
	}
	check("split", from, last)
	left, right := leafOf(5000), pages.ID(0)
	for k := uint64(5000); right == 0; k += 10 {
		if id := leafOf(k); id != left {
			right = id
		}
	}
	p := tree.latch(left, true)
	keys := slices.Clone(p.keys(tree.limit)[:p.n])
	p.Latch.Unlock()
	if err := tree.RemoveAll(keys, nil); err != nil {
		t.Fatal(err)
	}
	if p := tree.latch(right, false); p != nil {
		t.Fatal("the right neighbour of an empty leaf was not freed")
	}
	key := keys[len(keys)-1] + 10 // the first that was in right
	check("freed", right, key)
	for k := range uint64(200) { // somebody uses the page again
		_, _, _ = tree.Put(20_000+k, k)
	}
	if !tree.at(pages.ID(right.Index())).Is(right) && tree.at(right).Kind == pages.Free {
		t.Fatal("the freed page was not used again")
	}
	check("used again", right, key)
	if err := tree.sane(true); err != nil {
		t.Error(err)
	}
}

// A scan among changes meets every key that stays once, in order.
func TestScanAmongChanges(t *testing.T) {
	tree := newTree(t, pages.Smallest, 20_000)
	const n = 2000
	for k := range uint64(n) {
		_, _, _ = tree.Put(k*100, k)
	}
	stop := make(chan struct{})
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() {
		for r := 0; ; r++ {
			select {
			case <-stop:
				return
			default:
			}
			failed = errors.Join(failed, stirScan(tree, uint64(r)*37%n*100))
		}
	})
	for range scale(40) {
		next := uint64(0)
		tree.Scan(0, func(key, val uint64) bool {
			if key%100 == 0 {
				if key != next || val != key/100 {
					t.Errorf("key %d is %d, want key %d", key, val, next)
				}
				next = key + 100
			}
			return !t.Failed()
		})
		if next != n*100 && !t.Failed() {
			t.Errorf("the scan ended before key %d", next)
		}
	}
	close(stop)
	wg.Wait()
	if failed = errors.Join(failed, tree.sane(true)); failed != nil {
		t.Error(failed)
	}
}

// stirScan fills a gap behind key and empties it.
func stirScan(tree *Tree, key uint64) error {
	keys := make([]uint64, 99)
	for i := range keys {
		keys[i] = key + 1 + uint64(i)
	}
	if err := tree.PutAll(keys, keys, nil); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	return tree.RemoveAll(keys, nil)
}

// A root is put above the old one once: who comes second, with a split of the
// same level, has the new root adopt it.
func TestGrowOnce(t *testing.T) {
	tree := newTree(t, pages.Smallest, 100)
	want := make(map[uint64]uint64)
	for k := range uint64(500) {
		_, _, _ = tree.Put(k, k)
		want[k] = k
	}
	root, level := tree.root.Load(), uint8(tree.top.Load())
	if tree.grow(77, pages.ID(root), level) || tree.root.Load() != root || uint8(tree.top.Load()) != level {
		t.Errorf("a second root at level %d: %x in place of %x", tree.top.Load(), tree.root.Load(), root)
	}
	if err := errors.Join(tree.sane(true), tree.same(want)); err != nil {
		t.Error(err)
	}
}

// An empty leaf takes over only a neighbour that their parent knows, and as its
// next child: where a split could not be posted, for want of memory, the parent
// would forget another's page.
func TestAbsorbOnlyTheNextChild(t *testing.T) {
	for _, empty := range []int{0, 1} { // the leaf before the unknown one, and that itself
		tree := newTree(t, pages.Smallest, 100)
		want := make(map[uint64]uint64)
		for k := range uint64(500) {
			_, _, _ = tree.Put(k, k)
			want[k] = k
		}
		root := tree.at(pages.ID(tree.root.Load()))
		if root.Level != 1 || root.n < 4 {
			t.Fatalf("a root at level %d with %d children", root.Level, root.n)
		}
		children := slices.Clone(root.words(tree.limit)[:root.n])
		root.disown(0, tree.limit) // as if the second leaf had not been posted
		leaf := tree.at(pages.ID(children[empty]))
		keys := slices.Clone(leaf.keys(tree.limit)[:leaf.n])
		if err := tree.RemoveAll(keys, nil); err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			delete(want, k)
		}
		known := root.words(tree.limit)[:root.n]
		if !slices.Equal(known, slices.Delete(slices.Clone(children), 1, 2)) {
			t.Errorf("leaf %d was emptied: the parent knows %x of %x", empty, known, children)
		}
		if err := errors.Join(tree.sane(false), tree.same(want)); err != nil {
			t.Errorf("leaf %d was emptied: %v", empty, err)
		}
	}
}
