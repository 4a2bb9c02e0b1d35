package tpcc

import "iter"

// loadDate is the date of everything loaded: 2026-01-01, milliseconds since 1970.
const loadDate = 1_767_225_600_000

// The seeds that are not a table's.
const (
	// They follow the tables' numbers, so no two are equal.
	seedConstants = iota + tables
	seedPermutation
	seedLines
)

// rowSeed is the first half of the seed of a table's rows; the row's key is the second.
// So each row can be drawn without those before it.
func (b *Benchmark) rowSeed(what int) uint64 { return b.cfg.Seed<<8 ^ uint64(what) }

// Load yields the rows of clause 4.3.3.1.
// It yields them in the order of their keys or not, always in the same; a row is valid until the
// next.
func (b *Benchmark) Load(i int) iter.Seq2[uint64, []byte] {
	load := [tables]struct {
		size int
		rows func(row, func(uint64) bool)
	}{
		Item:          {iSize, b.loadItems},
		Stock:         {sSize, b.loadStock},
		Customer:      {cSize, b.loadCustomers},
		CustomerOrder: {coSize, b.loadIndex},
		OrderLine:     {olSize, b.loadLines},
		Order:         {oSize, b.loadOrders},
		NewOrder:      {noSize, b.loadNewOrders},
		History:       {hSize, b.loadHistory},
		District:      {dSize, b.loadDistricts},
		Warehouse:     {wSize, b.loadWarehouses},
	}[i]
	return func(yield func(uint64, []byte) bool) {
		v := make(row, load.size)
		load.rows(v, func(key uint64) bool { return yield(key, v) })
	}
}

// The functions below yield the rows of one table each: they fill in v, which is used
// for every row, and call put with its key until put returns false.
func (b *Benchmark) loadItems(v row, put func(uint64) bool) {
	// Seeded anew for each row.
	r := newRandom(0, 0)
	for i := range b.cfg.Items {
		r.seed(b.rowSeed(Item), uint64(i))
		v.set32(iID, uint32(i+1))
		v.set32(iImID, uint32(r.between(1, 10_000)))
		v.set64(iPrice, int64(r.between(100, 10_000)))
		r.text(v.text(iName, 24), 14, 24)
		r.data(v.text(iData, 50))
		if !put(uint64(i)) {
			return
		}
	}
}

func (b *Benchmark) loadWarehouses(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	for w := range b.cfg.Warehouses {
		r.seed(b.rowSeed(Warehouse), uint64(w))
		v.set32(wID, uint32(w+1))
		r.text(v.text(wName, 10), 6, 10)
		r.address(v.text(wAddress, addressSize))
		v.set32(wTax, uint32(r.between(0, 2000)))
		// Each customer has paid once, so condition 1 and 8 hold from the start.
		v.set64(wYTD, int64(b.cfg.Districts*b.cfg.Customers)*firstPayment)
		if !put(uint64(w)) {
			return
		}
	}
}

func (b *Benchmark) loadDistricts(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	for dd := range b.cfg.districts() {
		w, d := b.cfg.of(dd)
		r.seed(b.rowSeed(District), uint64(dd))
		v.set32(dID, uint32(d))
		v.set32(dWID, uint32(w))
		r.text(v.text(dName, 10), 6, 10)
		r.address(v.text(dAddress, addressSize))
		v.set32(dTax, uint32(r.between(0, 2000)))
		v.set64(dYTD, int64(b.cfg.Customers)*firstPayment)
		// Every customer has one order.
		v.set32(dNextOID, uint32(b.cfg.Customers+1))
		if !put(uint64(dd)) {
			return
		}
	}
}

func (b *Benchmark) loadStock(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	for w := range b.cfg.Warehouses {
		for i := range b.cfg.Items {
			key := b.cfg.stockKey(w, i)
			r.seed(b.rowSeed(Stock), key)
			v.set32(sIID, uint32(i+1))
			v.set32(sWID, uint32(w+1))
			v.set32(sQuantity, uint32(r.between(10, 100)))
			r.fill(v.text(sDist, 10*distSize))
			r.data(v.text(sData, 50))
			if !put(key) {
				return
			}
		}
	}
}

// firstPayment is what every customer has paid once before the benchmark
// begins, in cents.
const firstPayment = 1000

// customers calls f with every customer, until it returns false.
// District by district, customers in ascending order.
func (b *Benchmark) customers(f func(dd, customer int, key uint64) bool) {
	for dd := range b.cfg.districts() {
		for i := range b.cfg.Customers {
			if !f(dd, i, b.cfg.customerKey(dd, i)) {
				return
			}
		}
	}
}

func (b *Benchmark) loadCustomers(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	copy(v.text(cMiddle, 2), "OE")
	v.set64(cSince, loadDate)
	v.set64(cCreditLim, 50_000_00)
	v.set64(cBalance, -firstPayment)
	v.set64(cYTDPayment, firstPayment)
	v.set32(cPaymentCnt, 1)
	b.customers(func(dd, i int, key uint64) bool {
		// The first thousand customers of a district have the names in turn, clause 4.3.3.1;
		// identity knows which.
		lastName(v.text(cLast, 16), b.identity(r, dd, i, v.text(cFirst, 16)))
		w, d := b.cfg.of(dd)
		v.set32(cID, uint32(i+1))
		v.set32(cDID, uint32(d))
		v.set32(cWID, uint32(w))
		r.address(v.text(cAddress, addressSize))
		r.digits(v.text(cPhone, 16), 10)
		copy(v.text(cCredit, 2), "GC")
		if r.percent(10) {
			copy(v.text(cCredit, 2), badCredit)
		}
		v.set32(cDiscount, uint32(r.between(0, 5000)))
		r.text(v.text(cData, cDataSize), 300, 500)
		return put(key)
	})
}

// badCredit is the value of C_CREDIT for a customer whose payments are noted in C_DATA.
const badCredit = "BC"

func (b *Benchmark) loadHistory(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	b.customers(func(dd, i int, key uint64) bool {
		w, d := b.cfg.of(dd)
		r.seed(b.rowSeed(History), key)
		v.set32(hCID, uint32(i+1))
		v.set32(hCDID, uint32(d))
		v.set32(hCWID, uint32(w))
		v.set32(hDID, uint32(d))
		v.set32(hWID, uint32(w))
		v.set64(hDate, loadDate)
		v.set64(hAmount, firstPayment)
		r.text(v.text(hData, 24), 12, 24)
		return put(b.cfg.historyKey(dd, uint64(i)))
	})
}

// orders calls f with every order loaded, until it returns false: customers
// have one each, in an order that is drawn for each district.
// Clause 4.3.3.1: O_C_ID is a permutation of the customers.
func (b *Benchmark) orders(f func(dd int, o uint32, customer int) bool) {
	r := newRandom(0, 0)
	shuffled := make([]int, b.cfg.Customers)
	for dd := range b.cfg.districts() {
		r.seed(b.rowSeed(seedPermutation), uint64(dd))
		for i := range shuffled {
			shuffled[i] = i
		}
		r.r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for i, customer := range shuffled {
			if !f(dd, uint32(i+1), customer) {
				return
			}
		}
	}
}

// lineCount draws O_OL_CNT of an order loaded.
// Drawn from the order's own seed, so that orders and lines, which are loaded apart, agree.
func (b *Benchmark) lineCount(r *random, dd int, o uint32) int {
	r.seed(b.rowSeed(Order), b.cfg.orderKey(dd, o))
	return r.between(5, maxLines)
}

func (b *Benchmark) loadOrders(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	b.orders(func(dd int, o uint32, customer int) bool {
		w, d := b.cfg.of(dd)
		v.set32(oID, o)
		v.set32(oDID, uint32(d))
		v.set32(oWID, uint32(w))
		v.set32(oCID, uint32(customer+1))
		v.set64(oEntryD, loadDate)
		v.set32(oOLCnt, uint32(b.lineCount(r, dd, o)))
		v.set32(oAllLocal, 1)
		v.set32(oCarrierID, 0)
		// The first orders of each district are delivered, clause 4.3.3.1.
		if o <= b.cfg.delivered() {
			v.set32(oCarrierID, uint32(r.between(1, 10)))
		}
		return put(b.cfg.orderKey(dd, o))
	})
}

func (b *Benchmark) loadNewOrders(v row, put func(uint64) bool) {
	b.orders(func(dd int, o uint32, _ int) bool {
		if o <= b.cfg.delivered() {
			return true
		}
		fillNewOrder(v, &b.cfg, dd, o)
		return put(b.cfg.orderKey(dd, o))
	})
}

// fillNewOrder fills in the row that says that an order is not delivered.
// New-Order uses it, too.
func fillNewOrder(v row, c *Config, dd int, o uint32) {
	w, d := c.of(dd)
	v.set32(noOID, o)
	v.set32(noDID, uint32(d))
	v.set32(noWID, uint32(w))
}

func (b *Benchmark) loadIndex(v row, put func(uint64) bool) {
	b.orders(func(dd int, o uint32, customer int) bool {
		v.set32(coOID, o)
		return put(b.cfg.customerKey(dd, customer))
	})
}

func (b *Benchmark) loadLines(v row, put func(uint64) bool) {
	r := newRandom(0, 0)
	b.orders(func(dd int, o uint32, _ int) bool {
		n := b.lineCount(r, dd, o)
		r.seed(b.rowSeed(seedLines), b.cfg.orderKey(dd, o))
		for i := range n {
			b.loadLine(v, r, dd, o, i)
			if !put(b.cfg.lineKey(dd, o) + uint64(i)) {
				return false
			}
		}
		return true
	})
}

// loadLine fills in line i of order o. Lines of an undelivered order have no delivery
// date, and an amount that is drawn.
func (b *Benchmark) loadLine(v row, r *random, dd int, o uint32, i int) {
	w, d := b.cfg.of(dd)
	v.set32(olOID, o)
	v.set32(olDID, uint32(d))
	v.set32(olWID, uint32(w))
	v.set32(olNumber, uint32(i+1))
	v.set32(olIID, uint32(r.between(1, b.cfg.Items)))
	v.set32(olSupplyWID, uint32(w))
	v.set32(olQuantity, 5)
	v.set64(olDeliveryD, loadDate)
	v.set64(olAmount, 0)
	if o > b.cfg.delivered() {
		v.set64(olDeliveryD, 0)
		v.set64(olAmount, int64(r.between(1, 999_999)))
	}
	r.fill(v.text(olDistInfo, distSize))
}
