package workload

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
	"unsafe"
)

func newStream(t testing.TB, s Spec, records uint64, seed Seed) *Stream {
	t.Helper()
	st, err := New(s, records, seed)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// draw returns n transactions that share no memory.
func draw(st *Stream, n int) []Txn {
	txns := make([]Txn, n)
	for i := range txns {
		st.Next(&txns[i])
	}
	return txns
}

// near fails unless hits of draws is the share wanted. Five standard deviations
// of a binomial share are exceeded once in two million by a right generator; a
// share of 0 or 1 has none.
func near(t *testing.T, what string, hits, draws int, want float64) {
	t.Helper()
	tolerance := 5 * math.Sqrt(want*(1-want)/float64(draws))
	if got := float64(hits) / float64(draws); math.Abs(got-want) > tolerance {
		t.Errorf("%s: share %.6f of %d, want %.6f +- %.6f", what, got, draws, want, tolerance)
	}
}

// uniform fails unless the counts of a uniform choice are plausible: chi-square
// has mean df and variance 2 df, and six standard deviations are allowed.
func uniform(t *testing.T, what string, counts []int) {
	t.Helper()
	draws, stat := 0, 0.0
	for _, c := range counts {
		draws += c
	}
	want, df := float64(draws)/float64(len(counts)), float64(len(counts)-1)
	for _, c := range counts {
		stat += (float64(c) - want) * (float64(c) - want) / want
	}
	if stat > df+6*math.Sqrt(2*df) || math.IsNaN(stat) {
		t.Errorf("%s: chi-square %.1f with %.0f degrees of freedom, draws %d", what, stat, df, draws)
	}
}

// What a preset's transactions look like, counted; the numbers are those of
// YCSB's workload files and of the CALC paper, not the code's.
func TestPresetsDrawWhatTheyAreNamedFor(t *testing.T) {
	type shares map[Kind]float64
	for _, c := range []struct {
		name      string
		mix       shares
		keys      int
		fields    int
		reference Ref
	}{
		{"ycsb-a", shares{Read: 0.5, Update: 0.5}, 1, 10, Absolute},
		{"ycsb-b", shares{Read: 0.95, Update: 0.05}, 1, 10, Absolute},
		{"ycsb-c", shares{Read: 1}, 1, 10, Absolute},
		{"ycsb-d", shares{Read: 0.95, Insert: 0.05}, 1, 10, BelowNewest},
		{"ycsb-e", shares{Scan: 0.95, Insert: 0.05}, 1, 10, Absolute},
		{"ycsb-f", shares{Read: 0.5, ReadModifyWrite: 0.5}, 1, 10, Absolute},
		{"calc", shares{ReadModifyWrite: 1}, 10, 1, Absolute},
	} {
		t.Run(c.name, func(t *testing.T) {
			const txns = 60_000
			counts, fields, lengths := [kinds]int{}, make([]int, c.fields), make([]int, 100)
			for _, txn := range draw(newStream(t, Spec{Name: c.name}, 10_000, Seed{Master: 1}), txns) {
				if len(txn.Ops) != c.keys || txn.Long || txn.Abort || txn.Hold != 0 {
					t.Fatalf("drew %+v", txn)
				}
				for _, o := range txn.Ops {
					counts[o.Kind]++
					checkOp(t, o, c.reference, 10_000)
					if o.Field != FieldAll {
						fields[o.Field]++
					}
					if o.Kind == Scan {
						lengths[o.Length-1]++
					}
				}
			}
			for k := range kinds {
				near(t, k.String(), counts[k], txns*c.keys, c.mix[k])
			}
			if c.mix[Update]+c.mix[ReadModifyWrite] > 0 {
				uniform(t, "fields", fields)
			}
			if c.mix[Scan] > 0 {
				uniform(t, "scan lengths", lengths)
			}
		})
	}
}

// Every kind under its own key of the configuration.
func TestEveryKindHasItsShare(t *testing.T) {
	s, err := decode(t, "{read: 0.05, update: 0.1, write: 0.12, rmw: 0.13, insert: 0.15, delete: 0.2, scan: "+
		"0.25, fields: 5}")
	if err != nil {
		t.Fatal(err)
	}
	counts := [kinds]int{}
	const txns = 60_000
	for _, txn := range draw(newStream(t, s, 1000, Seed{}), txns) {
		counts[txn.Ops[0].Kind]++
		checkOp(t, txn.Ops[0], Absolute, 1000)
	}
	for k, want := range map[Kind]float64{Read: 0.05, Update: 0.1, Write: 0.12, ReadModifyWrite: 0.13, Insert: 0.15,
		Delete: 0.2, Scan: 0.25} {
		near(t, k.String(), counts[k], txns, want)
	}
}

// checkOp fails unless o's fields go with its kind.
func checkOp(t *testing.T, o Op, ref Ref, records uint64) {
	t.Helper()
	ok := o.Ref == ref && o.Key < records && o.Table == 0
	if o.Kind == Insert {
		ok = o.Ref == Fresh && o.Key == 0
	}
	ok = ok && (o.Kind == Scan) == (o.Length > 0)
	ok = ok && (o.Kind == Update || o.Kind == ReadModifyWrite) == (o.Field != FieldAll)
	if !ok {
		t.Fatalf("drew %+v over %d records", o, records)
	}
}

// Shares that fall short of 1 by rounding must leave no gap at the end, which
// one draw in 10^9 would fall into.
func TestMixHasNoGap(t *testing.T) {
	s, err := Spec{Mix: Mix{Read: new(0.3), Insert: new(0.7 - 9e-10)}}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Mix.portions(), []portion{{Read, 0.3}, {Insert, 1}}; !slices.Equal(got, want) {
		t.Errorf("portions %v, want %v", got, want)
	}
}

func TestScanLengthsZipfian(t *testing.T) {
	s := Spec{Mix: Mix{Scan: new(1.0)}, MaxScan: 50, ScanDistribution: Zipf}
	ones, fifties := 0, 0
	const txns = 50_000
	for _, txn := range draw(newStream(t, s, 1000, Seed{}), txns) {
		switch n := txn.Ops[0].Length; {
		case n == 1:
			ones++
		case n == 50:
			fifties++
		case n == 0 || n > 50:
			t.Fatalf("a scan of %d records", n)
		}
	}
	zeta := 0.0
	for i := 1; i <= 50; i++ {
		zeta += math.Pow(float64(i), -0.99)
	}
	near(t, "length 1", ones, txns, 1/zeta)
	if fifties == 0 || fifties > ones/10 {
		t.Errorf("%d scans of 50 records, %d of 1", fifties, ones)
	}
}

func TestLongAndAborted(t *testing.T) {
	s := Spec{Name: "calc", Abort: 0.25, Long: Long{Share: new(0.1), Keys: 30, Hold: new(time.Second)}}
	longs, aborts, both := 0, 0, 0
	const txns = 50_000
	st, txn := newStream(t, s, 1000, Seed{}), Txn{}
	for range txns {
		st.Next(&txn) // the same one over and over: nothing of the last may stay
		if txn.Abort {
			aborts++
		}
		if !txn.Long {
			if len(txn.Ops) != 10 || txn.Hold != 0 || txn.Ops[0].Kind != ReadModifyWrite {
				t.Fatalf("a short one: %+v", txn)
			}
			continue
		}
		longs++
		if txn.Abort {
			both++
		}
		if len(txn.Ops) != 30 || txn.Hold != time.Second || txn.Ops[29].Kind != Write || txn.Ops[29].Field != FieldAll {
			t.Fatalf("a long one: %+v", txn)
		}
	}
	near(t, "long", longs, txns, 0.1)
	near(t, "aborted", aborts, txns, 0.25)
	near(t, "long and aborted", both, txns, 0.025)
}

// Long transactions that have records of their own and the others never meet.
func TestLongApart(t *testing.T) {
	const records, own = 1000, 100
	s := Spec{Name: "calc", Distribution: Zipf, Long: Long{Share: new(0.5), Keys: own, Apart: new(0.1)}}
	st, txn := newStream(t, s, records, Seed{}), Txn{}
	for range 1000 {
		st.Next(&txn)
		seen := map[uint64]bool{}
		for _, op := range txn.Ops {
			if op.Key >= records || (op.Key >= records-own) != txn.Long || seen[op.Key] {
				t.Fatalf("long %v: key %d, or twice", txn.Long, op.Key)
			}
			seen[op.Key] = true
		}
	}
}

func TestCalcLong(t *testing.T) {
	s, err := Spec{Name: "calc-long"}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if *s.Long.Share != 0.00001 || s.Long.Keys != 1000 || *s.Long.Hold != 2*time.Second {
		t.Errorf("long transactions: share %g, keys %d, hold %v", *s.Long.Share, s.Long.Keys, *s.Long.Hold)
	}
}

func TestSameSeedSameStream(t *testing.T) {
	s := Spec{Mix: Mix{Read: new(0.5), Update: new(0.5)}, Keys: 4, Distribution: Zipf, Fields: 10, Abort: 0.1}
	seed := Seed{Master: 1, Trial: 2, Worker: 3, Phase: "measure"}
	first := draw(newStream(t, s, 1000, seed), 500)
	check := func(seed Seed, same bool) {
		t.Helper()
		equal := 0
		for i, txn := range draw(newStream(t, s, 1000, seed), 500) {
			if slices.Equal(txn.Ops, first[i].Ops) && txn.Abort == first[i].Abort {
				equal++
			}
		}
		if same && equal != 500 || !same && equal > 5 {
			t.Errorf("seed %+v: %d of 500 transactions are the same", seed, equal)
		}
	}
	check(seed, true)
	check(Seed{Master: 2, Trial: 2, Worker: 3, Phase: "measure"}, false)
	check(Seed{Master: 1, Trial: 3, Worker: 3, Phase: "measure"}, false)
	check(Seed{Master: 1, Trial: 2, Worker: 4, Phase: "measure"}, false)
	check(Seed{Master: 1, Trial: 3, Worker: 2, Phase: "measure"}, false)
	check(Seed{Master: 1, Trial: 2, Worker: 3, Phase: "warm-up"}, false)
}

// The hot records must be the same for all workers and trials, or there would
// be no contention; ordered, they are the first.
func TestHotRecordsAreShared(t *testing.T) {
	hottest := func(s Spec, seed Seed) uint64 {
		counts := make([]int, 1000)
		for _, txn := range draw(newStream(t, s, 1000, seed), 5000) {
			counts[txn.Ops[0].Key]++
		}
		return uint64(slices.Index(counts, slices.Max(counts)))
	}
	for _, d := range []string{Zipf, YCSBZipf} {
		s := Spec{Name: "ycsb-c", Distribution: d}
		first := hottest(s, Seed{Master: 7})
		if other := hottest(s, Seed{Master: 7, Trial: 1, Worker: 2, Phase: "x"}); other != first {
			t.Errorf("%s: record %d is the hottest to one worker, %d to another", d, first, other)
		}
		if first == 0 {
			t.Errorf("%s: record 0 is the hottest although ranks are scattered", d)
		}
		s.KeyOrder = Ordered
		if first := hottest(s, Seed{Master: 7}); first != 0 {
			t.Errorf("%s: record %d is the hottest although ranks are in order", d, first)
		}
	}
}

func TestHotspotShare(t *testing.T) {
	s := Spec{Name: "ycsb-c", Distribution: Hotspot, HotFraction: new(0.1), HotShare: new(0.7), KeyOrder: Ordered}
	hot := 0
	const txns = 50_000
	for _, txn := range draw(newStream(t, s, 1000, Seed{}), txns) {
		if txn.Ops[0].Key < 100 {
			hot++
		}
	}
	near(t, "hot", hot, txns, 0.7)
}

// Every distribution, few records, up to as many keys as there are records.
func TestKeysAreDistinct(t *testing.T) {
	for _, d := range Distributions() {
		for _, records := range []uint64{1, 2, 3, 50} {
			for _, keys := range []int{1, 2, 50} {
				s := Spec{Mix: Mix{Read: new(1.0)}, Keys: keys, Distribution: d}
				if d == Zipf {
					s.Theta = new(3.0) // the last of 50 is one draw in 150,000
				}
				st, err := New(s, records, Seed{Master: 1})
				if uint64(keys) > records {
					if err == nil {
						t.Errorf("%s: %d keys of %d records were accepted", d, keys, records)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				checkDistinct(t, d, st, records, keys)
			}
		}
	}
}

func checkDistinct(t *testing.T, d string, st *Stream, records uint64, keys int) {
	t.Helper()
	for _, txn := range draw(st, 100) {
		if len(txn.Ops) != keys {
			t.Fatalf("%s: %d operations, want %d", d, len(txn.Ops), keys)
		}
		seen := map[uint64]bool{}
		for _, o := range txn.Ops {
			if o.Key >= records || seen[o.Key] {
				t.Fatalf("%s: key %d of %d records, seen before: %v", d, o.Key, records, seen[o.Key])
			}
			seen[o.Key] = true
		}
	}
}

// Drawing a repeated key again must leave the law of successive draws without
// replacement: the second key follows the distribution over what is left.
func TestDistinctKeysKeepTheLaw(t *testing.T) {
	s := Spec{Mix: Mix{Read: new(1.0)}, Keys: 2, Distribution: Zipf, Theta: new(1.0), KeyOrder: Ordered}
	p := []float64{6. / 11, 3. / 11, 2. / 11} // 1, 1/2, 1/3 over their sum
	var pairs [3][3]int
	const txns = 50_000
	for _, txn := range draw(newStream(t, s, 3, Seed{}), txns) {
		pairs[txn.Ops[0].Key][txn.Ops[1].Key]++
	}
	for i := range 3 {
		for j := range 3 {
			want := p[i] * p[j] / (1 - p[i])
			if i == j {
				want = 0
			}
			near(t, fmt.Sprintf("keys %d, %d", i, j), pairs[i][j], txns, want)
		}
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	for _, name := range Names() {
		s := Spec{Name: name}
		if name == Custom {
			s = Spec{Name: name, Mix: Mix{Write: new(0.5), Delete: new(0.5)}, Keys: 100, Abort: 0.5}
		}
		if name == "calc-long" {
			s.Long.Share = new(0.5)
		}
		st, txn := newStream(t, s, 10_000, Seed{}), Txn{}
		st.Next(&txn)
		if n := testing.AllocsPerRun(100, func() { st.Next(&txn) }); n != 0 {
			t.Errorf("%s: Next allocates %v times", name, n)
		}
	}
}

func TestOpIsSixteenBytes(t *testing.T) {
	if n := unsafe.Sizeof(Op{}); n != 16 {
		t.Errorf("an Op has %d bytes", n)
	}
}

func TestKinds(t *testing.T) {
	for k, want := range map[Kind]bool{Read: false, Scan: false, Update: true, Write: true, ReadModifyWrite: true,
		Insert: true, Delete: true} {
		if k.Writes() != want {
			t.Errorf("%v writes: %v", k, !want)
		}
	}
	if s := kinds.String(); s != "unknown" {
		t.Errorf("a kind that there is not calls itself %q", s)
	}
}

func BenchmarkStream(b *testing.B) {
	for _, name := range Names()[:8] {
		b.Run("workload="+name, func(b *testing.B) {
			st, txn := newStream(b, Spec{Name: name}, 1_000_000, Seed{}), Txn{}
			for b.Loop() {
				st.Next(&txn)
			}
		})
	}
}
