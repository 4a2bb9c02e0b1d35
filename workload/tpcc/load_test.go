package tpcc

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// What is loaded has the cardinalities and the values of clause 4.3.3.1.
func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("loads a whole warehouse")
	}
	b := newTPCC(t, Config{Warehouses: 2})
	counts := map[int]int{Item: 100_000, Warehouse: 2, District: 20, Customer: 60_000, CustomerOrder: 60_000,
		Order: 60_000, NewOrder: 18_000, History: 60_000, Stock: 200_000}
	original, bad, last, lines := 0, 0, map[string]int{}, 0
	for i := range tables {
		n, data := 0, row(nil)
		for key, v := range b.Load(i) {
			if n++; key >= b.Tables()[i].Capacity || len(v) != b.Tables()[i].ValueSize {
				t.Fatalf("%s row %d of %d bytes", b.Tables()[i].Name, key, len(v))
			}
			switch data = v; i {
			case Stock:
				if bytes.Contains(data.text(sData, 50), []byte(originalMark)) {
					original++
				}
				if q := data.u32(sQuantity); q < 10 || q > 100 {
					t.Fatalf("S_QUANTITY is %d", q)
				}
			case Item:
				if p := data.i64(iPrice); p < 100 || p > 10_000 {
					t.Fatalf("I_PRICE is %d", p)
				}
			case Customer:
				if string(data.text(cCredit, 2)) == badCredit {
					bad++
				}
				if data.u32(cDID) == 1 && data.u32(cWID) == 1 && data.u32(cID) <= names {
					last[string(trimmed(data.text(cLast, 16)))]++
				}
			case OrderLine:
				amount := data.i64(olAmount)
				if d := data.i64(olDeliveryD); d != 0 && amount != 0 || d == 0 && (amount < 1 || amount > 999_999) {
					t.Fatalf("OL_AMOUNT is %d, delivered on %d", amount, d)
				}
			case Order:
				lines += int(data.u32(oOLCnt))
			}
		}
		if want, ok := counts[i]; ok && n != want || i == OrderLine && n != lines && lines != 0 {
			t.Errorf("%s has %d rows, want %d", b.Tables()[i].Name, n, want)
		}
	}
	near(t, "ORIGINAL in S_DATA", original, 200_000, 0.1)
	near(t, "bad credit", bad, 60_000, 0.1)
	near(t, "lines of an order", lines-5*60_000, 60_000*10, 0.5)
	if len(last) != names {
		t.Errorf("the first 1000 customers have %d last names", len(last))
	}
}

// near fails the test when k of n is not what p of n can give but once in a few
// million times: five standard deviations.
func near(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	mean, dev := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	if d := math.Abs(float64(k) - mean); d > 5*dev+1 {
		t.Errorf("%s: %d of %d, want %.0f give or take %.0f", what, k, n, mean, dev)
	}
}

// Loading is a function of the seed.
func TestLoadSeed(t *testing.T) {
	sum := func(c Config, table int) (all []byte) {
		for key, v := range newTPCC(t, c).Load(table) {
			all = append(append(all, byte(key), byte(key>>8)), v...)
		}
		return all
	}
	for i := range tables {
		c := small()
		one, two := sum(c, i), sum(c, i)
		c.Seed = 1
		other := sum(c, i)
		if !bytes.Equal(one, two) {
			t.Errorf("table %d: two loads differ", i)
		}
		if bytes.Equal(one, other) && i != NewOrder {
			t.Errorf("table %d: the seed changes nothing", i)
		}
	}
}

// A load may end at any row.
func TestLoadStops(t *testing.T) {
	b := newTPCC(t, small())
	for i := range tables {
		for range b.Load(i) {
			break
		}
	}
}

// Last names are made of the syllables of clause 4.3.2.3.
func TestLastName(t *testing.T) {
	check := func(n int, want string) {
		t.Helper()
		v := bytes.Repeat([]byte{'x'}, 16)
		if lastName(v, n); string(trimmed(v)) != want {
			t.Errorf("%d is %q, want %q", n, v, want)
		}
	}
	check(0, "BARBARBAR")
	check(371, "PRICALLYOUGHT")
	check(40, "BARPRESBAR")
	check(999, "EINGEINGEING")
	check(777, strings.Repeat("CALLY", 3))
}

// Of the customers that share a last name the index has the one in the middle,
// rounded up, in the order of their first names.
func TestIndexHasTheMiddleOne(t *testing.T) {
	if testing.Short() {
		t.Skip("loads 6000 customers")
	}
	b := newTPCC(t, Config{Districts: 2, Items: 10})
	d := newDB(t, b)
	shared := 0
	for dd := range 2 {
		byName := map[string][]row{}
		for i := range b.cfg.Customers {
			v := d.row(Customer, b.cfg.customerKey(dd, i))
			name := string(trimmed(v.text(cLast, 16)))
			byName[name] = append(byName[name], v)
		}
		for n := range names {
			v := make([]byte, 16)
			lastName(v, n)
			same := byName[string(trimmed(v))]
			got := d.row(Customer, b.cfg.customerKey(dd, int(b.middle[dd*names+n])))
			before, found := 0, false
			for _, s := range same {
				if bytes.Compare(s.text(cFirst, 16), got.text(cFirst, 16)) < 0 {
					before++
				}
				found = found || s.u32(cID) == got.u32(cID)
			}
			if shared += len(same) - 1; !found || before != (len(same)+1)/2-1 {
				t.Fatalf("name %d: the index has the one after %d of %d", n, before, len(same))
			}
		}
	}
	if shared != 2*(3000-names) {
		t.Errorf("%d customers share a name", shared)
	}
}
