package latency

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// values are latencies of all sizes, the borders of cells among them.
func values(rng *rand.Rand) []uint64 {
	var vs []uint64
	for shift := range 53 {
		for range 20 {
			vs = append(vs, rng.Uint64N(1<<(shift+1)))
		}
		vs = append(vs, 1<<shift, 1<<shift-1, 1<<shift+1)
	}
	return append(vs, 0, 255, 256, 257, 511, 512, Longest)
}

// The cells are those of the library's histogram, one by one.
func TestCellsAreHDR(t *testing.T) {
	var c Counts
	h := hdrhistogram.New(1, Longest, Digits)
	for i, v := range values(rand.New(rand.NewPCG(1, 2))) {
		n := uint64(i%3 + 1)
		c.Add(v, n)
		if err := h.RecordValues(int64(v), int64(n)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := c.HDR().Export().Counts, h.Export().Counts; !slices.Equal(got, want) {
		t.Errorf("counts differ: %d and %d cells", len(got), len(want))
	}
	if got, want := c.Total(), uint64(h.TotalCount()); got != want {
		t.Errorf("%d counted, want %d", got, want)
	}
	c.Reset()
	if c.Total() != 0 {
		t.Error("Reset leaves something")
	}
}

// What is beyond the range is counted, at its end.
func TestLongest(t *testing.T) {
	var c Counts
	c.Add(math.MaxUint64, 1)
	c.Add(Longest+1, 1)
	if c.n[cells-1] != 2 {
		t.Errorf("the last cell has %d, want 2", c.n[cells-1])
	}
}

func TestLowIsTheCells(t *testing.T) {
	for i := range cells {
		if cell(low(i)) != i || i > 0 && cell(low(i)-1) != i-1 {
			t.Fatalf("cell %d begins at %d, which is in cell %d", i, low(i), cell(low(i)))
		}
	}
}

func TestPacked(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var c, back, twice Counts
	for _, v := range values(rng) {
		c.Add(v, rng.Uint64N(1<<40))
	}
	p := c.Pack()
	p.AddTo(&back)
	if back != c {
		t.Error("unpacked, the counts are others")
	}
	twice.Merge(&c)
	p.AddTo(&twice)
	for i := range c.n {
		if twice.n[i] != 2*c.n[i] {
			t.Fatalf("cell %d: %d, want twice %d", i, twice.n[i], c.n[i])
		}
	}
	if len(new(Counts).Pack()) != 0 {
		t.Error("nothing takes room")
	}
	for n := range p { // a piece of it is no reason to panic
		p[:n].AddTo(&back)
	}
}

// Merged counts are added up.
func TestMerge(t *testing.T) {
	var a, b Counts
	a.Add(100, 3)
	a.Add(5000, 1)
	b.Add(100, 4)
	b.Add(7, 2)
	a.Merge(&b)
	if a.Total() != 10 || a.n[100] != 7 || a.n[7] != 2 || b.Total() != 6 {
		t.Errorf("%d counted, 7 of 100 ns are %d; the other has %d", a.Total(), a.n[100], b.Total())
	}
}

// An even stretch gives the counts that its latencies one by one give.
func TestAddEven(t *testing.T) {
	check := func(first, gap float64, n uint64) {
		t.Helper()
		var bulk, single Counts
		bulk.AddEven(first, gap, n)
		for k := range n {
			single.Add(uint64(max(0, first-float64(k)*gap)), 1)
		}
		if bulk != single {
			t.Errorf("from %v, %v apart, %d of them: %d counted, or in other cells", first, gap, n, bulk.Total())
		}
	}
	check(1e9, 1000, 0)
	check(1e9, 1000, 1)
	check(1e9, 1000, 1_000_000)
	check(1e9, 1000, 1_000_001)
	check(987_654_321, 7.25, 100_000)
	check(300, 0.5, 600)
	check(255, 1, 256)
	check(5e8, 0, 1000)
	check(1e6, 333_333, 4)
	check(1e10, 1e9, 10)
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		gap := math.Trunc(rng.Float64()*1e6) / 16
		n := rng.Uint64N(3000) + 1
		check(gap*float64(n)+math.Trunc(rng.Float64()*1e9)/16, gap, n)
	}
}

// A billion are counted as quickly as a thousand: by the number of cells.
func TestAddEvenOfMany(t *testing.T) {
	var c Counts
	c.AddEven(60e9, 1e-3, 60_000_000_000_000)
	if c.Total() != 60_000_000_000_000 {
		t.Errorf("%d counted", c.Total())
	}
}

// A stretch is cut at the borders of cells, and nothing of it is lost.
func TestSpread(t *testing.T) {
	var c Counts
	sum, calls := 0.0, 0
	c.Spread(100.5, 1e6, func(w float64) uint64 {
		sum += w
		calls++
		return 1
	})
	if math.Abs(sum-(1e6-100.5)) > 1e-3 || c.Total() != uint64(calls) {
		t.Errorf("the parts add up to %v in %d cells, %d counted", sum, calls, c.Total())
	}
	if c.n[99] != 0 || c.n[100] != 1 || c.n[cell(999_999)] != 1 || c.n[cell(1_000_000)+1] != 0 {
		t.Error("the stretch lies in other cells")
	}
	c.Spread(10, 10, func(float64) uint64 { t.Error("a stretch without length"); return 0 })
}

func BenchmarkAdd(b *testing.B) {
	var c Counts
	v := uint64(1)
	for b.Loop() {
		v = v*25214903917 + 11
		c.Add(800+v>>54, 1)
	}
}
