package radix

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// Sort does what a stable sort by comparison does, whatever bits the keys differ in.
func TestSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var spare []Item
	for _, mask := range []uint64{0, 1, 7, 0xffff, 0xff << 56, 0xf00000000000000f, ^uint64(0), 1 << 63} {
		for _, n := range []int{0, 1, 2, 3, 100, 5000} {
			items := make([]Item, n)
			for i := range items {
				items[i] = Item{rng.Uint64()&mask | 0x50<<8&^mask, uint64(i)}
			}
			want := slices.Clone(items)
			slices.SortStableFunc(want, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
			var got []Item
			if got, spare = Sort(items, spare); !slices.Equal(got, want) {
				t.Fatalf("%d items, keys of mask %#x: wrong order", n, mask)
			}
		}
	}
}

// What is sorted already is not moved.
func TestSorted(t *testing.T) {
	items := []Item{{1, 9}, {1, 8}, {2, 7}, {1 << 40, 6}}
	want := slices.Clone(items)
	got, spare := Sort(items, nil)
	if !slices.Equal(got, want) || &got[0] != &items[0] || spare != nil {
		t.Errorf("got %v, spare %v", got, spare)
	}
}

func BenchmarkSort(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	items := make([]Item, 100_000)
	var spare []Item
	for b.Loop() {
		for i := range items {
			items[i] = Item{rng.Uint64() >> 28, uint64(i)}
		}
		items, spare = Sort(items, spare)
	}
}
