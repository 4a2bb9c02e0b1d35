package store

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/internal/arena"
)

func hashTable(t *testing.T, capacity uint64) *table {
	t.Helper()
	tab, err := newTable(0, TableSpec{Name: "t", ValueSize: 8, Capacity: capacity, Hash: true}, 0, 1, arena.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tab.free(); err != nil {
			t.Error(err)
		}
	})
	return tab
}

// A key has one slot for ever, no two keys share one, slots are given out in
// order, and a full table says so without harm to the keys it has.
func TestHashIndex(t *testing.T) {
	keys := map[string]func(i uint64) uint64{
		"one after the other": func(i uint64) uint64 { return i },
		"high bits only":      func(i uint64) uint64 { return i << 48 },
		"multiples":           func(i uint64) uint64 { return i * 1 << 20 },
		"from the end":        func(i uint64) uint64 { return ^i },
		"random":              func(i uint64) uint64 { return rand.New(rand.NewPCG(i, 1)).Uint64() },
	}
	for name, key := range keys {
		for _, capacity := range []uint64{0, 1, 7, 8, 9, 1000} {
			tab := hashTable(t, capacity)
			for range 2 {
				for i := range capacity {
					r, ok := tab.find(key(i))
					if !ok || uint64(r.slot) != i || r.Key() != key(i) {
						t.Fatalf("%s: key %#x has slot %d with key %#x, %v, want slot %d", name, key(i), r.slot, r.Key(), ok, i)
					}
				}
				for i := capacity; i < capacity+3; i++ {
					if r, ok := tab.find(key(i)); ok {
						t.Fatalf("%s: key %d found slot %d in a full table of %d", name, i, r.slot, capacity)
					}
				}
			}
			if tab.high.Load() != capacity {
				t.Errorf("%s: %d slots in use, want %d", name, tab.high.Load(), capacity)
			}
		}
	}
}

// Finders at once agree on every key's slot, also where the table is too small
// for all of them.
func TestHashIndexConcurrently(t *testing.T) {
	const finders, keys = 4, 600
	for _, capacity := range []uint64{keys, keys / 2} {
		tab := hashTable(t, capacity)
		var found [finders][keys]uint32 // slot + 1
		var wg sync.WaitGroup
		for f := range finders {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(f), 1))
				for range 4 * keys {
					i := rng.IntN(keys)
					r, ok := tab.find(uint64(i) * 977)
					if !ok {
						continue
					}
					if old := found[f][i]; old != 0 && old != r.slot+1 {
						t.Errorf("key %d moved from slot %d to %d", i, old-1, r.slot)
					}
					if r.Key() != uint64(i)*977 {
						t.Errorf("key %d has the slot of key %d", i, r.Key())
					}
					found[f][i] = r.slot + 1
				}
			})
		}
		wg.Wait()
		for i := range keys {
			for f := 1; f < finders; f++ {
				if a, b := found[0][i], found[f][i]; a != 0 && b != 0 && a != b {
					t.Errorf("key %d: slots %d and %d", i, a-1, b-1)
				}
			}
		}
	}
}

// TestAwaitKey: a slot that an insert has taken is waited for until its key is written,
// also where the key is 0, as a slot is before.
func TestAwaitKey(t *testing.T) {
	for _, key := range []uint64{7, 0} {
		tab := hashTable(t, 8)
		if _, ok := tab.find(1); !ok {
			t.Fatal("no room")
		}
		tab.awaitKey(0)
		slot := tab.high.Add(1) - 1 // as claim does, which has not written the key yet
		c := tab.index.cell(tab.index.home(key))
		c.state.Store(taken)
		var written atomic.Bool
		done := make(chan bool)
		go func() {
			tab.awaitKey(slot)
			done <- written.Load()
		}()
		for range 1000 {
			runtime.Gosched()
		}
		written.Store(true)
		atomic.StoreUint64(&tab.keys[slot], key)
		c.key.Store(key)
		c.state.Store(slot + slot0)
		if !<-done {
			t.Errorf("key %d was not waited for", key)
		}
		if r, ok := tab.find(key); !ok || r.Key() != key {
			t.Errorf("key %d: found %d, %t", key, r.Key(), ok)
		}
	}
}
