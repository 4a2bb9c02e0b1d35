package bits

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// CopyFrom copies the members of a range, and the rest of the words they are in.
func TestSetCopyFrom(t *testing.T) {
	const n = 200
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		dst, src := NewSet(n), NewSet(n)
		var old [n]int
		for i := range uint64(n) {
			dst.Put(i, rng.IntN(2) == 1)
			src.Put(i, rng.IntN(2) == 1)
			old[i] = dst.Get(i)
		}
		from := rng.Uint64N(n)
		to := from + rng.Uint64N(n-from+1)
		dst.CopyFrom(src, from, to)
		for i := range uint64(n) {
			want := old[i]
			if i/64 >= from/64 && i/64 < (to+63)/64 {
				want = src.Get(i)
			}
			if dst.Get(i) != want {
				t.Fatalf("from %d to %d: member %d is %d, want %d", from, to, i, dst.Get(i), want)
			}
		}
	}
}

// A set does what a map does.
func TestSet(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 200} {
		rng := rand.New(rand.NewPCG(uint64(n), 0))
		s, want := NewSet(n), map[uint64]bool{}
		for range 1000 {
			i := rng.Uint64N(uint64(n))
			switch rng.IntN(40) {
			case 0:
				s.Clear()
				clear(want)
			case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14:
				s.Remove(i)
				delete(want, i)
			default:
				s.Add(i)
				want[i] = true
			}
			for i := range uint64(n) {
				if s.Has(i) != want[i] || s.Word(int(i/64))>>(i%64)&1 != 0 != want[i] {
					t.Fatalf("n=%d: %d is in: %v, want %v", n, i, s.Has(i), want[i])
				}
			}
		}
		if s.Words() != (n+63)/64 || s.Bytes() != int64(8*s.Words()) {
			t.Errorf("n=%d: %d words, %d bytes", n, s.Words(), s.Bytes())
		}
	}
}

// Additions and removals of neighbours at once lose nothing.
func TestSetConcurrently(t *testing.T) {
	s := NewSet(64)
	var wg sync.WaitGroup
	for g := range uint64(4) {
		wg.Go(func() {
			for range 500 {
				for i := g; i < 64; i += 4 {
					s.Add(i)
					if !s.Has(i) {
						t.Errorf("%d was lost", i)
					}
					s.Remove(i)
				}
			}
			s.Add(g)
		})
	}
	wg.Wait()
	if s.Word(0) != 0xf {
		t.Errorf("set is %#x, want 0xf", s.Word(0))
	}
}
