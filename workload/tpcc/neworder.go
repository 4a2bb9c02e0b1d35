package tpcc

import (
	"bytes"

	"ckptbench/workload"
)

// A newOrder is the New-Order transaction, clause 2.4.
//
// The keys of its rows depend on D_NEXT_O_ID. It declares them from the
// district's hint, and its body looks whether the district, which it now has
// locked, agrees. The hint moves on as soon as a body is sure of its number, so
// those who declare while it runs, and wait for the district, have the right one.
//
// The order takes the place of the one that is Config.Orders older. If that one
// was delivered, the district's row takes its sums over. If it was not, there is
// no room for more undelivered orders: it is cancelled, as if it had never been
// delivered, and its NEW-ORDER row is overwritten by the new one. Neither needs
// a record that is not declared already.
type newOrder struct {
	b        *Benchmark
	w, dd    int
	customer int
	lines    [maxLines]line
	n        int  // lines
	valid    int  // of them, with an item that exists
	rollback bool // the last one's does not
	date     int64

	o     uint32 // O_ID declared
	items [maxLines]uint8
	at    newOrderAccess
	buf   [olSize]byte
	total int64 // cents, for the customer to see
	brand int   // lines that are "B", brand and not generic
}

// A line is what a customer orders.
type line struct{ item, supply, quantity int }

// newOrderAccess holds the number of each declaration; where there are several of a kind,
// of the first.
type newOrderAccess struct{ item, stock, customer, index, line, order, newOrder, district, warehouse int }

// draw draws the parameters as clause 2.4.1 says: 5 to 15 lines, 1 % of them supplied
// from elsewhere, and in 1 % of the orders a last item that does not exist.
func (c *newOrder) draw(r *random, w int, date int64) {
	b := c.b
	c.w, c.dd, c.date = w, b.anyDistrict(r, w), date
	c.customer = b.byNumber(r)
	c.n = r.between(5, maxLines)
	c.rollback = r.percent(1)
	for i := range c.n {
		l := &c.lines[i]
		l.item = r.nonUniform(8191, b.nu.item, 1, b.cfg.Items) - 1
		l.supply, l.quantity = w, r.between(1, 10)
		if r.percent(1) {
			l.supply = r.other(w, b.cfg.Warehouses)
		}
	}
	c.valid = c.n
	if c.rollback {
		c.valid--
		c.lines[c.valid].item = b.cfg.Items // the one key of the table that no item has
	}
	c.sort()
}

// sort puts the lines into the order of their stock, in which it is locked,
// and notes that of their items. The lines are independent of one another, so
// an order is none the less random for it.
func (c *newOrder) sort() {
	for i := 1; i < c.valid; i++ {
		for j := i; j > 0 && c.lines[j].before(c.lines[j-1]); j-- {
			c.lines[j], c.lines[j-1] = c.lines[j-1], c.lines[j]
		}
	}
	for i := range c.n {
		c.items[i] = uint8(i)
		for j := i; j > 0 && c.lines[c.items[j]].item < c.lines[c.items[j-1]].item; j-- {
			c.items[j], c.items[j-1] = c.items[j-1], c.items[j]
		}
	}
}

// before is the order of the stock keys of l and m.
func (l line) before(m line) bool {
	return l.supply < m.supply || l.supply == m.supply && l.item < m.item
}

// Kind returns "new-order".
func (c *newOrder) Kind() string { return "new-order" }

// MayAbort is true of all New-Orders: which one will meet an unused item must not
// be known before it does (clause 2.4.2.3).
func (c *newOrder) MayAbort() bool { return true }

// Declare implements workload.Call. The tables come in ascending order, and the keys of
// each too, which is the order that locks are taken in.
func (c *newOrder) Declare(a []workload.Access) []workload.Access {
	cfg := &c.b.cfg
	c.o = c.b.hints[c.dd].next.Load()
	c.at.item = len(a)
	for _, i := range c.items[:c.n] {
		a = append(a, workload.Access{Table: Item, Key: uint64(c.lines[i].item)})
	}
	c.at.stock = len(a)
	for i := range c.lines[:c.valid] {
		l := &c.lines[i]
		a = append(a, workload.Access{Table: Stock, Key: cfg.stockKey(l.supply, l.item), Write: true})
	}
	customer, order := cfg.customerKey(c.dd, c.customer), cfg.orderKey(c.dd, c.o)
	c.at.customer, c.at.index, c.at.line = len(a), len(a)+1, len(a)+2
	a = append(a, workload.Access{Table: Customer, Key: customer},
		workload.Access{Table: CustomerOrder, Key: customer, Write: true})
	// All of the place's lines: the order before may have had more.
	for i := range uint64(maxLines) {
		a = append(a, workload.Access{Table: OrderLine, Key: order*maxLines + i, Write: true})
	}
	c.at.order, c.at.newOrder, c.at.district, c.at.warehouse = len(a), len(a)+1, len(a)+2, len(a)+3
	return append(a, workload.Access{Table: Order, Key: order, Write: true},
		workload.Access{Table: NewOrder, Key: order, Write: true},
		workload.Access{Table: District, Key: uint64(c.dd), Write: true},
		workload.Access{Table: Warehouse, Key: uint64(c.w)})
}

// Body implements workload.Call: clause 2.4.2.2. It returns ErrAgain where the district's
// next number is not the one declared, and ErrAbort, after it wrote, at an unused item.
func (c *newOrder) Body(tx workload.Tx) error {
	if !present(tx, c.at.customer, c.at.district, c.at.warehouse) {
		return errAbsent
	}
	h := &c.b.hints[c.dd]
	district := get(tx, c.at.district)
	if next := district.u32(dNextOID); next != c.o {
		h.next.Store(next)
		return workload.ErrAgain
	}
	h.next.Store(c.o + 1) // at once: a transaction that declares from now on waits for this one
	tax := int64(get(tx, c.at.warehouse).u32(wTax) + district.u32(dTax))
	discount := int64(get(tx, c.at.customer).u32(cDiscount))
	cancelled := c.place(tx, district)
	sum, err := c.order(tx)
	if err != nil {
		h.next.Store(c.o)
		return err
	}
	if cancelled {
		h.oldest.Store(c.o - uint32(c.b.cfg.Orders) + 1)
	}
	c.total = sum * (10_000 - discount) * (10_000 + tax) / 100_000_000
	return nil
}

// place takes the order's place: it counts in the district's row, and puts the
// rows of the order and its header. It reports whether an order was cancelled.
func (c *newOrder) place(tx workload.Tx, district row) (cancelled bool) {
	quantity, local := 0, uint32(1)
	for i := range c.lines[:c.n] {
		quantity += c.lines[i].quantity
		if c.lines[i].supply != c.w {
			local = 0
		}
	}
	v := row(c.buf[:dOrderSize])
	copy(v, district[dNextOID:])
	v.add32(0, 1)
	v.add64(dOrdered-dNextOID, int64(quantity))
	v.add64(dLines-dNextOID, int64(c.n))
	if old := get(tx, c.at.order); old != nil {
		if cancelled = old.u32(oCarrierID) == 0; !cancelled {
			v.add32(dOGone-dNextOID, 1)
			v.add64(dOLGone-dNextOID, c.leaving(tx))
		}
	}
	tx.Write(c.at.district, dNextOID, v)
	c.header(tx, local)
	return cancelled
}

// leaving sums the lines of the delivered order that makes room.
func (c *newOrder) leaving(tx workload.Tx) (sum int64) {
	for i := range maxLines {
		if old := get(tx, c.at.line+i); old != nil {
			sum += old.i64(olAmount)
		}
	}
	return sum
}

// header puts the rows of ORDER, NEW-ORDER and the index.
func (c *newOrder) header(tx workload.Tx, local uint32) {
	v := row(c.buf[:oSize])
	w, d := c.b.cfg.of(c.dd)
	v.set32(oID, c.o)
	v.set32(oDID, uint32(d))
	v.set32(oWID, uint32(w))
	v.set32(oCID, uint32(c.customer+1))
	v.set64(oEntryD, c.date)
	v.set32(oCarrierID, 0)
	v.set32(oOLCnt, uint32(c.n))
	v.set32(oAllLocal, local)
	tx.Write(c.at.order, workload.Whole, v)
	v = c.buf[:noSize]
	fillNewOrder(v, &c.b.cfg, c.dd, c.o)
	tx.Write(c.at.newOrder, workload.Whole, v)
	v = c.buf[:coSize]
	v.set32(coOID, c.o)
	tx.Write(c.at.index, workload.Whole, v)
}

// order puts the lines, and returns what they cost, or the error of an unused
// item, which comes last (clause 2.4.1.5).
func (c *newOrder) order(tx workload.Tx) (sum int64, err error) {
	c.brand = 0
	var itemAt [maxLines]int // of each line
	for k, i := range c.items[:c.n] {
		itemAt[i] = c.at.item + k
	}
	for i := range c.n {
		item := get(tx, itemAt[i])
		if item == nil {
			return 0, workload.ErrAbort
		}
		if !present(tx, c.at.stock+i) {
			return 0, errAbsent
		}
		sum += c.line(tx, i, item)
	}
	for i := c.n; i < maxLines; i++ {
		if present(tx, c.at.line+i) {
			tx.Delete(c.at.line + i)
		}
	}
	return sum, nil
}

// line takes line i from the stock and puts its row; it returns OL_AMOUNT.
func (c *newOrder) line(tx workload.Tx, i int, item row) (amount int64) {
	l, at := &c.lines[i], c.at.stock+i
	stock := get(tx, at)
	if bytes.Contains(item.text(iData, 50), []byte(originalMark)) &&
		bytes.Contains(stock.text(sData, 50), []byte(originalMark)) {
		c.brand++
	}
	amount = int64(l.quantity) * item.i64(iPrice)
	w, d := c.b.cfg.of(c.dd)
	v := row(c.buf[:olSize])
	v.set32(olOID, c.o)
	v.set32(olDID, uint32(d))
	v.set32(olWID, uint32(w))
	v.set32(olNumber, uint32(i+1))
	v.set32(olIID, uint32(l.item+1))
	v.set32(olSupplyWID, uint32(l.supply+1))
	v.set64(olDeliveryD, 0)
	v.set32(olQuantity, uint32(l.quantity))
	v.set64(olAmount, amount)
	copy(v.text(olDistInfo, distSize), stock.text(sDist+(d-1)*distSize, distSize))
	tx.Write(c.at.line+i, workload.Whole, v)

	v = c.buf[:sDist-sQuantity]
	copy(v, stock[sQuantity:])
	left := int(v.u32(0)) - l.quantity
	if left < 10 {
		left += 91
	}
	v.set32(0, uint32(left))
	v.add64(sYTD-sQuantity, int64(l.quantity))
	v.add32(sOrderCnt-sQuantity, 1)
	if l.supply != c.w {
		v.add32(sRemoteCnt-sQuantity, 1)
	}
	tx.Write(at, sQuantity, v)
	return amount
}
