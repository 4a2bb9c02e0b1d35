package bits

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// A set has what was added, by however many at once, each member once, whether
// it is a bit vector or a hash table, and whatever part of it is asked for.
func TestEach(t *testing.T) {
	const n = 1024 // half of the hash table, so that some members meet in it
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 50 {
		set, hash := NewSet(n), NewHash(n)
		var want []uint64
		for i := range uint64(n) {
			if round == 0 || rng.IntN(round) == 0 { // all of them, too
				want = append(want, i)
			}
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for _, i := range want {
					set.Add(i)
					hash.Add(i)
				}
			})
		}
		wg.Wait()
		hash.Sort()
		from := rng.Uint64N(n)
		to := from + rng.Uint64N(n-from+1)
		if round == 0 {
			from, to = 0, n
		}
		part := slices.DeleteFunc(slices.Clone(want), func(i uint64) bool { return i < from || i >= to })
		for name, each := range map[string]func(uint64, uint64, func(uint64) bool) bool{
			"bit vector": set.Each, "hash table": hash.Each,
		} {
			var got []uint64
			if !each(from, to, func(i uint64) bool { got = append(got, i); return true }) || !slices.Equal(got, part) {
				t.Errorf("%s from %d to %d: %v, want %v", name, from, to, got, part)
			}
			if len(part) > 0 && each(from, to, func(uint64) bool { return false }) {
				t.Errorf("%s: Each went on", name)
			}
		}
		hash.Clear()
		if hash.Sort(); !hash.Each(0, n, func(uint64) bool { return false }) {
			t.Errorf("something is left after Clear")
		}
	}
}
