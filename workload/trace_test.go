package workload

import (
	"cmp"
	"slices"
	"testing"
	"time"
)

func byKey(a, b Op) int { return cmp.Compare(a.Key, b.Key) }

// A trace gives what the stream gives, each transaction sorted where it can be.
func TestTraceReplaysTheStream(t *testing.T) {
	check := func(s Spec, sorted bool) {
		t.Helper()
		const n = 2000
		trace := Record(newStream(t, s, 5000, Seed{Master: 3}), n)
		if trace.Len() != n {
			t.Fatalf("%d transactions in the trace", trace.Len())
		}
		longs := 0
		for i, want := range draw(newStream(t, s, 5000, Seed{Master: 3}), n) {
			if sorted {
				slices.SortFunc(want.Ops, byKey)
			}
			got := trace.At(i)
			if !slices.Equal(got.Ops, want.Ops) || got.Hold != want.Hold || got.Long != want.Long || got.Abort != want.Abort {
				t.Fatalf("transaction %d of %+v is\n%+v, want\n%+v", i, s, got, want)
			}
			if want.Long {
				longs++
			}
		}
		if some := s.Long.Share != nil; (longs > 0) != some {
			t.Errorf("%d of the transactions compared are long, want some: %t", longs, some)
		}
	}
	long := Long{Share: new(0.01), Keys: 100, Hold: new(time.Second)}
	check(Spec{Name: "ycsb-a"}, true)
	check(Spec{Name: "calc", Abort: 0.5, Long: long}, true)
	check(Spec{Name: "ycsb-d", Keys: 4, Long: long}, false)
}

// A transaction with a fresh key is left as it is even if its others are known.
func TestTraceSortsOnlyAbsoluteKeys(t *testing.T) {
	s := Spec{Mix: Mix{Read: new(0.8), Insert: new(0.2)}, Keys: 8}
	trace := Record(newStream(t, s, 1000, Seed{}), 500)
	absolute, disorderly := 0, 0
	for i := range trace.Len() {
		ops := trace.At(i).Ops
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

func TestTraceIsCompact(t *testing.T) {
	check := func(s Spec, perTxn float64) {
		t.Helper()
		const n = 10_000
		trace := Record(newStream(t, s, 100_000, Seed{}), n)
		size := float64(16*cap(trace.ops)+8*cap(trace.txns)) / n
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

func TestTraceEnds(t *testing.T) {
	st := newStream(t, Spec{Name: "calc"}, 100, Seed{})
	for _, n := range []int{-1, 0} {
		if got := Record(st, n).Len(); got != 0 {
			t.Errorf("Record(%d) has %d transactions", n, got)
		}
	}
	trace := Record(st, 2)
	second := slices.Clone(trace.At(1).Ops)
	_ = append(trace.At(0).Ops, Op{Key: 1 << 60})
	if !slices.Equal(trace.At(1).Ops, second) {
		t.Error("appending to one transaction overwrote the next")
	}
}

func TestAtAllocatesNothing(t *testing.T) {
	trace, i, sum := Record(newStream(t, Spec{Name: "calc"}, 100, Seed{}), 10), 0, uint64(0)
	n := testing.AllocsPerRun(100, func() {
		sum += trace.At(i % trace.Len()).Ops[0].Key
		i++
	})
	if n != 0 {
		t.Errorf("At allocates %v times", n)
	}
}

func BenchmarkTrace(b *testing.B) {
	trace, i, sum := Record(newStream(b, Spec{Name: "calc"}, 1_000_000, Seed{}), 100_000), 0, uint64(0)
	for b.Loop() {
		for _, o := range trace.At(i).Ops {
			sum += o.Key
		}
		if i++; i == trace.Len() {
			i = 0
		}
	}
	if sum == 0 {
		b.Fatal("no keys")
	}
}

// longs returns how many transactions of a trace are long.
func longs(trace *Trace) (n int) {
	for i := range trace.Len() {
		if trace.At(i).Long {
			n++
		}
	}
	return n
}
