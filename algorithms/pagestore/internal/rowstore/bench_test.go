package rowstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkPut compares IEP-32's three ways to put 1000 sorted rows that are
// there already, in turns, over rows of 100 bytes: in place, or, where the length
// changes, stored anew; neighbours, or keys all over 200,000. gain is single
// puts' median time over the way's.
func BenchmarkPut(b *testing.B) {
	for _, span := range []int{1000, 200_000} {
		for _, place := range []string{"same", "anew"} {
			b.Run(fmt.Sprintf("span=%d/rows=%s", span, place), func(b *testing.B) {
				benchPut(b, span, place == "anew")
			})
		}
	}
}

func benchPut(b *testing.B, span int, anew bool) {
	const n, batch = 200_000, 1000
	var stores [3]*Store
	var batches [3]*Batch
	for w := range stores { // one each, so that no way finds another's disorder
		stores[w] = newStore(b, 4096, n/20)
		batches[w] = stores[w].NewBatch()
		for i := range uint64(n) {
			if err := stores[w].Put(newRow(i*2654435761%n, make([]byte, 92))); err != nil {
				b.Fatal(err)
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var times [3][]float64
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		rows := sortedRows(rng, batch, n, span, round, anew)
		b.StartTimer()
		for k := range ways {
			w := (k + round) % 3
			start := time.Now()
			if err := batches[w].Put(rows, ways[w]); err != nil {
				b.Fatal(err)
			}
			times[w] = append(times[w], float64(time.Since(start)))
		}
	}
	for w := range times {
		slices.Sort(times[w])
	}
	base := times[0][len(times[0])/2]
	b.ReportMetric(base/batch, "single-ns/row")
	for w := 1; w < 3; w++ {
		b.ReportMetric(base/times[w][len(times[w])/2], ways[w].String()+"-gain")
	}
}

// sortedRows returns rows with different keys, of another length in every round
// if they shall not fit in place.
func sortedRows(rng *rand.Rand, batch, n, span, round int, anew bool) [][]byte {
	from := rng.IntN(n - span + 1)
	length := 92
	if anew {
		length += rng.IntN(8)
	}
	keys := make(map[uint64]bool)
	for len(keys) < min(batch, span) {
		k := uint64(from + rng.IntN(span))
		if span == batch {
			k = uint64(from + len(keys))
		}
		keys[k] = true
	}
	var rows [][]byte
	for k := range keys {
		rows = append(rows, newRow(k, make([]byte, length+round&1*8)))
		if !anew {
			rows[len(rows)-1] = rows[len(rows)-1][:8+92]
		}
	}
	slices.SortFunc(rows, func(a, b []byte) int { return int(int64(Key(a)) - int64(Key(b))) })
	return rows
}
