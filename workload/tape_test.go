package workload

import (
	"cmp"
	"slices"
	"testing"
	"time"
)

func byKey(a, b Op) int { return cmp.Compare(a.Key, b.Key) }

// A tape gives what the stream gives, each transaction sorted where it can be.
func TestTapeReplaysTheStream(t *testing.T) {
	check := func(s Spec, sorted bool) {
		t.Helper()
		const n = 2000
		tape := Record(newStream(t, s, 5000, Seed{Master: 3}), n)
		if tape.Len() != n {
			t.Fatalf("%d transactions on the tape", tape.Len())
		}
		longs := 0
		for i, want := range draw(newStream(t, s, 5000, Seed{Master: 3}), n) {
			if sorted {
				slices.SortFunc(want.Ops, byKey)
			}
			got := tape.At(i)
			if !slices.Equal(got.Ops, want.Ops) || got.Hold != want.Hold || got.Long != want.Long || got.Abort != want.Abort {
				t.Fatalf("transaction %d of %+v is\n%+v, want\n%+v", i, s, got, want)
			}
			if want.Long {
				longs++
			}
		}
		if tape.Longs() != longs {
			t.Errorf("Longs is %d, want %d", tape.Longs(), longs)
		}
	}
	long := Long{Share: new(0.01), Keys: 100, Hold: new(time.Second)}
	check(Spec{Name: "ycsb-a"}, true)
	check(Spec{Name: "calc", Abort: 0.5, Long: long}, true)
	check(Spec{Name: "ycsb-d", Keys: 4, Long: long}, false)
}

// A transaction with a fresh key is left as it is even if its others are known.
func TestTapeSortsOnlyAbsoluteKeys(t *testing.T) {
	s := Spec{Mix: Mix{Read: new(0.8), Insert: new(0.2)}, Keys: 8}
	tape := Record(newStream(t, s, 1000, Seed{}), 500)
	absolute, disorderly := 0, 0
	for i := range tape.Len() {
		ops := tape.At(i).Ops
		fresh := slices.ContainsFunc(ops, func(o Op) bool { return o.Ref == Fresh })
		sorted := slices.IsSortedFunc(ops, byKey)
		switch {
		case !fresh && !sorted:
			t.Fatalf("transaction %d: %+v", i, ops)
		case !fresh:
			absolute++
		case !sorted:
			disorderly++
		}
	}
	if absolute < 50 || disorderly < 200 {
		t.Errorf("%d transactions of absolute keys, %d left unsorted: too few to tell", absolute, disorderly)
	}
}

func TestTapeIsCompact(t *testing.T) {
	check := func(s Spec, perTxn float64) {
		t.Helper()
		const n = 10_000
		tape := Record(newStream(t, s, 100_000, Seed{}), n)
		size := float64(16*cap(tape.ops)+8*cap(tape.txns)) / n
		if size < perTxn || size > perTxn*1.07 {
			t.Errorf("%s: %.1f bytes per transaction, want %.1f, at most 7 %% more", s.Name, size, perTxn)
		}
	}
	check(Spec{Name: "ycsb-a"}, 24)
	check(Spec{Name: "calc"}, 168)
	// Even where chance brings far fewer operations than expected, here none of
	// the long transactions that should add a tenth.
	check(Spec{Name: "calc", Long: Long{Share: new(1e-5), Keys: 100_000}}, 168)
}

func TestTapeEnds(t *testing.T) {
	st := newStream(t, Spec{Name: "calc"}, 100, Seed{})
	for _, n := range []int{-1, 0} {
		if got := Record(st, n).Len(); got != 0 {
			t.Errorf("Record(%d) has %d transactions", n, got)
		}
	}
	tape := Record(st, 2)
	second := slices.Clone(tape.At(1).Ops)
	_ = append(tape.At(0).Ops, Op{Key: 1 << 60})
	if !slices.Equal(tape.At(1).Ops, second) {
		t.Error("appending to one transaction overwrote the next")
	}
}

func TestAtAllocatesNothing(t *testing.T) {
	tape, i, sum := Record(newStream(t, Spec{Name: "calc"}, 100, Seed{}), 10), 0, uint64(0)
	n := testing.AllocsPerRun(100, func() {
		sum += tape.At(i % tape.Len()).Ops[0].Key
		i++
	})
	if n != 0 {
		t.Errorf("At allocates %v times", n)
	}
}

func BenchmarkTape(b *testing.B) {
	tape, i, sum := Record(newStream(b, Spec{Name: "calc"}, 1_000_000, Seed{}), 100_000), 0, uint64(0)
	for b.Loop() {
		for _, o := range tape.At(i).Ops {
			sum += o.Key
		}
		if i++; i == tape.Len() {
			i = 0
		}
	}
	if sum == 0 {
		b.Fatal("no keys")
	}
}
