package tpcc

import "ckptbench/workload"

// An orderStatus is the Order-Status transaction, clause 2.6: a customer and
// its newest order, whose number the index tells. It reads the index first, and
// then all again with the order.
type orderStatus struct {
	b        *Benchmark
	dd       int
	customer int
	named    bool // chosen by last name

	// Kept from one run of the body to the next.
	o       uint32 // the order declared; 0 for none yet
	at      int    // customer, index, then 15 lines and the order
	balance int64
	carrier uint32
	lines   int   // of the order; 0 where it has left the ring
	amount  int64 // of the lines
}

// draw draws the customer as clause 2.6.1 says: 60 % by last name.
func (c *orderStatus) draw(r *random, w int) {
	c.dd, c.o = c.b.anyDistrict(r, w), 0
	if c.named = r.percent(60); c.named {
		c.customer = c.b.byName(r, c.dd)
	} else {
		c.customer = c.b.byNumber(r)
	}
}

// Kind returns "order-status".
func (c *orderStatus) Kind() string { return "order-status" }

// MayAbort is false.
func (c *orderStatus) MayAbort() bool { return false }

// Declare implements workload.Call: the customer and the index at first, and the order
// with room for the most lines once the index has told its number.
func (c *orderStatus) Declare(a []workload.Access) []workload.Access {
	cfg := &c.b.cfg
	c.at = len(a)
	customer := cfg.customerKey(c.dd, c.customer)
	a = append(a, workload.Access{Table: Customer, Key: customer}, workload.Access{Table: CustomerOrder, Key: customer})
	if c.o == 0 {
		return a
	}
	order := cfg.orderKey(c.dd, c.o)
	// How many there are is known only when the order is read.
	for i := range uint64(maxLines) {
		a = append(a, workload.Access{Table: OrderLine, Key: order*maxLines + i})
	}
	return append(a, workload.Access{Table: Order, Key: order})
}

// Body implements workload.Call. It returns ErrAgain where the index names another order
// than the one declared.
func (c *orderStatus) Body(tx workload.Tx) error {
	if !present(tx, c.at, c.at+1) {
		return errAbsent
	}
	switch o := get(tx, c.at+1).u32(coOID); {
	case o == 0:
		return errAbsent
	case o != c.o:
		c.o = o
		return workload.ErrAgain
	}
	c.balance, c.carrier, c.lines, c.amount = get(tx, c.at).i64(cBalance), 0, 0, 0
	order := get(tx, c.at+2+maxLines)
	if order == nil || order.u32(oID) != c.o {
		return nil // it has left the ring: the customer has no order
	}
	c.carrier, c.lines = order.u32(oCarrierID), min(int(order.u32(oOLCnt)), maxLines)
	for i := range c.lines {
		// Lines of the order are there as long as the order is.
		if l := get(tx, c.at+2+i); l != nil {
			c.amount += l.i64(olAmount)
		}
	}
	return nil
}
