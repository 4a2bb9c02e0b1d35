package main

import (
	"os"
	"slices"
	"strconv"
	"testing"
)

// Every setup with a log, with a sample of the cuts that the program makes; in a short
// run one setup in five, which the seed chooses.
func TestSample(t *testing.T) {
	sample(t, func(s setup) bool { return s.wal != walOff })
}

// The same of every algorithm that needs no log, without one: a transaction is
// acknowledged when an image that holds it is published, and none of these is lost.
func TestDurabilityByCheckpoint(t *testing.T) {
	sample(t, func(s setup) bool { return s.wal == walOff })
}

func sample(t *testing.T, wanted func(setup) bool) {
	seed, err := strconv.ParseUint(os.Getenv("STORETEST_SEED"), 10, 64)
	if err != nil {
		seed = 1
	}
	rows := slices.DeleteFunc(rowsOf(""), func(r *row) bool { return !wanted(r.setup) })
	cuts := 8
	if testing.Short() {
		cuts = 1
		var some []*row
		for i := int(seed % 5); i < len(rows); i += 5 {
			some = append(some, rows[i])
		}
		rows = some
	}
	runAll(t.Context(), rows, seed, cuts, 8)
	for _, r := range rows {
		for _, text := range r.sum.texts {
			t.Error(text)
		}
		if r.sum.cuts < cuts && len(r.sum.texts) == 0 {
			t.Logf("%s, wal %s, sink %s: %d cuts", r.e.Name, r.wal, r.sink, r.sum.cuts)
		}
		if r.wal == walOff && r.sum.acknowledged == 0 && r.sum.cuts >= cuts && !testing.Short() {
			t.Errorf("%s: no transaction was acknowledged", r.e.Name)
		}
	}
}
