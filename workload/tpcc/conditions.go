package tpcc

// checkOrder checks what the conditions say of one order.
// 5: a NEW-ORDER row exactly while there is no carrier. 6: as many lines as O_OL_CNT. 7: dates
// exactly where there is a carrier.
func (c *census) checkOrder(dd int, o *orderSums) {
	w, n := c.cfg.of(dd)
	if o.carried == o.waits {
		c.add(5, w, n, "order %d: has a carrier: %t; has a NEW-ORDER row: %t", o.id, o.carried, o.waits)
	}
	if o.lines != o.count {
		c.add(6, w, n, "order %d: O_OL_CNT is %d, ORDER-LINE has %d rows", o.id, o.count, o.lines)
	}
	if o.carried && o.dated != o.lines || !o.carried && o.dated != 0 {
		c.add(7, w, n, "order %d: has a carrier: %t; %d of %d lines have a delivery date", o.id, o.carried, o.dated, o.lines)
	}
}

// checkCustomer checks 10 and 12 for a customer. As long as nothing of the
// customer's has left the rings, which its counts tell, they hold as in the
// clause; after that, what is still there cannot be more than the sum. (That the
// sum is exact, checkDistrict and checkAll see.) An order loaded as delivered is
// not in C_DELIVERY_CNT; but it has no amount, and leaves before any other.
func (c *census) checkCustomer(dd, id int, k *customerSums, v row) {
	balance, ytd := v.i64(cBalance), v.i64(cYTDPayment)
	// A count above what is still there says that something has left.
	ordersLeft := v.u32(cDeliveryCnt) > k.deliveries
	paymentsLeft := v.u32(cPaymentCnt) > k.payments
	w, n := c.cfg.of(dd)
	if !ordersLeft && !paymentsLeft && balance != k.delivered-k.paid {
		c.add(10, w, n, "customer %d: C_BALANCE is %d, sum(OL_AMOUNT) %d less sum(H_AMOUNT) %d is %d", id, balance,
			k.delivered, k.paid, k.delivered-k.paid)
	}
	if sum := balance + ytd; sum != k.delivered && (!ordersLeft || sum < k.delivered) {
		c.add(12, w, n, "customer %d: C_BALANCE %d and C_YTD_PAYMENT %d are %d, sum(OL_AMOUNT) is %d", id, balance, ytd, sum,
			k.delivered)
	}
}

// checkDistrict checks what the conditions say of one district: 2 to 4, 9, 11 and 12. What has
// left the rings is in the columns named Gone, so sums stay exact.
func (c *census) checkDistrict(dd int) {
	d := &c.districts[dd]
	w, n := c.cfg.of(dd)
	c.checkNumbers(d, w, n)
	if d.orderLines != d.lines {
		c.add(4, w, n, "sum(O_OL_CNT) is %d, ORDER-LINE has %d rows", d.orderLines, d.lines)
	}
	if sum := d.paid + d.gone; d.ytd != sum {
		c.add(9, w, n, "D_YTD is %d, sum(H_AMOUNT) %d and %d gone are %d", d.ytd, d.paid, d.gone, sum)
	}
	// Delivered is what is there and not waiting, and what was delivered and has left.
	delivered := int64(d.orders) - int64(d.waiting) + int64(d.delivered)
	if want := int64(c.cfg.delivered()) + int64(d.deliveries); delivered != want {
		c.add(11, w, n, "%d orders less %d NEW-ORDER rows and %d gone are %d, %d loaded as delivered and %d delivered "+
			"since are %d", d.orders, d.waiting, d.delivered, delivered, c.cfg.delivered(), d.deliveries, want)
	}
	if sum := d.deliveredHere + d.deliveredSum; d.balance+d.customerYTD != sum {
		c.add(12, w, n, "sum(C_BALANCE) %d and sum(C_YTD_PAYMENT) %d are %d, sum(OL_AMOUNT) %d and %d gone are %d",
			d.balance, d.customerYTD, d.balance+d.customerYTD, d.deliveredHere, d.deliveredSum, sum)
	}
}

// checkNumbers checks 2 and 3: which orders there are.
func (c *census) checkNumbers(d *districtSums, w, n int) {
	if d.next-1 != d.newest || d.waiting > 0 && d.last != d.newest {
		c.add(2, w, n, "D_NEXT_O_ID-1 is %d, max(O_ID) %d, max(NO_O_ID) %d", int64(d.next)-1, d.newest, d.last)
	}
	// The ring is full, or has all orders since the first.
	if want := min(int64(c.cfg.Orders), int64(d.newest)); int64(d.orders) != want {
		c.add(2, w, n, "of the newest %d orders up to %d there are %d", want, d.newest, d.orders)
	}
	// NEW-ORDER rows of a district have no gap.
	if span := int64(d.last) - int64(d.first) + 1; d.waiting > 0 && span != int64(d.waiting) {
		c.add(3, w, n, "max(NO_O_ID) %d less min(NO_O_ID) %d and 1 is %d, NEW-ORDER has %d rows", d.last, d.first, span,
			d.waiting)
	}
}

// checkWarehouse checks 1 and 8.
func (c *census) checkWarehouse(i int) {
	var ytd, paid int64
	for _, d := range c.districts[i*c.cfg.Districts:][:c.cfg.Districts] {
		ytd += d.ytd
		paid += d.paid
	}
	w := &c.warehouses[i]
	if w.ytd != ytd {
		c.add(1, i+1, 0, "W_YTD is %d, sum(D_YTD) is %d", w.ytd, ytd)
	}
	if sum := paid + w.gone; w.ytd != sum {
		c.add(8, i+1, 0, "W_YTD is %d, sum(H_AMOUNT) %d and %d gone are %d", w.ytd, paid, w.gone, sum)
	}
}

// checkAll checks what holds over all warehouses only: a customer pays, and is
// supplied, elsewhere too.
func (c *census) checkAll() {
	var balance, delivered, paid, ordered, lines int64
	for i := range c.districts {
		d := &c.districts[i]
		balance += d.balance
		delivered += d.deliveredHere + d.deliveredSum
		paid += d.paid + d.gone
		ordered += d.ordered
		lines += d.linesOrdered
	}
	if balance != delivered-paid {
		c.add(10, 0, 0, "sum(C_BALANCE) is %d, sum(OL_AMOUNT) %d less sum(H_AMOUNT) %d is %d", balance, delivered, paid,
			delivered-paid)
	}
	if c.stock.ytd != ordered || c.stock.orders != lines {
		c.add(CondStock, 0, 0, "sum(S_YTD) is %d, %d were ordered; sum(S_ORDER_CNT) is %d, %d lines were", c.stock.ytd,
			ordered, c.stock.orders, lines)
	}
}
