package fuzzy

import (
	"math/bits"
	"sync/atomic"
	"testing"

	flags "ckptbench/algorithms/internal/bits"
)

// A mark is never too late for its table: wherever the tables are exchanged
// meanwhile, the first exchange after mark has returned finds it.
func TestMarkIsInTime(t *testing.T) {
	const rounds, n = 500, 256 // few records, so that exchanges are quick
	late := 0
	for range rounds {
		late += lateMarks(n)
	}
	if late > 0 {
		t.Errorf("%d of %d marks were found too late, or never", late, rounds*n)
	}
}

// lateMarks marks n records while the tables are exchanged without a pause, and
// returns how many marks missed their exchange.
func lateMarks(n int) (late int) {
	f := &fuzzy{table: [2]*flags.Set{flags.NewSet(n), flags.NewSet(n)}}
	var exchanges atomic.Uint64
	var done atomic.Bool
	marked := make([]uint64, n) // exchanges begun when mark had returned
	found := make([]uint64, n)  // the exchange that found the mark first
	go func() {
		for i := range marked {
			f.mark(uint64(i))
			marked[i] = exchanges.Load()
		}
		done.Store(true)
	}()
	for last := 0; last < 3; { // three more, for what is on either table
		if done.Load() {
			last++
		}
		k := exchanges.Add(1)
		closed := f.cur.Load()
		f.cur.Store(1 - closed)
		collect(f.table[closed], found, k)
	}
	for i := range found {
		if found[i] == 0 || found[i] > marked[i]+1 {
			late++
		}
	}
	return late
}

// collect empties a table and notes what was found in it for the first time.
func collect(table *flags.Set, found []uint64, exchange uint64) {
	for i := range table.Words() {
		for word := table.Word(i); word != 0; word &= word - 1 {
			ordinal := 64*i + bits.TrailingZeros64(word)
			table.Remove(uint64(ordinal))
			if found[ordinal] == 0 {
				found[ordinal] = exchange
			}
		}
	}
}
