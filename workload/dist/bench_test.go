package dist

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkNext(b *testing.B) {
	const n = 1_000_000
	bench := func(name string, d Dist) {
		b.Run("dist="+name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			sum := uint64(0)
			for b.Loop() {
				sum += d.Next(r)
			}
			if sum == 0 {
				b.Fatal("drew nothing but 0")
			}
		})
	}
	bench("uniform", Uniform{N: n})
	bench("zipf", NewZipf(n, 0.99))
	bench("zipf-scattered", Scattered{Of: NewZipf(n, 0.99), To: NewPermutation(n, 1)})
	bench("zipf-1.5", NewZipf(n, 1.5))
	bench("ycsb-zipf", NewGray(n, 0.99))
	bench("ycsb-scrambled", NewScrambled(n))
	bench("latest", NewLatest(n, 0.99))
	bench("hotspot", NewHotspot(n, 0.2, 0.8))
	bench("exponential", NewExponential(n, 0.8571428571, 0.95))
}

func BenchmarkZeta(b *testing.B) {
	sum := 0.0
	for b.Loop() {
		sum += Zeta(100_000_000, 0.99)
	}
	if sum == 0 {
		b.Fatal("no sum")
	}
}
