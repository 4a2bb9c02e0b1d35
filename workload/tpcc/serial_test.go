package tpcc

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"ckptbench/workload"
)

// Every mix keeps every condition, on rings with and without room to spare, with
// one warehouse and more.
func TestConditionsHold(t *testing.T) {
	check := func(name string, n int, change func(*Config)) {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(&c)
			b := newTPCC(t, c)
			s := &session{db: newDB(t, b)}
			meets(t, b, s)
			client := b.Client(1, 0, 1)
			ran := map[string]int{}
			for i := range n {
				call := client.Next()
				err := s.run(call)
				ran[call.Kind()]++
				if err != nil {
					ran["abort"]++
				}
				if i%97 == 0 {
					meets(t, b, s)
				}
			}
			meets(t, b, s)
			if ran["new-order"] == 0 || ran["payment"] == 0 || ran["abort"] == 0 || b.cfg.Mix != MixCalc && len(ran) != kinds+1 {
				t.Errorf("ran %v", ran)
			}
		})
	}
	check("full", 6000, func(c *Config) {})
	check("deck", 6000, func(c *Config) { c.Mix = MixDeck })
	check("calc", 6000, func(c *Config) { c.Mix = MixCalc })
	check("one warehouse", 4000, func(c *Config) { c.Warehouses = 1 })
	check("one district", 3000, func(c *Config) { c.Districts = 1 })
	check("no room to spare", 6000, func(c *Config) { c.Orders, c.History = 30, 30 })
	check("much room", 3000, func(c *Config) { c.Orders, c.History = 1000, 1000 })
	check("hardly any customers", 3000, func(c *Config) { c.Customers, c.Orders, c.History = 2, 5, 3 })
	check("one of everything", 2000, func(c *Config) {
		*c = Config{Warehouses: 1, Districts: 1, Customers: 1, Items: 1, Orders: 1, History: 1}
	})
}

// What the rings are for happens in these runs: delivered orders are overwritten,
// undelivered ones too where nobody delivers, and history rows.
func TestRingsGoRound(t *testing.T) {
	for _, mix := range Mixes() {
		c := small()
		c.Districts, c.Mix = specDistricts, mix // fewer would not keep pace: a Delivery is of one order of each
		b := newTPCC(t, c)
		s := &session{db: newDB(t, b)}
		client := b.Client(1, 0, 1)
		for range 10_000 {
			_ = s.run(client.Next())
		}
		for dd := range b.cfg.districts() {
			d := s.row(District, uint64(dd))
			gone := int64(d.u32(dNextOID)) - 1 - int64(b.cfg.Orders)
			cancelled := gone - int64(d.u32(dOGone))
			if d.u32(dOGone) == 0 || d.i64(dHGone) == 0 || (d.i64(dOLGone) > 0) == (mix == MixCalc) {
				t.Errorf("%s, district %d: %d delivered orders gone, of %d cents, and %d cents of history", mix, dd, d.u32(dOGone),
					d.i64(dOLGone), d.i64(dHGone))
			}
			if cancelled < 0 || mix == MixCalc && cancelled == 0 || mix == MixDeck && cancelled*10 > gone {
				t.Errorf("%s, district %d: %d orders cancelled", mix, dd, cancelled)
			}
		}
	}
}

// The procedures find what a search of the whole database finds.
func TestProceduresFindTheRightRows(t *testing.T) {
	b := newTPCC(t, small())
	s := &session{db: newDB(t, b)}
	client := b.Client(3, 0, 1)
	for range 5000 {
		switch call := client.Next().(type) {
		case *delivery:
			checkDelivery(t, s, call)
		case *orderStatus:
			checkOrderStatus(t, s, call)
		case *stockLevel:
			checkStockLevel(t, s, call)
		case *payment:
			checkPayment(t, s, call)
		case *newOrder:
			checkNewOrder(t, s, call)
		}
	}
}

// oldest returns the smallest NO_O_ID of a district, or 0.
func oldest(s *session, cfg *Config, dd int) (o uint32) {
	for i := range cfg.Orders {
		if v, ok := s.Get(NewOrder, cfg.orderKey(dd, uint32(i))); ok && (o == 0 || row(v).u32(noOID) < o) {
			o = row(v).u32(noOID)
		}
	}
	return o
}

func checkDelivery(t *testing.T, s *session, c *delivery) {
	cfg := &c.b.cfg
	type parcel struct {
		o       uint32
		balance int64
	}
	var want []parcel
	for d := range cfg.Districts {
		dd := cfg.district(c.w, d)
		p := parcel{o: oldest(s, cfg, dd)}
		if p.o != 0 {
			order := s.row(Order, cfg.orderKey(dd, p.o))
			p.balance = s.row(Customer, cfg.customerKey(dd, int(order.u32(oCID))-1)).i64(cBalance)
			for i := range uint64(order.u32(oOLCnt)) {
				p.balance += s.row(OrderLine, cfg.lineKey(dd, p.o)+i).i64(olAmount)
			}
		}
		want = append(want, p)
	}
	_ = s.run(c)
	for d, p := range want {
		dd := cfg.district(c.w, d)
		if p.o == 0 {
			continue
		}
		if now := oldest(s, cfg, dd); now != 0 && now != p.o+1 {
			t.Fatalf("the oldest was %d, is %d", p.o, now)
		}
		order := s.row(Order, cfg.orderKey(dd, p.o))
		for i := range uint64(order.u32(oOLCnt)) {
			if l := s.row(OrderLine, cfg.lineKey(dd, p.o)+i); l.i64(olDeliveryD) != c.date {
				t.Fatalf("line %d of order %d was delivered on %d, want %d", i, p.o, l.i64(olDeliveryD), c.date)
			}
		}
		if got := s.row(Customer, cfg.customerKey(dd, int(order.u32(oCID))-1)).i64(cBalance); got != p.balance ||
			order.u32(oCarrierID) != c.carrier {
			t.Fatalf("order %d was delivered by %d, the balance is %d, want %d", p.o, order.u32(oCarrierID), got, p.balance)
		}
	}
}

func checkOrderStatus(t *testing.T, s *session, c *orderStatus) {
	_ = s.run(c)
	cfg := &c.b.cfg
	var newest row
	for i := range cfg.Orders {
		v, ok := s.Get(Order, cfg.orderKey(c.dd, uint32(i)))
		if o := row(v); ok && o.is32(oCID, c.customer+1) && (newest == nil || o.u32(oID) > newest.u32(oID)) {
			newest = o
		}
	}
	lines, carrier := 0, uint32(0)
	if newest != nil {
		lines, carrier = int(newest.u32(oOLCnt)), newest.u32(oCarrierID)
	}
	if c.lines != lines || c.carrier != carrier ||
		c.balance != s.row(Customer, cfg.customerKey(c.dd, c.customer)).i64(cBalance) {
		t.Fatalf("found order %d of %d lines by carrier %d, want %v", c.o, c.lines, c.carrier, newest)
	}
}

func checkStockLevel(t *testing.T, s *session, c *stockLevel) {
	_ = s.run(c)
	cfg := &c.b.cfg
	next := s.row(District, uint64(c.dd)).u32(dNextOID)
	low := map[uint32]bool{}
	for o := next - recent; o < next; o++ {
		for i := range uint64(s.row(Order, cfg.orderKey(c.dd, o)).u32(oOLCnt)) {
			item := s.row(OrderLine, cfg.lineKey(c.dd, o)+i).u32(olIID)
			if s.row(Stock, cfg.stockKey(c.w, int(item)-1)).u32(sQuantity) < c.threshold {
				low[item] = true
			}
		}
	}
	if c.low != len(low) {
		t.Fatalf("%d are low, want %d", c.low, len(low))
	}
}

func checkPayment(t *testing.T, s *session, c *payment) {
	key := c.b.cfg.customerKey(c.cdd, c.customer)
	before := append(row(nil), s.row(Customer, key)...)
	_ = s.run(c)
	h := s.row(History, c.b.cfg.historyKey(c.dd, c.place))
	names := string(trimmed(s.row(Warehouse, uint64(c.w)).text(wName, 10))) + "    " +
		string(trimmed(s.row(District, uint64(c.dd)).text(dName, 10)))
	if h.i64(hAmount) != c.amount || h.i64(hDate) != c.date ||
		strings.TrimRight(string(h.text(hData, 24)), "\x00") != names {
		t.Fatalf("the history has %v, want %q", h, names)
	}
	after := s.row(Customer, key)
	if before.i64(cBalance)-after.i64(cBalance) != c.amount || after.u32(cPaymentCnt) != before.u32(cPaymentCnt)+1 {
		t.Fatalf("paid %d, the balance went from %d to %d", c.amount, before.i64(cBalance), after.i64(cBalance))
	}
	data := string(after[cData:])
	if string(before.text(cCredit, 2)) == badCredit {
		note := string(c.note(nil))
		if data != (note + string(before[cData:]))[:cDataSize] {
			t.Fatalf("C_DATA is %q, want %q in front of what it was", data[:60], note)
		}
	} else if data != string(before[cData:]) {
		t.Fatal("C_DATA of a good customer changed")
	}
}

func checkNewOrder(t *testing.T, s *session, c *newOrder) {
	cfg := &c.b.cfg
	next := s.row(District, uint64(c.dd)).u32(dNextOID)
	var want []row // the stock of each line
	for _, l := range c.lines[:c.valid] {
		want = append(want, append(row(nil), s.row(Stock, cfg.stockKey(l.supply, l.item))...))
	}
	err := s.run(c)
	now := s.row(District, uint64(c.dd)).u32(dNextOID)
	if c.rollback {
		if !errors.Is(err, workload.ErrAbort) || now != next {
			t.Fatalf("of an unused item: %v, D_NEXT_O_ID went from %d to %d", err, next, now)
		}
		return
	}
	order := s.row(Order, cfg.orderKey(c.dd, next))
	if err != nil || now != next+1 || !order.is32(oID, int(next)) || !order.is32(oOLCnt, c.n) ||
		!order.is32(oCID, c.customer+1) ||
		order.i64(oEntryD) != c.date || !order.is32(oCarrierID, 0) {
		t.Fatalf("%v, D_NEXT_O_ID went from %d to %d, the order is %v", err, next, now, order)
	}
	checkLines(t, s, c, next, want)
}

// checkLines checks the lines of order o, the stock they came from, which was
// stock before, and the sum.
func checkLines(t *testing.T, s *session, c *newOrder, o uint32, stock []row) {
	cfg := &c.b.cfg
	sum, local, brand := int64(0), true, 0
	times := map[uint64]int{}
	for _, l := range c.lines[:c.n] {
		times[cfg.stockKey(l.supply, l.item)]++
	}
	for i, l := range c.lines[:c.n] {
		line, item, key := s.row(OrderLine, cfg.lineKey(c.dd, o)+uint64(i)), s.row(Item, uint64(l.item)),
			cfg.stockKey(l.supply, l.item)
		before, after := stock[i], s.row(Stock, key)
		left, remote := int(before.u32(sQuantity))-l.quantity, 0
		if before.u32(sQuantity) < uint32(l.quantity)+10 {
			left += 91
		}
		if l.supply != c.w {
			local, remote = false, 1
		}
		if times[key] == 1 && (!after.is32(sQuantity, left) || after.i64(sYTD) != before.i64(sYTD)+int64(l.quantity) ||
			!after.is32(sOrderCnt, int(before.u32(sOrderCnt))+1) ||
			!after.is32(sRemoteCnt, int(before.u32(sRemoteCnt))+remote)) {
			t.Fatalf("%d were ordered, the stock was %v, is %v", l.quantity, before[:sDist], after[:sDist])
		}
		amount := int64(l.quantity) * item.i64(iPrice)
		info := after.text(sDist+c.dd%cfg.Districts*distSize, distSize)
		if line.i64(olAmount) != amount || !line.is32(olQuantity, l.quantity) || !line.is32(olIID, l.item+1) ||
			!line.is32(olSupplyWID, l.supply+1) ||
			line.i64(olDeliveryD) != 0 || !bytes.Equal(line.text(olDistInfo, distSize), info) {
			t.Fatalf("line %v is %v, want %d cents", l, line, amount)
		}
		if sum += amount; strings.Contains(string(item), originalMark) && strings.Contains(string(after), originalMark) {
			brand++
		}
	}
	w, d, k := s.row(Warehouse, uint64(c.w)), s.row(District, uint64(c.dd)),
		s.row(Customer, cfg.customerKey(c.dd, c.customer))
	total := float64(sum) * (1 - float64(k.u32(cDiscount))/1e4) * (1 + float64(w.u32(wTax)+d.u32(dTax))/1e4)
	if math.Abs(total-float64(c.total)) > 1 || c.brand != brand ||
		local != s.row(Order, cfg.orderKey(c.dd, o)).is32(oAllLocal, 1) {
		t.Fatalf("%d cents and %d brand, want %.2f and %d; all local: %t", c.total, c.brand, total, brand, local)
	}
}
