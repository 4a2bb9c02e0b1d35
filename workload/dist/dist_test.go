package dist

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

func even(n int) []float64 {
	p := make([]float64, n)
	for i := range p {
		p[i] = 1 / float64(n)
	}
	return p
}

func TestUniformFollowsItsLaw(t *testing.T) {
	for _, n := range []int{1, 2, 7, 1000} {
		follows(t, Uniform{N: uint64(n)}, even(n), 1)
	}
}

func TestZipfFollowsItsLaw(t *testing.T) {
	for _, theta := range []float64{0, 1e-17, 0.5, 0.99, 1 - 1e-12, 1, 1.5, 3} {
		for _, n := range []int{1, 2, 3, 1000, 100_000} {
			t.Run(fmt.Sprintf("theta=%g/n=%d", theta, n), func(t *testing.T) {
				follows(t, NewZipf(uint64(n), theta), zipfLaw(n, theta), 2)
			})
		}
	}
}

// Extremes in which floating point could lose the law: all ranks must stay in
// range, and nearly all draws are where they belong.
func TestZipfExtremes(t *testing.T) {
	check := func(n uint64, theta float64, below uint64, share float64) {
		t.Helper()
		z, r, hits := NewZipf(n, theta), source(3), 0
		const draws = 50_000
		for range draws {
			k := z.Next(r)
			if k >= n {
				t.Fatalf("theta %g: drew %d of %d", theta, k, n)
			}
			if k < below {
				hits++
			}
		}
		// Five standard deviations of a binomial share, and the exact bound at 0 and 1.
		if got, tolerance := float64(hits)/draws, 5*math.Sqrt(share*(1-share)/draws); math.Abs(got-share) > tolerance {
			t.Errorf("theta %g: share %.4f below %d of %d, want %.4f +- %.4f", theta, got, below, n, share, tolerance)
		}
	}
	check(MaxRecords, 0, MaxRecords/4, 0.25)
	check(MaxRecords, 0.5, MaxRecords/4, 0.5)       // sqrt(1/4)
	check(MaxRecords, 1.5, 1, 1/2.6123753486854883) // 1/zeta(3/2)
	check(MaxRecords, 2, 1, 6/(math.Pi*math.Pi))    // 1/zeta(2)
	check(MaxRecords, 1, 1<<20, Zeta(1<<20, 1)/Zeta(MaxRecords, 1))
	check(MaxRecords, 0.99, 1<<30, Zeta(1<<30, 0.99)/Zeta(MaxRecords, 0.99))
	check(MaxRecords, 60, 1, 1)
	check(10, 1e300, 1, 1)
	check(10, math.MaxFloat64, 1, 1)
}

func TestGrayFollowsYCSBsCurve(t *testing.T) {
	for _, theta := range []float64{0.01, 0.5, YCSBTheta} {
		for _, n := range []int{1, 2, 3, 1000, 100_000} {
			t.Run(fmt.Sprintf("theta=%g/n=%d", theta, n), func(t *testing.T) {
				follows(t, NewGray(uint64(n), theta), grayLaw(n, theta), 4)
			})
		}
	}
}

// The approximation is not the law, and the test of the law can tell.
func TestGrayIsNotZipf(t *testing.T) {
	stat, df := statistic(NewGray(1000, YCSBTheta), zipfLaw(1000, YCSBTheta), 300_000, 5)
	if stat < df+6*math.Sqrt(2*df) {
		t.Errorf("chi-square %.1f with %.0f degrees of freedom: took YCSB's approximation for the law", stat, df)
	}
	if excess := grayLaw(1000, YCSBTheta)[2]/zipfLaw(1000, YCSBTheta)[2] - 1; math.Abs(excess-0.17) > 0.005 {
		t.Errorf("rank 2 comes %.1f %% too often, documented as 17 %%", 100*excess)
	}
}

func TestLatestFollowsYCSBsCurveFromTheNewest(t *testing.T) {
	for _, n := range []int{1, 2, 3, 1000} {
		law := append(grayLaw(max(n-1, 1), YCSBTheta), 0)[:n] // never the oldest
		follows(t, NewLatest(uint64(n), YCSBTheta), law, 6)
	}
}

func TestHotspotShares(t *testing.T) {
	check := func(n, hot int, fraction, share float64) {
		t.Helper()
		p := make([]float64, n)
		for i := range p {
			if i < hot {
				p[i] = share / float64(hot)
			} else {
				p[i] = (1 - share) / float64(n-hot)
			}
		}
		follows(t, NewHotspot(uint64(n), fraction, share), p, 7)
	}
	check(1000, 200, 0.2, 0.8)
	check(1000, 999, 0.9999, 0.5)
	check(10, 3, 0.39, 0.9)
	check(2, 1, 0.5, 0.25)
	follows(t, NewHotspot(10, 0.01, 0.8), even(10), 7) // no hot record
	follows(t, NewHotspot(10, 0, 1), even(10), 7)
	follows(t, NewHotspot(10, 1, 0), even(10), 7) // no cold one
	follows(t, NewHotspot(1, 0.2, 0.8), even(1), 7)
}

func TestExponentialFollowsItsLaw(t *testing.T) {
	check := func(n int, fraction, share float64) {
		t.Helper()
		gamma := -math.Log(1-share) / (float64(n) * fraction)
		p := make([]float64, n)
		for i := range p {
			p[i] = (math.Exp(-gamma*float64(i)) - math.Exp(-gamma*float64(i+1))) / (1 - math.Exp(-gamma*float64(n)))
		}
		follows(t, NewExponential(uint64(n), fraction, share), p, 8)
	}
	check(1000, 0.8571428571, 0.95)
	check(50, 0.1, 0.99)
	check(50, 1, 0.5)
	check(2, 1, 0.5)
	check(3, 1, 0.1) // nine of ten draws are repeated
	check(1, 1, 0.5)
}

// scrambledLaw folds the most popular items one by one, and the rest, of which
// none has more than 1e-6 of the draws, evenly.
func scrambledLaw(n int) []float64 {
	const items, single = scrambledItems + 1, 1 << 17
	zeta2 := 1 + math.Pow(2, -YCSBTheta)
	eta := (1 - math.Pow(2.0/items, 1-YCSBTheta)) / (1 - zeta2/scrambledZetan)
	below := func(k int) float64 { return 1 - (1-math.Pow(float64(k)/items, 1-YCSBTheta))/eta }
	folded := make([]float64, n+1)
	for k := range single {
		share := below(k+1) - below(k)
		switch k {
		case 0:
			share = 1 / scrambledZetan
		case 1:
			share = (zeta2 - 1) / scrambledZetan
		}
		folded[reference(uint64(k))%uint64(n+1)] += share
	}
	for i := range folded {
		folded[i] += (1 - below(single)) / float64(n+1)
	}
	p := folded[:n]
	for i := range p {
		p[i] /= 1 - folded[n] // drawn again
	}
	return p
}

func TestScrambledFollowsYCSB(t *testing.T) {
	for _, n := range []int{1, 2, 97, 1000} {
		follows(t, NewScrambled(uint64(n)), scrambledLaw(n), 9)
	}
}

func TestScrambledHottestRecord(t *testing.T) {
	const n, draws = 10_000_000, 300_000
	s, r, hits := NewScrambled(n), source(10), 0
	for range draws {
		if s.Next(r) == reference(0)%(n+1) {
			hits++
		}
	}
	// Item 0 has 1/zetan = 3.778 % of the draws; five standard deviations are 0.17 %.
	if share := float64(hits) / draws; math.Abs(share-0.03778) > 0.0018 {
		t.Errorf("the hottest record has %.3f %%, YCSB's has 3.78 %% (a zipf law's 5.5 %%)", 100*share)
	}
}

// reference is YCSB's hash by way of the standard library.
func reference(v uint64) uint64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, v))
	if s := int64(h.Sum64()); s < 0 {
		return uint64(-s)
	}
	return h.Sum64()
}

func TestHash64(t *testing.T) {
	// The first two keys that YCSB loads are user6284781860667377211 and
	// user8517097267634966620.
	for v, want := range []uint64{6284781860667377211, 8517097267634966620} {
		if got := Hash64(uint64(v)); got != want {
			t.Errorf("Hash64(%d) = %d, YCSB has %d", v, got, want)
		}
	}
	r := source(11)
	for range 10_000 {
		v := r.Uint64() >> r.IntN(64)
		if got, want := Hash64(v), reference(v); got != want {
			t.Fatalf("Hash64(%d) = %d, want %d", v, got, want)
		}
	}
}

func TestZeta(t *testing.T) {
	for _, theta := range []float64{0, 0.5, 0.99, 1, 1.5, 40} {
		for _, n := range []uint64{1, 2, 999, 1000, 1001, 300_000} {
			sum, lost := 0.0, 0.0 // Kahan's: the reference must be better than what it judges
			for i := uint64(1); i <= n; i++ {
				x := math.Pow(float64(i), -theta) - lost
				next := sum + x
				sum, lost = next, next-sum-x
			}
			if got := Zeta(n, theta); math.Abs(got/sum-1) > 1e-12 {
				t.Errorf("Zeta(%d, %g) = %.15g, summed %.15g", n, theta, got, sum)
			}
		}
	}
	// YCSB's constant, which carries the rounding of 10^10 additions.
	if got := Zeta(scrambledItems, YCSBTheta); math.Abs(got-scrambledZetan) > 1e-8 {
		t.Errorf("Zeta(10^10, 0.99) = %.14f, YCSB has %.14f", got, scrambledZetan)
	}
}

// A first answers once with a number of the test's choice, then from a real source.
type first struct {
	value uint64
	then  rand.Source
	given bool
}

func (f *first) Uint64() uint64 {
	if !f.given {
		f.given = true
		return f.value
	}
	return f.then.Uint64()
}

// At the very ends of a random number's range rounding must not carry a draw
// beyond the last record.
func TestDrawsStayInRange(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 7, 1000, 123_456_789} {
		for _, d := range []Dist{
			Uniform{N: n}, NewZipf(n, 0), NewZipf(n, 0.7), NewZipf(n, 1), NewZipf(n, 2), NewGray(n, 0.01), NewGray(n, 0.5),
			NewGray(n, 0.99), NewGray(n, 0.999999), NewScrambled(n), NewLatest(n, 0.99), NewHotspot(n, 0.5, 0.5),
			NewExponential(n, 0.5, 0.5),
		} {
			for _, v := range []uint64{0, 1, math.MaxUint64 - 1, math.MaxUint64, 1 << 63, 1<<63 - 1} {
				for i := range uint64(10) {
					if k := d.Next(rand.New(&first{value: v, then: rand.NewPCG(i, i)})); k >= n {
						t.Fatalf("%T drew %d of %d from %x", d, k, n, v)
					}
				}
			}
		}
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	r := source(12)
	for _, d := range []Dist{
		Uniform{N: 1000}, NewZipf(1000, 1), NewGray(1000, 0.5), NewScrambled(1000), NewLatest(1000, 0.99),
		NewHotspot(1000, 0.2, 0.8), NewExponential(1000, 0.5, 0.9), Scattered{NewZipf(1000, 1), NewPermutation(1000, 1)},
	} {
		if n := testing.AllocsPerRun(100, func() { d.Next(r) }); n != 0 {
			t.Errorf("%T.Next allocates %v times", d, n)
		}
	}
}
