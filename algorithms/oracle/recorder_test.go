package oracle_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"ckptbench/algorithms/oracle"
)

// Aborted and open transactions leave no trace, however many chunks they
// filled.
func TestRecorderAbort(t *testing.T) {
	r := oracle.NewRecorder(1, 0)
	log := r.Worker(0)
	fill := func(n int) {
		for i := range n {
			log.Read(0, uint64(i), 99)
		}
	}
	id := uint64(0)
	for _, n := range []int{0, 1, 4095, 4096, 4097, 10000} {
		log.Begin()
		fill(n)
		log.Abort()
		log.Begin()
		fill(n) // left open
		id++
		record(log, tx{0, id, id, "w0"})
	}
	log.Begin()
	fill(3)
	h, err := r.History(nil)
	if err != nil {
		t.Fatal(err)
	}
	if h.Len() != 6 || h.Accesses() != 6 || h.Writing() != 6 {
		t.Errorf("%d transactions, %d accesses, %d writing; want 6 of each", h.Len(), h.Accesses(), h.Writing())
	}
	if err := h.Check(oracle.Rules{}).Err(); err != nil {
		t.Error(err)
	}
}

// All yields what was recorded, without repeats and own reads.
func TestHistoryAll(t *testing.T) {
	h := handmade(t, tx{0, 5, 1, "r0=0 w0 r0=5 d0 w9"}, tx{1, 6, 2, "r0=5"})
	txns := slices.Collect(h.All())
	want := []oracle.Op{{Key: 0}, {Key: 0, Stamp: 5, Write: true, Delete: true}, {Key: 9, Stamp: 5, Write: true}}
	if len(txns) != 2 || !slices.Equal(txns[0].Ops, want) || txns[0].ID != 5 || txns[0].Number != 1 || txns[0].Seq != 1 {
		t.Errorf("%+v, want two with %v first", txns, want)
	}
	for _, x := range txns {
		if x.End <= x.Begin {
			t.Errorf("%+v ends before it begins", x)
		}
	}
	if last := txns[1]; last.Worker != 1 || len(last.Ops) != 1 || !last.Ops[0].Delete || last.Begin <= txns[0].End {
		t.Errorf("%+v, want worker 1 reading the deleted version, later", last)
	}
}

func TestFull(t *testing.T) {
	r := oracle.NewRecorder(2, 5000)
	n := 0
	for ; !r.Full(); n++ {
		if n > 5000+2*4096+1 {
			t.Fatalf("not full after %d accesses", n)
		}
		log := r.Worker(n & 1)
		log.Begin()
		log.Read(0, 0, 0)
		log.Commit(uint64(n+1), 0)
	}
	if n < 5000 {
		t.Errorf("full after %d accesses, limit 5000", n)
	}
	if h, _ := r.History(nil); h.Accesses() != n {
		t.Errorf("%d accesses kept of %d", h.Accesses(), n)
	}
}

// Workers record in parallel through an engine with one lock; a second history
// continues the first.
func TestConcurrentRecording(t *testing.T) {
	const workers, txns, keys = 4, 500, 32
	r := oracle.NewRecorder(workers, 0)
	initial := oracle.Ranges{{Table: 3, First: 100, Count: keys}}
	var mu sync.Mutex
	stamps := map[uint64]uint64{}
	clock := uint64(0)
	work := func(w int) {
		rng, log := rand.New(rand.NewPCG(uint64(w), 2)), r.Worker(w)
		for range txns {
			log.Begin()
			mu.Lock()
			clock++
			id := clock<<16 | uint64(w)
			for range 3 {
				key := 100 + rng.Uint64N(keys)
				log.Read(3, key, stamps[key])
				if rng.IntN(2) == 0 {
					log.Write(3, key)
					stamps[key] = id
				}
			}
			seq := clock
			mu.Unlock()
			log.Commit(id, seq)
		}
	}
	for round := 1; round <= 2; round++ {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() { work(w) })
		}
		wg.Wait()
		h, err := r.History(initial)
		if err != nil {
			t.Fatal(err)
		}
		img := map[loc]ver{}
		for _, key := range initial.All() {
			img[loc{3, key}] = ver{stamps[key], true}
		}
		image := &oracle.Image{Name: "live", Cut: clock, State: state(img)}
		if err := h.CheckImages([]*oracle.Image{image}, oracle.Rules{MinIn: 1}).Err(); err != nil {
			t.Fatal(err)
		}
		if h.Len() != round*workers*txns {
			t.Errorf("round %d: %d transactions", round, h.Len())
		}
	}
}

func TestRecordingAllocatesChunksOnly(t *testing.T) {
	r := oracle.NewRecorder(1, 0)
	log, id := r.Worker(0), uint64(0)
	if n := testing.AllocsPerRun(1000, func() {
		id++
		log.Begin()
		log.Read(0, id, 0)
		log.Write(0, id)
		log.Commit(id, id)
	}); n != 0 {
		t.Errorf("%v allocations per transaction", n)
	}
}
