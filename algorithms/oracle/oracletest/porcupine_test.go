package oracletest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/oracle/oracletest"
)

const patience = 10 * time.Second

// run records 40 transactions of three workers on five records: serial but for
// tickets that overlap. Each transaction reads and writes two records; with
// stale above 0 one read in so many sees a version too old.
func run(t *testing.T, seed uint64, stale int) (*oracle.History, oracle.Initial) {
	t.Helper()
	const workers, keys = 3, 5
	rng := rand.New(rand.NewPCG(seed, 3))
	r := oracle.NewRecorder(workers, 0)
	versions := [keys][]uint64{}
	for key := range versions {
		versions[key] = []uint64{0}
	}
	for w := range workers {
		r.Worker(w).Begin()
	}
	for seq := uint64(1); seq <= 40; seq++ {
		w := rng.IntN(workers)
		log, id := r.Worker(w), seq<<16|uint64(w)
		for range 2 {
			key := rng.IntN(keys)
			vs := versions[key]
			seen := vs[len(vs)-1]
			if stale > 0 && rng.IntN(stale) == 0 {
				seen = vs[max(0, len(vs)-2)]
			}
			log.Read(0, uint64(key), seen)
			if key = rng.IntN(keys); rng.IntN(2) == 0 {
				log.Write(0, uint64(key))
				if vs := versions[key]; vs[len(vs)-1] != id {
					versions[key] = append(vs, id)
				}
			}
		}
		log.Commit(id, seq)
		log.Begin()
	}
	initial := oracle.Ranges{{Table: 0, First: 0, Count: keys}}
	h, err := r.History(initial)
	if err != nil {
		t.Fatal(err)
	}
	return h, initial
}

func TestSerialRunsPass(t *testing.T) {
	for seed := range uint64(30) {
		h, initial := run(t, seed, 0)
		if err := oracletest.StrictlySerializable(h, initial, patience); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// What porcupine refuses, the oracle's own check refuses; the reverse need not
// hold, for the oracle also knows the order of versions.
func TestStaleReads(t *testing.T) {
	refused := 0
	for seed := range uint64(60) {
		h, initial := run(t, seed, 20)
		sound := h.Check(oracle.Rules{}).OK()
		err := oracletest.StrictlySerializable(h, initial, patience)
		if err != nil && sound {
			t.Errorf("seed %d: %v, but the oracle found nothing", seed, err)
		}
		if err != nil {
			refused++
		}
	}
	if refused < 10 {
		t.Errorf("only %d of 60 histories with stale reads refused", refused)
	}
}

func TestNoInitial(t *testing.T) {
	r := oracle.NewRecorder(1, 0)
	log := r.Worker(0)
	log.Begin()
	log.Read(0, 1, 0)
	log.Delete(0, 1)
	log.Commit(7, 1)
	log.Begin()
	log.Read(0, 1, 7)
	log.Commit(8, 2)
	h, err := r.History(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := oracletest.StrictlySerializable(h, nil, patience); err != nil {
		t.Error(err)
	}
}
