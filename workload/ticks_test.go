package workload

import (
	"math"
	"testing"
)

// A tick has as many updates as it says, each of one field; records and fields
// come as often as zipf says, in one tick and over many.
func TestTicks(t *testing.T) {
	const records, updates, ticks = 1000, 500, 400
	s := Spec{Name: Ticks, UpdatesPerTick: updates, KeyOrder: Ordered}
	st := newStream(t, s, records, Seed{Master: 4})
	var byKey [records]float64
	var byField [10]float64
	again := 0
	for _, txn := range draw(st, ticks) {
		if len(txn.Ops) != updates || txn.Long || txn.Abort {
			t.Fatalf("a tick of %d updates, long %v, abort %v", len(txn.Ops), txn.Long, txn.Abort)
		}
		seen := map[[2]uint64]bool{}
		for _, o := range txn.Ops {
			if o.Kind != Update || o.Ref != Absolute {
				t.Fatalf("a tick has a %v", o.Kind)
			}
			byKey[o.Key]++
			byField[o.Field]++
			cell := [2]uint64{o.Key, uint64(o.Field)}
			if seen[cell] {
				again++
			}
			seen[cell] = true
		}
	}
	check := func(what string, counts []float64) {
		t.Helper()
		sum := 0.0
		for i := range counts {
			sum += math.Pow(float64(i+1), -0.8)
		}
		for i := range min(len(counts), 10) {
			p := math.Pow(float64(i+1), -0.8) / sum
			const n = updates * ticks
			if d := math.Abs(counts[i]/n - p); d > 5*math.Sqrt(p*(1-p)/n) {
				t.Errorf("%s %d has %.5f of the updates, want %.5f", what, i, counts[i]/n, p)
			}
		}
	}
	check("record", byKey[:])
	check("field", byField[:])
	if again == 0 {
		t.Error("no cell came twice in a tick")
	}
}
