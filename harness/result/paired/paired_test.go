package paired

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A fakeSide notes its turns and answers with slices that are known.
type fakeSide struct {
	name  string
	turns *[]string
	clock *time.Time
	rate  func(turn int) float64
	host  func(turn int) time.Duration
	ran   func(d time.Duration) // nil: nobody wants to know
	n     int
}

func (f *fakeSide) Run(d time.Duration) (Slice, error) {
	if f.ran != nil {
		f.ran(d)
	}
	*f.turns = append(*f.turns, f.name)
	s := Slice{Start: *f.clock, End: f.clock.Add(d), Rate: f.rate(f.n)}
	if f.host != nil {
		s.Host = f.host(f.n)
	}
	*f.clock = s.End
	f.n++
	return s, nil
}

// warm makes a slice faster that follows one of the same side.
func (f *fakeSide) warm(cold, again float64) {
	f.rate = func(int) float64 {
		if n := len(*f.turns); n > 1 && (*f.turns)[n-2] == f.name {
			return again
		}
		return cold
	}
}

func newFakes() (base, side *fakeSide, turns *[]string) {
	turns = new([]string)
	clock := time.Unix(0, 0)
	base = &fakeSide{name: "a", turns: turns, clock: &clock, rate: func(int) float64 { return 100 }}
	side = &fakeSide{name: "b", turns: turns, clock: &clock, rate: func(int) float64 { return 90 }}
	return base, side, turns
}

// TestOrder: over a block each side follows itself as often as the other.
func TestOrder(t *testing.T) {
	base, side, turns := newFakes()
	b, err := (&Turns{Base: base, Side: side, Slice: time.Millisecond}).Block(context.Background(), 4, 10)
	if err != nil || len(b.Quads) != 4 || b.Dropped != 0 {
		t.Fatalf("%d quads, %d dropped, %v", len(b.Quads), b.Dropped, err)
	}
	want := []string{"a", "b", "b", "a", "b", "a", "a", "b", "a", "b", "b", "a", "b", "a", "a", "b"}
	if !slices.Equal(*turns, want) {
		t.Errorf("turns %v, want %v", *turns, want)
	}
	if q := b.Quads[1]; !q.Mirrored || q.Start() != q.Side[0].Start || q.End() != q.Side[1].End {
		t.Errorf("the second quad %+v is not mirrored", q)
	}
}

// TestLead: a side runs unmeasured each time it takes over, and each takes over once
// a quad.
func TestLead(t *testing.T) {
	base, side, turns := newFakes()
	var lengths []time.Duration
	note := func(d time.Duration) { lengths = append(lengths, d) }
	base.ran, side.ran = note, note
	b, err := (&Turns{Base: base, Side: side, Slice: 5, Lead: 10}).Block(context.Background(), 2, 2)
	if err != nil || len(b.Quads) != 2 || b.Quads[1].Mirrored {
		t.Fatalf("%+v, %v", b, err)
	}
	wantTurns := []string{"a", "a", "b", "b", "b", "a", "a", "a", "b", "b", "b", "a", "a"}
	wantLengths := []time.Duration{10, 5, 10, 5, 5, 10, 5, 5, 10, 5, 5, 10, 5}
	if !slices.Equal(*turns, wantTurns) || !slices.Equal(lengths, wantLengths) {
		t.Errorf("turns %v of %v, want %v of %v", *turns, lengths, wantTurns, wantLengths)
	}
	if q := b.Quads[1]; !q.Base[0].Again || q.Side[0].Again || !q.Side[1].Again || q.Base[1].Again {
		t.Errorf("which slices follow their own side: %+v", q)
	}
}

// TestAgain: only slices after one of the same side are in it.
func TestAgain(t *testing.T) {
	base, side, _ := newFakes()
	base.warm(100, 120)
	side.warm(90, 95)
	b, _ := (&Turns{Base: base, Side: side, Slice: time.Millisecond}).Block(context.Background(), 8, 8)
	if gotBase, gotSide := b.Again(); gotBase != 120 || gotSide != 95 {
		t.Errorf("again %v and %v, want 120 and 95", gotBase, gotSide)
	}
	b.Quads = b.Quads[:1] // base does not follow itself in it
	if gotBase, gotSide := b.Again(); gotBase != 0 || gotSide != 95 {
		t.Errorf("again %v and %v, want 0 and 95", gotBase, gotSide)
	}
}

// TestCarryOver: a slice that is faster after one of its own side bends nothing.
func TestCarryOver(t *testing.T) {
	base, side, _ := newFakes()
	base.warm(100, 110)
	side.warm(90, 99)
	b, _ := (&Turns{Base: base, Side: side, Slice: time.Millisecond}).Block(context.Background(), 101, 101)
	b.Quads = b.Quads[1:] // the very first slice follows nothing
	if r, ok := b.Ratio(); !ok || math.Abs(r-0.9) > 1e-12 {
		t.Errorf("ratio %v, want 0.9", r)
	}
}

// TestDrift: a machine that becomes slower at a steady rate bends nothing within a
// quad.
func TestDrift(t *testing.T) {
	base, side, turns := newFakes()
	speed := func(of float64) func(int) float64 {
		return func(int) float64 { return of - float64(len(*turns)) }
	}
	base.rate, side.rate = speed(1000), speed(1000)
	b, _ := (&Turns{Base: base, Side: side, Slice: time.Millisecond}).Block(context.Background(), 7, 7)
	if r, _ := b.Ratio(); math.Abs(r-1) > 1e-12 {
		t.Errorf("ratio %v, want 1", r)
	}
}

// TestHit: a quad that the host hit is left out on both sides and counted.
func TestHit(t *testing.T) {
	base, side, _ := newFakes()
	side.host = func(turn int) time.Duration {
		switch turn {
		case 2:
			return 500 * time.Microsecond // of 10 ms: hit
		case 5:
			return 400 * time.Microsecond // one in 25: still counts
		}
		return 0
	}
	b, _ := (&Turns{Base: base, Side: side, Slice: 10 * time.Millisecond}).Block(context.Background(), 10, 4)
	if len(b.Quads) != 3 || b.Dropped != 1 {
		t.Errorf("%d quads and %d dropped, want 3 and 1", len(b.Quads), b.Dropped)
	}
}

func TestRatioOfSums(t *testing.T) {
	b := Block{Quads: []Quad{
		{Base: [2]Slice{{Rate: 100}, {Rate: 100}}, Side: [2]Slice{{Rate: 10}, {Rate: 10}}},
		{Base: [2]Slice{{Rate: 300}, {Rate: 300}}, Side: [2]Slice{{Rate: 290}, {Rate: 290}}},
	}}
	if r, ok := b.Ratio(); !ok || r != 600.0/800 {
		t.Errorf("ratio %v, want 0.75", r)
	}
	if _, ok := (&Block{}).Ratio(); ok {
		t.Error("an empty block has a ratio")
	}
}

// TestStudent holds the quantiles against published tables.
func TestStudent(t *testing.T) {
	for df, want := range map[int]float64{1: 12.7062, 2: 4.3027, 3: 3.1824, 5: 2.5706, 9: 2.2622, 10: 2.2281, 30: 2.0423} {
		if got := student975(df); math.Abs(got-want) > 1e-4 {
			t.Errorf("t of %d degrees of freedom is %.4f, want %.4f", df, got, want)
		}
	}
}

// TestStrata: what two kinds of blocks differ by is in neither the estimate nor its
// interval, whatever the number of each kind.
func TestStrata(t *testing.T) {
	kind := []int{0, 0, 0, 1, 1, 1, 1, 1}
	logs := []float64{0.02, 0.03, 0.04, -0.04, -0.03, -0.02, -0.035, -0.025} // 0.03 and -0.03
	mean := func(pick []int) float64 { return mean(logs, pick) }
	var strata [2][]int
	for i, k := range kind {
		strata[k] = append(strata[k], i)
	}
	got := EstimateStrata(strata[:], 1, mean)
	if math.Abs(got.Mid) > 1e-12 {
		t.Errorf("mean %v, want 0", got.Mid)
	}
	// Half the root of the variances of both means, from the blocks by hand, times
	// Student's t of 6 degrees of freedom.
	want := 2.4469 * math.Sqrt(0.0001/3+0.0000625/5) / 2
	if half := got.HalfWidth(); math.Abs(half-want) > 0.15*want {
		t.Errorf("half width %v, want about %v", half, want)
	}
	if all := Estimate(len(logs), 1, mean); all.HalfWidth() < 2*want {
		t.Errorf("without kinds the half width is %v, not wider", all.HalfWidth())
	}
	if one := EstimateStrata([][]int{{0, 1, 2}, {3}}, 1, mean); one != Estimate(4, 1, mean) {
		t.Errorf("a kind of one block: %+v, want all blocks as one kind", one)
	}
}

// TestCoverage: of intervals over blocks drawn around 1, about 95 in 100 contain
// 1, with few blocks as with many.
func TestCoverage(t *testing.T) {
	for _, n := range []int{4, 8, 16} {
		rng, in := rand.New(rand.NewPCG(7, uint64(n))), 0
		const tries = 600
		for range tries {
			logs := make([]float64, n)
			for i := range logs {
				logs[i] = 0.02 * rng.NormFloat64()
			}
			if GeometricMean(logs).Contains(1) {
				in++
			}
		}
		if share := float64(in) / tries; share < 0.92 || share > 0.98 {
			t.Errorf("with %d blocks %.3f of the intervals contain the truth, want about 0.95", n, share)
		}
	}
}

func TestFewBlocks(t *testing.T) {
	if i := GeometricMean(nil); !math.IsNaN(i.Mid) || !math.IsInf(i.Hi, 1) {
		t.Errorf("of no block: %+v", i)
	}
	if i := GeometricMean([]float64{0}); i.Mid != 1 || !math.IsInf(i.HalfWidth(), 1) {
		t.Errorf("of one block: %+v", i)
	}
	if i := GeometricMean([]float64{math.Log(0.5), math.Log(0.5)}); math.Abs(i.Mid-0.5) > 1e-12 || i.HalfWidth() > 1e-12 {
		t.Errorf("of two equal blocks: %+v", i)
	}
	if i := GeometricMean([]float64{math.Log(0.5), math.Log(2)}); math.Abs(i.Mid-1) > 1e-12 || i.Lo > 0.5 || i.Hi < 2 {
		t.Errorf("of two blocks: %+v", i)
	}
}

// TestSame: the same blocks give the same interval each time.
func TestSame(t *testing.T) {
	logs := []float64{0.01, -0.02, 0.005, 0.03, -0.01}
	if a, b := GeometricMean(logs), GeometricMean(logs); a != b {
		t.Errorf("%+v and %+v", a, b)
	}
}
