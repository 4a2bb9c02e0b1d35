package tpcc

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"ckptbench/workload"
)

var update = flag.Bool("update", false, "write the golden files anew")

// describe writes a call's inputs.
func describe(call workload.Call) string {
	switch c := call.(type) {
	case *newOrder:
		return fmt.Sprintf("w=%d dd=%d customer=%d lines=%v rollback=%v date=+%d", c.w, c.dd, c.customer, c.lines[:c.n],
			c.rollback, c.date-loadDate)
	case *payment:
		return fmt.Sprintf("w=%d dd=%d customer=%d of %d named=%v amount=%d date=+%d", c.w, c.dd, c.customer, c.cdd, c.named,
			c.amount, c.date-loadDate)
	case *orderStatus:
		return fmt.Sprintf("dd=%d customer=%d named=%v", c.dd, c.customer, c.named)
	case *delivery:
		return fmt.Sprintf("w=%d carrier=%d date=+%d", c.w, c.carrier, c.date-loadDate)
	case *stockLevel:
		return fmt.Sprintf("w=%d dd=%d threshold=%d", c.w, c.dd, c.threshold)
	}
	return ""
}

// A seed must give the same calls in the next version too, or results that are
// compared across versions were not measured on the same work. Draw the file anew
// only with a reason that the commit message gives.
func TestStreamsStayAsTheyAre(t *testing.T) {
	var out strings.Builder
	for _, mix := range Mixes() {
		b := newTPCC(t, Config{Warehouses: 3, Districts: 10, Customers: 100, Items: 1000, Mix: mix})
		for _, seed := range []uint64{1, 2} {
			client := b.Client(seed, int(seed), 4)
			fmt.Fprintf(&out, "%s, seed %d\n", mix, seed)
			for range 20 {
				call := client.Next()
				fmt.Fprintf(&out, "\t%s %s\n", call.Kind(), describe(call))
			}
		}
	}
	const file = "testdata/calls.golden"
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("calls differ from %s (-update writes it anew); now they are\n%s", file, &out)
	}
}

// Clients of one seed are different streams, and so are seeds of one client; how
// many clients there are makes no difference.
func TestStreamsDiffer(t *testing.T) {
	b := newTPCC(t, small())
	first := func(seed uint64, i, n int) (s string) {
		c := b.Client(seed, i, n)
		for range 5 {
			call := c.Next()
			s += call.Kind() + describe(call)
		}
		return s
	}
	one := first(1, 0, 2)
	if one == first(1, 1, 2) || one == first(2, 0, 2) || one == first(0, 1, 2) {
		t.Error("two streams are the same")
	}
	if one != first(1, 0, 8) {
		t.Error("the number of clients changes the stream")
	}
}

// The shares of clauses 2.4 to 2.8 and 5.2.3, and the range of each input.
func TestShares(t *testing.T) {
	if testing.Short() {
		t.Skip("draws some 90,000 calls")
	}
	check := func(mix string, want map[string]int, deck int) {
		b := newTPCC(t, Config{Warehouses: 4, Items: 1000, Mix: mix})
		client := b.Client(7, 0, 1)
		n := deck * 600
		s := shares{b: b, kinds: map[string]int{}}
		for range n {
			s.add(t, client.Next())
		}
		for kind, cards := range want {
			if s.kinds[kind] != cards*600 { // a deck leaves nothing to chance
				t.Errorf("%s: %d of %d are %s, want %d of %d", mix, s.kinds[kind], n, kind, cards, deck)
			}
		}
		s.check(t)
	}
	check(MixFull, map[string]int{"new-order": 45, "payment": 43, "order-status": 4, "delivery": 4, "stock-level": 4}, 100)
	check(MixDeck, map[string]int{"new-order": 10, "payment": 10, "order-status": 1, "delivery": 1, "stock-level": 1}, 23)
	check(MixCalc, map[string]int{"new-order": 10, "payment": 10, "order-status": 0, "delivery": 0, "stock-level": 0}, 20)
}

type shares struct {
	b                                  *Benchmark
	kinds                              map[string]int
	rollbacks, lines, remoteLines      int
	remotePayments, names, statusNames int
	quantity, home                     int
	thresholds, levels                 int
	longest, shortest                  int
}

func (s *shares) add(t *testing.T, call workload.Call) {
	s.kinds[call.Kind()]++
	switch c := call.(type) {
	case *newOrder:
		s.newOrder(t, c)
	case *payment:
		if c.cdd/10 != c.w {
			s.remotePayments++
		} else if c.cdd != c.dd {
			t.Fatal("a customer of the home warehouse pays in another district")
		}
		if c.named {
			s.names++
		}
		if c.amount < 100 || c.amount > 500_000 || c.dd/10 != c.w {
			t.Fatalf("drew %s", describe(c))
		}
	case *orderStatus:
		if c.named {
			s.statusNames++
		}
	case *stockLevel:
		s.levels++
		s.thresholds += int(c.threshold) - 10
		if c.threshold < 10 || c.threshold > 20 {
			t.Fatalf("drew %s", describe(c))
		}
	}
}

func (s *shares) newOrder(t *testing.T, c *newOrder) {
	if c.rollback {
		s.rollbacks++
	}
	if c.w == 0 {
		s.home++
	}
	s.shortest, s.longest = min(s.shortest, c.n-5), max(s.longest, c.n)
	for i, l := range c.lines[:c.n] {
		if unused := l.item == s.b.cfg.Items; unused != (c.rollback && i == c.n-1) {
			t.Fatalf("drew %s", describe(c))
		}
		if l.quantity < 1 || l.quantity > 10 || l.item < 0 || l.item > s.b.cfg.Items {
			t.Fatalf("drew %s", describe(c))
		}
		s.lines++
		s.quantity += l.quantity - 1
		if l.supply != c.w {
			s.remoteLines++
		}
	}
}

func (s *shares) check(t *testing.T) {
	t.Helper()
	orders, payments := s.kinds["new-order"], s.kinds["payment"]
	near(t, "rollbacks", s.rollbacks, orders, 0.01)
	near(t, "remote lines", s.remoteLines, s.lines, 0.01)
	near(t, "lines", s.lines-5*orders, 10*orders, 0.5)
	near(t, "OL_QUANTITY", s.quantity, 9*s.lines, 0.5)
	near(t, "orders of warehouse 1", s.home, orders, 0.25)
	near(t, "remote payments", s.remotePayments, payments, 0.15)
	near(t, "payments by last name", s.names, payments, 0.6)
	near(t, "order-status by last name", s.statusNames, s.kinds["order-status"], 0.6)
	near(t, "thresholds", s.thresholds, 10*s.levels, 0.5)
	if s.longest != maxLines || s.shortest != 0 {
		t.Errorf("orders have %d to %d lines", s.shortest+5, s.longest)
	}
}

// NURand is as skewed as clause 2.1.6 makes it, within its range, and its constants
// are those that clause 2.1.6.1 allows.
func TestNURand(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 400,000 numbers")
	}
	r := newRandom(1, 1)
	check := func(a, c, x, y int) {
		t.Helper()
		const n = 200_000
		seen := make([]int, y+1)
		for range n {
			seen[r.nonUniform(a, c, x, y)]++
		}
		// The chance of v is that of a|b = v-x-c, modulo the range.
		p := make([]float64, y+1)
		for i := 0; i <= a; i++ {
			for j := x; j <= y; j++ {
				p[((i|j)+c)%(y-x+1)+x] += 1 / float64((a+1)*(y-x+1))
			}
		}
		chi := 0.0
		for v := x; v <= y; v++ {
			d := float64(seen[v]) - n*p[v]
			chi += d * d / (n * p[v])
		}
		if df := float64(y - x); chi > df+5*1.4143*math.Sqrt(df) {
			t.Errorf("NURand(%d, %d, %d): chi squared is %.0f of %.0f", a, x, y, chi, df)
		}
	}
	check(255, 123, 0, 999)
	check(1023, 259, 1, 3000)
	for seed := range uint64(200) {
		n := newNurand(newRandom(seed, 0))
		delta := n.lastRun - n.lastLoad
		if delta < 65 || delta > 119 || delta == 96 || delta == 112 || n.lastRun > 255 || n.lastLoad < 0 {
			t.Errorf("seed %d: C for C_LAST is %d at the load, %d after it", seed, n.lastLoad, n.lastRun)
		}
	}
}
