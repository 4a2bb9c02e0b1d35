package tpcc

import "ckptbench/workload"

// A census is what one pass over each table of a state has counted.
// It belongs to one goroutine. Sums are in cents, as money is.
type census struct {
	violations
	cfg *Config

	warehouses []warehouseSums
	districts  []districtSums
	// A place in the ring may have no order.
	orders []orderSums // by order key
	// By customer key.
	customers []customerSums
	stock     struct{ ytd, orders int64 }
}

// The names of columns are the specification's; those of ours are in layout.go.
type warehouseSums struct{ ytd, gone int64 } // W_YTD and what is gone of the history

// The first five are the district's own columns; the rest is counted from other tables.
type districtSums struct {
	ytd, gone     int64  // D_YTD and what is gone of the history
	next          uint32 // D_NEXT_O_ID
	delivered     uint32 // D_O_GONE
	deliveredSum  int64  // D_OL_GONE
	ordered       int64
	linesOrdered  int64
	paid          int64 // of the history rows
	orders        int
	newest        uint32 // O_ID
	orderLines    int    // of O_OL_CNT
	lines         int
	waiting       int    // NEW-ORDER rows
	first, last   uint32 // of NO_O_ID; 0 without any
	balance       int64  // of the customers
	customerYTD   int64
	deliveries    uint64 // C_DELIVERY_CNT
	deliveredHere int64  // OL_AMOUNT of lines delivered
}

// 24 bytes: there is one for every place for an order.
type orderSums struct {
	id       uint32 // 0 for none
	customer uint16 // from 0
	count    uint8  // O_OL_CNT
	lines    uint8
	dated    uint8 // lines with a delivery date
	carried  bool  // O_CARRIER_ID is not null
	waits    bool  // has a NEW-ORDER row
	sum      int64 // OL_AMOUNT of the dated lines
}

// Counted from history and orders, and compared with the customer's own columns.
type customerSums struct {
	paid       int64 // of the history rows
	payments   uint32
	delivered  int64  // OL_AMOUNT of lines delivered
	deliveries uint32 // orders delivered
	newest     uint32 // O_ID
}

// Check decides whether a state meets the consistency conditions, as package tpcc
// states them for rings. It passes once over each table, and needs some 25 bytes
// for each place for an order and 32 for each customer. The error joins one
// Violation for each condition that is not met.
func (b *Benchmark) Check(s workload.State) error {
	c := &census{
		cfg:        &b.cfg,
		warehouses: make([]warehouseSums, b.cfg.Warehouses),
		districts:  make([]districtSums, b.cfg.districts()),
		orders:     make([]orderSums, b.cfg.districts()*b.cfg.Orders),
		customers:  make([]customerSums, b.cfg.districts()*b.cfg.Customers),
	}
	// Counting first, then conditions by district, by warehouse and over all.
	c.count(s)
	for dd := range c.districts {
		c.checkDistrict(dd)
	}
	for w := range c.warehouses {
		c.checkWarehouse(w)
	}
	c.checkAll()
	return c.err()
}

// count passes over the tables. Orders come before their lines, and customers and
// the index last, as these are compared at once.
func (c *census) count(s workload.State) {
	cfg := c.cfg
	all := cfg.districts()
	c.pass(s, Item, "item", iSize, cfg.Items, c.item)
	c.pass(s, Stock, "stock", sSize, cfg.Warehouses*cfg.Items, c.stockRow)
	c.pass(s, Warehouse, "warehouse", wSize, cfg.Warehouses, c.warehouse)
	c.pass(s, District, "district", dSize, all, c.district)
	c.pass(s, Order, "order", oSize, 0, c.order)
	c.pass(s, NewOrder, "new-order", noSize, 0, c.newOrder)
	c.pass(s, OrderLine, "order-line", olSize, 0, c.line)
	c.pass(s, History, "history", hSize, 0, c.history)
	// Lines and NEW-ORDER rows are all counted now.
	for key := range c.orders {
		c.settle(key)
	}
	c.pass(s, Customer, "customer", cSize, all*cfg.Customers, c.customer)
	c.pass(s, CustomerOrder, "customer-order", coSize, all*cfg.Customers, c.index)
}

// pass calls f with every row of a table, of which there are want, or as many as
// there may be where want is 0. f reports whether the row is where it belongs.
func (c *census) pass(s workload.State, table int, name string, size, want int, f func(key uint64, v row) bool) {
	n := 0
	for key, v := range s.All(table) {
		n++
		// A row of another length cannot be read any further.
		if len(v) != size {
			c.add(CondRows, 0, 0, "%s row %d has %d bytes, not %d", name, key, len(v), size)
		} else if !f(key, v) {
			c.add(CondRows, 0, 0, "%s row %d has columns that make another key", name, key)
		}
	}
	if want != 0 && n != want {
		c.add(CondRows, 0, 0, "%s has %d rows, not %d", name, n, want)
	}
}

// The functions from here on take one row each, and report false where its columns do not make
// its key: a row in the wrong place.
func (c *census) item(key uint64, v row) bool {
	return key < uint64(c.cfg.Items) && v.is32(iID, int(key)+1)
}

func (c *census) stockRow(key uint64, v row) bool {
	// Columns count from 1, and places from 0.
	w, i := int(v.u32(sWID))-1, int(v.u32(sIID))-1
	if w < 0 || w >= c.cfg.Warehouses || i < 0 || i >= c.cfg.Items || key != c.cfg.stockKey(w, i) {
		return false
	}
	c.stock.ytd += v.i64(sYTD)
	c.stock.orders += int64(v.u32(sOrderCnt))
	return true
}

func (c *census) warehouse(key uint64, v row) bool {
	if key >= uint64(len(c.warehouses)) || !v.is32(wID, int(key)+1) {
		return false
	}
	c.warehouses[key] = warehouseSums{ytd: v.i64(wYTD), gone: v.i64(wHGone)}
	return true
}

// locate returns the district of columns W_ID and D_ID.
// ok is false for numbers out of range, which could index beyond the sums.
func (c *census) locate(v row, w, d int) (dd int, ok bool) {
	wid, did := v.u32(w), v.u32(d)
	if wid < 1 || wid > uint32(c.cfg.Warehouses) || did < 1 || did > uint32(c.cfg.Districts) {
		return 0, false
	}
	return c.cfg.district(int(wid)-1, int(did)-1), true
}

func (c *census) district(key uint64, v row) bool {
	dd, ok := c.locate(v, dWID, dID)
	if !ok || key != uint64(dd) {
		return false
	}
	d := &c.districts[dd]
	d.ytd, d.gone, d.next = v.i64(dYTD), v.i64(dHGone), v.u32(dNextOID)
	d.delivered, d.deliveredSum = v.u32(dOGone), v.i64(dOLGone)
	d.ordered, d.linesOrdered = v.i64(dOrdered), v.i64(dLines)
	return true
}

func (c *census) order(key uint64, v row) bool {
	dd, ok := c.locate(v, oWID, oDID)
	id, customer := v.u32(oID), v.u32(oCID)
	if !ok || id == 0 || key != c.cfg.orderKey(dd, id) || customer < 1 || customer > uint32(c.cfg.Customers) {
		return false
	}
	count := v.u32(oOLCnt)
	c.orders[key] = orderSums{
		id: id, customer: uint16(customer - 1),
		// A count beyond 15 is wrong, and stays so.
		count: uint8(min(count, 255)), carried: v.u32(oCarrierID) != 0,
	}
	d := &c.districts[dd]
	d.orders++
	d.newest = max(d.newest, id)
	d.orderLines += int(count)
	return true
}

func (c *census) newOrder(key uint64, v row) bool {
	dd, ok := c.locate(v, noWID, noDID)
	id := v.u32(noOID)
	if !ok || id == 0 || key != c.cfg.orderKey(dd, id) {
		return false
	}
	d := &c.districts[dd]
	// The span from first to last is condition 3.
	if d.waiting == 0 || id < d.first {
		d.first = id
	}
	d.waiting, d.last = d.waiting+1, max(d.last, id)
	// The place in the ring may have another order by now.
	if o := &c.orders[key]; o.id == id {
		o.waits = true
	} else {
		w, n := c.cfg.of(dd)
		c.add(5, w, n, "NEW-ORDER has order %d, ORDER does not", id)
	}
	return true
}

func (c *census) line(key uint64, v row) bool {
	dd, ok := c.locate(v, olWID, olDID)
	id, number := v.u32(olOID), v.u32(olNumber)
	if !ok || number < 1 || number > maxLines || key != c.cfg.lineKey(dd, id)+uint64(number)-1 {
		return false
	}
	c.districts[dd].lines++
	// A line's key is its order's key times 15, and its number.
	o := &c.orders[key/maxLines]
	if o.id != id {
		return true // of no order: condition 4 misses it
	}
	o.lines++
	if v.i64(olDeliveryD) != 0 {
		o.dated++
		o.sum += v.i64(olAmount)
	}
	return true
}

func (c *census) history(key uint64, v row) bool {
	dd, ok := c.locate(v, hWID, hDID)
	// The customer may be of another district than the one paid in, clause 2.5.1.2.
	cdd, cok := c.locate(v, hCWID, hCDID)
	customer := v.u32(hCID)
	if !ok || !cok || key/uint64(c.cfg.History) != uint64(dd) || customer < 1 || customer > uint32(c.cfg.Customers) {
		return false
	}
	amount := v.i64(hAmount)
	c.districts[dd].paid += amount
	k := &c.customers[c.cfg.customerKey(cdd, int(customer)-1)]
	k.paid += amount
	k.payments++
	return true
}

// settle adds an order to its customer and its district, and compares it with its
// lines and its NEW-ORDER row.
func (c *census) settle(key int) {
	o := &c.orders[key]
	if o.id == 0 {
		return
	}
	dd := key / c.cfg.Orders
	k := &c.customers[c.cfg.customerKey(dd, int(o.customer))]
	k.newest = max(k.newest, o.id)
	k.delivered += o.sum
	c.districts[dd].deliveredHere += o.sum
	// An order with a carrier is delivered.
	if o.carried {
		k.deliveries++
	}
	c.checkOrder(dd, o)
}

func (c *census) customer(key uint64, v row) bool {
	dd, ok := c.locate(v, cWID, cDID)
	id := v.u32(cID)
	if !ok || id < 1 || id > uint32(c.cfg.Customers) || key != c.cfg.customerKey(dd, int(id)-1) {
		return false
	}
	d := &c.districts[dd]
	d.balance += v.i64(cBalance)
	d.customerYTD += v.i64(cYTDPayment)
	d.deliveries += uint64(v.u32(cDeliveryCnt))
	// All orders and payments of the customer are counted by now.
	c.checkCustomer(dd, int(id), &c.customers[key], v)
	return true
}

func (c *census) index(key uint64, v row) bool {
	if key >= uint64(len(c.customers)) {
		return false
	}
	dd := int(key) / c.cfg.Customers
	d, newest, indexed := &c.districts[dd], c.customers[key].newest, v.u32(coOID)
	// A customer whose newest order has left the ring has none there.
	left := newest == 0 && indexed != 0 && indexed+uint32(c.cfg.Orders) <= d.newest
	if indexed != newest && !left {
		w, n := c.cfg.of(dd)
		c.add(CondIndex, w, n, "the index says that customer %d's newest order is %d, ORDER says %d",
			int(key)%c.cfg.Customers+1, indexed, newest)
	}
	return true
}
