package oracle_test

import (
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/oracle"
)

// benchHistory is a serial run of n accesses in transactions of ten, half of
// them writes, over keys records, and five images of it.
func benchHistory(n, keys int) (*oracle.Recorder, oracle.Ranges, []*oracle.Image) {
	const workers, each = 4, 10
	r := oracle.NewRecorder(workers, n)
	rng := rand.New(rand.NewPCG(1, 1))
	stamps := make([]uint64, keys)
	var images []*oracle.Image
	txns := n / each
	for i := 1; i <= txns; i++ {
		w := rng.IntN(workers)
		log, id := r.Worker(w), uint64(i)<<16|uint64(w)
		log.Begin()
		for j := range each {
			key := rng.IntN(keys)
			if j&1 == 0 {
				log.Read(0, uint64(key), stamps[key])
			} else {
				log.Write(0, uint64(key))
				stamps[key] = id
			}
		}
		log.Commit(id, uint64(i))
		if i%(txns/6) == 0 && len(images) < 5 {
			images = append(images, &oracle.Image{Name: "image", Cut: uint64(i), State: stateOf(stamps)})
		}
	}
	return r, oracle.Ranges{{Table: 0, First: 0, Count: uint64(keys)}}, images
}

func stateOf(stamps []uint64) *oracle.State {
	s := oracle.NewState(1, nil)
	for key, stamp := range stamps {
		s.Shard(0).Put(0, uint64(key), stamp, true, nil)
	}
	return s
}

// BenchmarkCheck indexes and checks five million accesses against five images
// of a million records.
func BenchmarkCheck(b *testing.B) {
	r, initial, images := benchHistory(5_000_000, 1_000_000)
	rules := oracle.Rules{MinIn: 1, MinOut: 1, MinBetween: 1}
	for b.Loop() {
		h, err := r.History(initial)
		if err != nil {
			b.Fatal(err)
		}
		if err := h.CheckImages(images, rules).Err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHistory(b *testing.B) {
	r, initial, _ := benchHistory(5_000_000, 1_000_000)
	for b.Loop() {
		if _, err := r.History(initial); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord is one transaction of ten accesses.
func BenchmarkRecord(b *testing.B) {
	r := oracle.NewRecorder(1, 0)
	log, id := r.Worker(0), uint64(0)
	for b.Loop() {
		if id++; id%100_000 == 0 {
			r = oracle.NewRecorder(1, 0)
			log = r.Worker(0)
		}
		log.Begin()
		for j := range uint64(5) {
			log.Read(0, j, id)
			log.Write(0, j)
		}
		log.Commit(id, id)
	}
}
