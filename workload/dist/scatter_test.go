package dist

import (
	"math"
	"testing"
)

func TestPermutationIsOneToOne(t *testing.T) {
	check := func(n, key uint64) {
		t.Helper()
		p, seen := NewPermutation(n, key), make([]bool, n)
		for i := range n {
			k := p.At(i)
			if k >= n {
				t.Fatalf("n %d, key %d: %d goes to %d", n, key, i, k)
			}
			if seen[k] {
				t.Fatalf("n %d, key %d: two go to %d", n, key, k)
			}
			seen[k] = true
		}
	}
	for n := uint64(1); n <= 300; n++ {
		check(n, n%5)
	}
	for _, n := range []uint64{1 << 12, 1<<12 + 1, 1<<16 - 1, 100_003} {
		check(n, 42)
	}
	// Too large to try all of: a range check is what is left.
	for _, n := range []uint64{MaxRecords, MaxRecords - 1, MaxRecords/2 + 1} {
		p := NewPermutation(n, 7)
		for i := range uint64(1000) {
			if k := p.At(n - 1 - i); k >= n {
				t.Fatalf("n %d: %d goes to %d", n, n-1-i, k)
			}
		}
	}
}

// The most popular tenth of the ranks must be spread over the whole key space
// and neighbours in rank far apart.
func TestPermutationScatters(t *testing.T) {
	for _, n := range []uint64{100_000, 1 << 20, 3_000_017} {
		p := NewPermutation(n, 1)
		const buckets = 100
		counts, far := make([]int, buckets), 0.0
		for i := range n / 10 {
			counts[p.At(i)*buckets/n]++
			far += math.Abs(float64(p.At(i)) - float64(p.At(i+1)))
		}
		// Six standard deviations, as in follows; 99 degrees of freedom. Drawing
		// without replacement lowers the statistic by a tenth.
		if stat, df := chiSquare(counts, even(buckets)); stat > df+6*math.Sqrt(2*df) {
			t.Errorf("n %d: chi-square %.1f with %.0f degrees of freedom", n, stat, df)
		}
		// Two random points are n/3 apart on average, with a standard deviation
		// of 0.24 n; over 10^4 and more pairs, 0.02 n is eight of the mean's.
		if mean := far / float64(n/10) / float64(n); math.Abs(mean-1.0/3) > 0.02 {
			t.Errorf("n %d: neighbours in rank are %.3f n apart, want 0.333 n", n, mean)
		}
	}
}

func TestPermutationDependsOnItsKey(t *testing.T) {
	a, b, same := NewPermutation(1000, 1), NewPermutation(1000, 2), 0
	for i := range uint64(1000) {
		if a.At(i) == b.At(i) {
			same++
		}
	}
	if same > 10 { // 1 on average; Poisson, so 10 is one in 10^7
		t.Errorf("%d of 1000 ranks are in the same place under another key", same)
	}
}

// Scattering moves the law's weights about and changes none.
func TestScatteredKeepsTheLaw(t *testing.T) {
	const n = 1000
	p, law, moved := NewPermutation(n, 3), zipfLaw(n, 0.99), make([]float64, n)
	for i := range uint64(n) {
		moved[p.At(i)] = law[i]
	}
	follows(t, Scattered{Of: NewZipf(n, 0.99), To: p}, moved, 13)
}
