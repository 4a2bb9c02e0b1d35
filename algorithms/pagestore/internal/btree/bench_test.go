package btree

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	tidwall "github.com/tidwall/btree"
)

// filled returns a tree of 4 KiB pages with n keys, the multiples of stride.
func filled(b *testing.B, n int, stride uint64) *Tree {
	b.Helper()
	t := newTree(b, 4096, n/100+1000)
	for i := range uint64(n) { // in an order that leaves pages as full as random puts do
		k := i * 2654435761 % uint64(n)
		if _, _, err := t.Put(k*stride, k); err != nil {
			b.Fatal(err)
		}
	}
	return t
}

// turns times two ways of doing the same n things, in turns, and reports the
// first's median time over the second's.
func turns(b *testing.B, n int, names [2]string, ways [2]func(round int)) {
	b.Helper()
	var times [2][]float64
	for round := 0; b.Loop(); round++ {
		for k := range 2 {
			k ^= round & 1
			start := time.Now()
			ways[k](round)
			times[k] = append(times[k], float64(time.Since(start)))
		}
	}
	for k := range times {
		slices.Sort(times[k])
		b.ReportMetric(times[k][len(times[k])/2]/float64(n), names[k]+"-ns/key")
	}
	b.ReportMetric(times[0][len(times[0])/2]/times[1][len(times[1])/2], "ratio")
}

// BenchmarkInvoke compares a find and a put of what it found with one Invoke, on
// keys that are there.
func BenchmarkInvoke(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			t := filled(b, n, 3)
			rng := rand.New(rand.NewPCG(1, 1))
			key := func() uint64 { return rng.Uint64N(uint64(n)) * 3 }
			turns(b, 1000, [2]string{"find-put", "invoke"}, [2]func(int){
				func(int) {
					for range 1000 {
						k := key()
						v, _ := t.Find(k)
						if _, _, err := t.Put(k, v+1); err != nil {
							b.Fatal(err)
						}
					}
				},
				func(int) {
					for range 1000 {
						if err := t.Invoke(key(), func(v uint64, _ bool) (Op, uint64) { return Put, v + 1 }); err != nil {
							b.Fatal(err)
						}
					}
				},
			})
		})
	}
}

// BenchmarkPutAll compares 1000 puts in order with one batch of them: of
// neighbours, of one key in ten, and of keys all over the tree.
func BenchmarkPutAll(b *testing.B) {
	const n, batch = 1_000_000, 1000
	t := filled(b, n, 1)
	for _, span := range []int{batch, 10 * batch, 1_000_000} {
		b.Run(fmt.Sprintf("span=%d", span), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			var batches [16][]uint64
			for i := range batches {
				from := rng.Uint64N(uint64(n - span + 1))
				for range batch {
					batches[i] = append(batches[i], from+rng.Uint64N(uint64(span)))
				}
				slices.Sort(batches[i])
			}
			turns(b, batch, [2]string{"puts", "putall"}, [2]func(int){
				func(r int) {
					for _, k := range batches[r%16] {
						if _, _, err := t.Put(k, k); err != nil {
							b.Fatal(err)
						}
					}
				},
				func(r int) {
					if err := t.PutAll(batches[r%16], batches[r%16], nil); err != nil {
						b.Fatal(err)
					}
				},
			})
		})
	}
}

// BenchmarkFind compares point reads with those of tidwall's B-tree, which has no
// latches and lies on the Go heap, at 10 M keys.
func BenchmarkFind(b *testing.B) {
	const n = 10_000_000
	t := filled(b, n, 1)
	var m tidwall.Map[uint64, uint64]
	for i := range uint64(n) {
		k := i * 2654435761 % n
		m.Set(k, k)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	sum := uint64(0)
	turns(b, 1000, [2]string{"find", "tidwall"}, [2]func(int){
		func(int) {
			for range 1000 {
				v, _ := t.Find(rng.Uint64N(n))
				sum += v
			}
		},
		func(int) {
			for range 1000 {
				v, _ := m.Get(rng.Uint64N(n))
				sum += v
			}
		},
	})
}
