package tpcc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// conditions returns the numbers of the conditions that err says are not met.
func conditions(t *testing.T, err error) (got []int) {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("Check returned %T: %v", err, err)
	}
	for _, e := range joined.Unwrap() {
		var v *Violation
		if !errors.As(e, &v) {
			t.Fatalf("Check returned %T: %v", e, e)
		}
		got = append(got, v.Condition)
	}
	return got
}

// A bench is a state to do damage to: of warehouse 2's district 3, orders and
// their rows.
type bench struct {
	*session
	b      *Benchmark
	dd     int
	oldest uint32 // undelivered
	done   uint32 // delivered, since the load
}

func newBench(t *testing.T) *bench {
	c := small()
	c.Orders, c.History, c.Mix = 85, 60, MixDeck
	b := newTPCC(t, c)
	s := &session{db: newDB(t, b)}
	client := b.Client(5, 0, 1)
	for range 900 {
		_ = s.run(client.Next())
	}
	f := &bench{session: s, b: b, dd: b.cfg.district(1, 2)}
	f.oldest = oldest(s, &b.cfg, f.dd)
	f.done = f.oldest - 1
	if f.done <= b.cfg.delivered() || f.oldest == 0 || f.district().u32(dOGone) == 0 {
		t.Fatalf("the run did not leave what the faults are made of: %d is the oldest, %d are gone", f.oldest,
			f.district().u32(dOGone))
	}
	meets(t, b, s)
	return f
}

func (f *bench) district() row { return f.row(District, uint64(f.dd)) }

func (f *bench) warehouse() row { return f.row(Warehouse, 1) }

func (f *bench) order(o uint32) row { return f.row(Order, f.b.cfg.orderKey(f.dd, o)) }

func (f *bench) line(o uint32, i int) row {
	return f.row(OrderLine, f.b.cfg.lineKey(f.dd, o)+uint64(i))
}

func (f *bench) customer(o uint32) row {
	return f.row(Customer, f.b.cfg.customerKey(f.dd, int(f.order(o).u32(oCID))-1))
}

// carry delivers order o but for its NEW-ORDER row and C_DELIVERY_CNT.
func (f *bench) carry(o uint32) {
	f.order(o).set32(oCarrierID, 1)
	for i := range int(f.order(o).u32(oOLCnt)) {
		f.line(o, i).set64(olDeliveryD, 1)
		f.customer(o).add64(cBalance, f.line(o, i).i64(olAmount))
	}
}

// Each fault breaks one condition, and that alone is what Check reports; with the
// place and the figures.
func TestEachConditionCatchesItsFault(t *testing.T) {
	fault := func(cond int, name string, do func(f *bench), says ...string) {
		t.Run(fmt.Sprintf("%d %s", cond, name), func(t *testing.T) {
			f := newBench(t)
			do(f)
			err := f.b.Check(f)
			if got := conditions(t, err); !slices.Equal(got, []int{cond}) {
				t.Fatalf("conditions %v are reported, want %d: %v", got, cond, err)
			}
			for _, want := range append(says, fmt.Sprintf("condition %d: ", cond)) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q in it", err, want)
				}
			}
		})
	}
	const here = "warehouse 2, district 3: "
	fault(1, "W_YTD of another point than D_YTD", func(f *bench) {
		f.warehouse().add64(wYTD, 7)
		f.warehouse().add64(wHGone, 7)
	}, "warehouse 2: W_YTD is ", "sum(D_YTD) is ")
	fault(2, "D_NEXT_O_ID ahead of the orders", func(f *bench) { f.district().add32(dNextOID, 1) }, here,
		"D_NEXT_O_ID-1 is ", "max(O_ID) ", "max(NO_O_ID) ")
	fault(2, "an order in the middle is lost with all its rows", func(f *bench) {
		o := f.b.cfg.delivered() // of 0 cents, and its customer's newest no more
		for f.row(CustomerOrder, f.b.cfg.customerKey(f.dd, int(f.order(o).u32(oCID))-1)).u32(coOID) == o {
			o--
		}
		for i := range uint64(f.order(o).u32(oOLCnt)) {
			f.delete(OrderLine, f.b.cfg.lineKey(f.dd, o)+i)
		}
		f.delete(Order, f.b.cfg.orderKey(f.dd, o))
		f.district().add32(dOGone, 1)
	}, here)
	fault(3, "the second oldest is delivered first", func(f *bench) {
		f.carry(f.oldest + 1)
		f.customer(f.oldest+1).add32(cDeliveryCnt, 1)
		f.delete(NewOrder, f.b.cfg.orderKey(f.dd, f.oldest+1))
	}, here, "max(NO_O_ID) ", "rows")
	fault(4, "a line of the order overwritten is left", func(f *bench) {
		o := f.district().u32(dNextOID) - 1
		for f.order(o).is32(oOLCnt, maxLines) {
			o--
		}
		key := f.b.cfg.lineKey(f.dd, o) + maxLines - 1
		v := slices.Clone(f.line(o, 0))
		v.set32(olOID, o-uint32(f.b.cfg.Orders))
		v.set32(olNumber, maxLines)
		f.set(OrderLine, key, -1, v)
	}, here, "sum(O_OL_CNT) is ", "ORDER-LINE has ")
	fault(5, "a NEW-ORDER row is not deleted", func(f *bench) { f.carry(f.oldest) }, here,
		fmt.Sprintf("carrier: %t", true))
	fault(6, "a line counted with another order", func(f *bench) {
		f.order(f.oldest).add32(oOLCnt, 1)
		f.order(f.oldest+1).set32(oOLCnt, f.order(f.oldest+1).u32(oOLCnt)-1)
	}, here, "O_OL_CNT is ", "and so in 1 further places")
	fault(7, "a line without a date in a delivered order", func(f *bench) {
		f.line(f.b.cfg.delivered(), 0).set64(olDeliveryD, 0) // of 0 cents
	}, here, "lines have a delivery date")
	fault(8, "the warehouse forgot a row that is gone", func(f *bench) { f.warehouse().add64(wHGone, -7) },
		"warehouse 2: W_YTD is ", "sum(H_AMOUNT) ")
	fault(9, "a payment counted in another district", func(f *bench) {
		f.district().add64(dYTD, 7)
		f.row(District, uint64(f.dd-1)).add64(dYTD, -7)
	}, "D_YTD is ", "sum(H_AMOUNT) ")
	fault(10, "a payment was taken from C_YTD_PAYMENT, not from C_BALANCE", func(f *bench) {
		f.customer(f.done).add64(cBalance, 7)
		f.customer(f.done).add64(cYTDPayment, -7)
	}, "C_BALANCE", "sum(OL_AMOUNT) ", "sum(H_AMOUNT) ")
	fault(11, "C_DELIVERY_CNT counts one too many", func(f *bench) { f.customer(f.done).add32(cDeliveryCnt, 1) }, here,
		"delivered since are ")
	fault(12, "C_YTD_PAYMENT without the balance", func(f *bench) { f.customer(f.done).add64(cYTDPayment, 7) }, here,
		"C_YTD_PAYMENT", "sum(OL_AMOUNT) ")
	fault(12, "the same between two customers", func(f *bench) {
		other := f.row(Customer, f.b.cfg.customerKey(f.dd, int(f.order(f.done).u32(oCID))%f.b.cfg.Customers))
		f.customer(f.done).add64(cYTDPayment, 100_000_000)
		other.add64(cYTDPayment, -100_000_000)
	}, here, "customer ")
	fault(CondStock, "stock of another point than the orders", func(f *bench) { f.row(Stock, 3).add64(sYTD, 7) },
		"sum(S_YTD) is ", "were ordered")
	fault(CondStock, "a line not counted", func(f *bench) { f.row(Stock, 3).add32(sOrderCnt, 1) }, "sum(S_ORDER_CNT) is ")
	fault(CondIndex, "an order that the index does not have", func(f *bench) {
		f.row(CustomerOrder, f.b.cfg.customerKey(f.dd, int(f.order(f.oldest).u32(oCID))-1)).set32(coOID, f.b.cfg.delivered())
	}, here, "newest order is ")
	fault(CondRows, "a row in another's place", func(f *bench) {
		f.set(Item, 3, -1, slices.Clone(f.row(Item, 4)))
	}, "item row 3 has columns that make another key")
	fault(CondRows, "a row cut short", func(f *bench) { f.set(Item, 3, -1, make([]byte, iSize-1)) },
		"item row 3 has 89 bytes, not 90")
	fault(CondRows, "a row is missing", func(f *bench) { f.delete(Item, 3) }, "item has 59 rows, not 60")
}

// Of customers whose orders have left the ring condition 12 still has the sum, and
// that none has less than the ring holds.
func TestCustomersWithOrdersGone(t *testing.T) {
	check := func(name string, do func(one, other row)) {
		c := small()
		c.Mix, c.Districts = MixDeck, specDistricts
		b := newTPCC(t, c)
		s := &session{db: newDB(t, b)}
		client := b.Client(5, 0, 1)
		for range 6000 {
			_ = s.run(client.Next())
		}
		here := map[uint32]uint32{} // delivered orders in district 1, by customer
		for i := range uint32(b.cfg.Orders) {
			if o := s.row(Order, b.cfg.orderKey(0, i)); o.u32(oCarrierID) != 0 {
				here[o.u32(oCID)]++
			}
		}
		var gone []row
		for i := range b.cfg.Customers {
			if v := s.row(Customer, b.cfg.customerKey(0, i)); v.u32(cDeliveryCnt) > here[v.u32(cID)] {
				gone = append(gone, v)
			}
		}
		meets(t, b, s)
		do(gone[0], gone[1])
		if got := conditions(t, b.Check(s)); !slices.Equal(got, []int{12}) {
			t.Errorf("%s: conditions %v are reported", name, got)
		}
	}
	check("a cent too many", func(one, _ row) { one.add64(cYTDPayment, 1) })
	check("one has the other's", func(one, other row) {
		one.add64(cYTDPayment, 1e12)
		other.add64(cYTDPayment, -1e12)
	})
}

// Condition 10 holds of each customer of whom nothing has left the rings, not only of
// all of them together: a payment booked with another customer is found.
func TestBalanceOfEachCustomer(t *testing.T) {
	b := newTPCC(t, small())
	s := &session{db: newDB(t, b)}
	meets(t, b, s)
	for i, amount := range []int64{7, -7} {
		v := s.row(Customer, b.cfg.customerKey(0, i))
		v.add64(cBalance, amount)
		v.add64(cYTDPayment, -amount)
	}
	if got := conditions(t, b.Check(s)); !slices.Equal(got, []int{10}) {
		t.Errorf("conditions %v are reported, want 10", got)
	}
}

// Whatever rows hold, Check answers, and does not panic.
func FuzzCheck(f *testing.F) {
	f.Add(uint8(OrderLine), uint16(7), uint16(0), []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(uint8(Order), uint16(3), uint16(oOLCnt), []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(uint8(History), uint16(3), uint16(0), []byte{0, 0, 0, 0})
	f.Add(uint8(District), uint16(3), uint16(dNextOID), []byte{0, 0, 0, 0})
	f.Add(uint8(CustomerOrder), uint16(3), uint16(0), []byte{})
	b := newTPCC(f, Config{Warehouses: 2, Districts: 2, Customers: 5, Items: 5, Orders: 6})
	f.Fuzz(func(t *testing.T, table uint8, key, off uint16, v []byte) {
		d := newDB(t, b)
		i := int(table) % len(d.tables)
		spec := d.tables[i]
		k := uint64(key) % spec.Capacity
		at := int(off) % spec.ValueSize
		if len(v) == 0 {
			d.set(i, k, -1, make([]byte, at))
		} else {
			copy(d.values[i][k*uint64(spec.ValueSize):][:spec.ValueSize][at:], v)
		}
		_ = b.Check(d)
	})
}
