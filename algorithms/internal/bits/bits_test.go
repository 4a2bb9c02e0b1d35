package bits

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// Flags do what a slice of numbers does.
func TestFlags(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 100} {
		rng := rand.New(rand.NewPCG(uint64(n), 0))
		a, b, want := NewFlags(n), NewFlags(n), make([]int, n)
		check := func(f *Flags, negated int) {
			t.Helper()
			for i := range want {
				if got := f.Get(uint64(i)); got != want[i]^negated {
					t.Fatalf("n=%d: flag %d is %d, want %d", n, i, got, want[i]^negated)
				}
			}
		}
		check(a, 0)
		for i := range want {
			want[i] = rng.IntN(2)
			a.Touch(uint64(i))
			a.Put(uint64(i), want[i])
		}
		check(a, 0)
		b.Not(a)
		check(b, 1)
		b.Not(b)
		check(b, 0)
		for _, v := range []int{1, 0} {
			b.Fill(v)
			for i := range want {
				want[i] = v
			}
			check(b, 0)
		}
		if a.Bytes() < int64(n) {
			t.Errorf("%d flags in %d bytes", n, a.Bytes())
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
