package pages

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// IEP-32's entry sizes, with the 40 bytes of a row's header.
var entrySizes = [][2]int{{44, 104}, {140, 340}, {340, 740}, {740, 1240}, {1240, 3040}, {1040, 8040}, {4040, 16040},
	{100, 32000}}

// BenchmarkInsertRows compares batches of 200 rows with the same rows one by
// one, in turns, in pages of 4 KiB that were used before: saved-% is of the time
// of single inserts, by the median turn. The rows are in the cache, as those of
// a message that was just received are; otherwise whose turn is first pays for that.
func BenchmarkInsertRows(b *testing.B) {
	for _, s := range entrySizes {
		b.Run(fmt.Sprintf("entry=%d-%d", s[0], s[1]), func(b *testing.B) { benchInsert(b, s[0], s[1]) })
	}
}

func benchInsert(b *testing.B, low, high int) {
	const batch, most = 200, 64 << 20
	rng := rand.New(rand.NewPCG(1, 2))
	single, batched := newRows(b, 4096, 2*most/4096+1000, 8), newRows(b, 4096, 2*most/4096+1000, 8)
	turns := max(2, min(200, most/(batch*(low+high)/2)))
	rows := make([][][]byte, turns)
	for t := range rows {
		for range batch {
			rows[t] = append(rows[t], row(low+rng.IntN(high-low+1), rng.Uint64()))
		}
	}
	one, all := make([]Link, 0, turns*batch), make([]Link, turns*batch)
	var times [2][]float64
	round := func(t int) {
		turn := []func(){
			func() {
				for _, r := range rows[t] {
					l, err := single.Insert(r)
					if err != nil {
						b.Fatal(err)
					}
					one = append(one, l)
				}
			},
			func() {
				if err := batched.InsertRows(rows[t], all[t*batch:][:batch]); err != nil {
					b.Fatal(err)
				}
			},
		}
		touch(rows[t])
		for k := range turn {
			k ^= t & 1
			start := time.Now()
			turn[k]()
			times[k] = append(times[k], float64(time.Since(start)))
		}
	}
	clean := func() {
		for i := range one {
			if err := single.Remove(one[i]); err != nil {
				b.Fatal(err)
			}
			if err := batched.Remove(all[i]); err != nil {
				b.Fatal(err)
			}
		}
		one = one[:0]
	}
	for t := range turns {
		round(t)
	}
	clean()
	times = [2][]float64{}
	for n := 0; b.Loop(); n++ {
		if n == turns {
			n = 0
			b.StopTimer()
			clean()
			b.StartTimer()
		}
		round(n)
	}
	s, t := median(times[0])/batch, median(times[1])/batch
	b.ReportMetric(s, "single-ns/row")
	b.ReportMetric(t, "batch-ns/row")
	b.ReportMetric(100*(1-t/s), "saved-%")
}

var touched byte

func touch(rows [][]byte) {
	for _, r := range rows {
		for i := 0; i < len(r); i += 64 {
			touched += r[i]
		}
	}
}

func median(s []float64) float64 {
	slices.Sort(s)
	return s[len(s)/2]
}
