package main

import (
	"os"
	"strconv"
	"testing"
)

// Every setup, with a sample of the cuts that the program makes; in a short run one
// setup in five, which the seed chooses.
func TestSample(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("STORETEST_SEED"), 10, 64)
	if err != nil {
		seed = 1
	}
	rows := rowsOf("")
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
	}
}
