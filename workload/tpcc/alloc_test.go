package tpcc

import (
	"testing"

	"ckptbench/workload"
)

// Nothing on a transaction's way allocates: neither drawing nor declaring it, nor
// its body, of any kind.
func TestNoAllocation(t *testing.T) {
	b := newTPCC(t, small())
	s := &session{db: newDB(t, b), access: make([]workload.Access, 0, 4096), undo: make([]undone, 0, 1000),
		old: make([]byte, 0, 1<<20)}
	client := b.Client(1, 0, 1)
	for range 3000 {
		_ = s.run(client.Next())
	}
	for _, kind := range []string{"new-order", "payment", "order-status", "delivery", "stock-level"} {
		n := testing.AllocsPerRun(300, func() {
			call := client.Next()
			for call.Kind() != kind {
				call = client.Next()
			}
			_ = s.run(call)
		})
		if n != 0 { // the average, rounded down: hence a kind by itself
			t.Errorf("%s: %v allocations a transaction", kind, n)
		}
	}
}

func BenchmarkMix(b *testing.B) {
	for _, mix := range Mixes() {
		b.Run(mix, func(b *testing.B) {
			c := small()
			c.Mix = mix
			tpcc, err := New(c)
			if err != nil {
				b.Fatal(err)
			}
			s := &session{db: newDB(b, tpcc)}
			client := tpcc.Client(1, 0, 1)
			for b.Loop() {
				_ = s.run(client.Next())
			}
		})
	}
}
