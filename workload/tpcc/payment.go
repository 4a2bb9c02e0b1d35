package tpcc

import (
	"bytes"
	"strconv"

	"ckptbench/workload"
)

// A payment is the Payment transaction, clause 2.5.
//
// The history of a district is a ring. A row's place in it is the next number of a
// counter kept beside the database: nothing depends on where a history row is, so the
// number needs no check under locks. The row overwritten belongs to the same district;
// the district's and the warehouse's row take over its amount.
type payment struct {
	b        *Benchmark
	w, dd    int
	cdd      int // the customer's district
	customer int
	named    bool // chosen by last name
	// cents
	amount int64
	// milliseconds since 1970; see client
	date int64
	// number of the history row; drawn once, kept when the transaction is tried again
	place  uint64
	placed bool
	// number of the customer's record in the declaration; history, district and warehouse
	// follow it
	customerAt int
	buf        [cSize - cBalance]byte
}

// draw draws the transaction's parameters as clause 2.5.1 says. A new drawing has no
// history row yet.
func (c *payment) draw(r *random, w int, date int64) {
	b := c.b
	c.w, c.dd, c.date, c.placed = w, b.anyDistrict(r, w), date, false
	c.cdd = c.dd
	if r.percent(15) {
		c.cdd = b.anyDistrict(r, r.other(w, b.cfg.Warehouses))
	}
	if c.named = r.percent(60); c.named {
		c.customer = b.byName(r, c.cdd)
	} else {
		c.customer = b.byNumber(r)
	}
	c.amount = int64(r.between(1_00, 5000_00))
}

// Kind returns "payment".
func (c *payment) Kind() string { return "payment" }

// MayAbort is false.
func (c *payment) MayAbort() bool { return false }

// Declare implements workload.Call. Warehouse comes last: it is the most contended row
// and should be locked for the shortest time.
func (c *payment) Declare(a []workload.Access) []workload.Access {
	if !c.placed {
		c.place, c.placed = c.b.hints[c.dd].history.Add(1)-1, true
	}
	c.customerAt = len(a)
	return append(a,
		workload.Access{Table: Customer, Key: c.b.cfg.customerKey(c.cdd, c.customer), Write: true},
		workload.Access{Table: History, Key: c.b.cfg.historyKey(c.dd, c.place), Write: true},
		workload.Access{Table: District, Key: uint64(c.dd), Write: true},
		workload.Access{Table: Warehouse, Key: uint64(c.w), Write: true})
}

// Body implements workload.Call. It follows clause 2.5.2.2, but for the history row's
// predecessor, whose amount it adds to what is gone.
func (c *payment) Body(tx workload.Tx) error {
	historyAt, districtAt, warehouseAt := c.customerAt+1, c.customerAt+2, c.customerAt+3
	if !present(tx, c.customerAt, districtAt, warehouseAt) {
		return errAbsent
	}
	var gone int64
	if old := get(tx, historyAt); old != nil {
		gone = old.i64(hAmount)
	}
	c.history(tx, historyAt)
	c.count(tx, districtAt, dYTD, gone)
	c.count(tx, warehouseAt, wYTD, gone)
	c.pay(tx)
	return nil
}

// count adds to the D_YTD or W_YTD at off, and to the amounts gone behind it.
func (c *payment) count(tx workload.Tx, i, off int, gone int64) {
	v := row(c.buf[:16])
	copy(v, get(tx, i)[off:])
	v.add64(0, c.amount)
	v.add64(8, gone)
	tx.Write(i, off, v)
}

// history writes the history row, over the oldest of the district once the ring is full.
func (c *payment) history(tx workload.Tx, at int) {
	v := row(c.buf[:hSize])
	w, d := c.b.cfg.of(c.dd)
	cw, cd := c.b.cfg.of(c.cdd)
	v.set32(hCID, uint32(c.customer+1))
	v.set32(hCDID, uint32(cd))
	v.set32(hCWID, uint32(cw))
	v.set32(hDID, uint32(d))
	v.set32(hWID, uint32(w))
	v.set64(hDate, c.date)
	v.set64(hAmount, c.amount)
	data := append(v[hData:hData], trimmed(get(tx, c.customerAt+3).text(wName, 10))...)
	data = append(data, "    "...)
	data = append(data, trimmed(get(tx, c.customerAt+2).text(dName, 10))...)
	clear(v[hData+len(data):])
	tx.Write(at, workload.Whole, v)
}

// trimmed returns v without the zero bytes that pad a text column.
func trimmed(v []byte) []byte {
	if n := bytes.IndexByte(v, 0); n >= 0 {
		return v[:n]
	}
	return v
}

// pay books the payment on the customer's row; in C_DATA too, where the credit
// is bad (clause 2.5.2.2).
func (c *payment) pay(tx workload.Tx) {
	customer := get(tx, c.customerAt)
	n := cData - cBalance
	if string(customer.text(cCredit, 2)) == badCredit {
		n = cSize - cBalance
	}
	v := row(c.buf[:n])
	copy(v, customer[cBalance:])
	v.add64(0, -c.amount)
	v.add64(cYTDPayment-cBalance, c.amount)
	v.add32(cPaymentCnt-cBalance, 1)
	if n > cData-cBalance {
		data := c.note(v[cData-cBalance : cData-cBalance])
		copy(v[cData-cBalance+len(data):], customer[cData:])
	}
	tx.Write(c.customerAt, cBalance, v)
}

// note appends what is put in front of C_DATA.
func (c *payment) note(to []byte) []byte {
	w, d := c.b.cfg.of(c.dd)
	cw, cd := c.b.cfg.of(c.cdd)
	for _, n := range [...]int64{int64(c.customer + 1), int64(cd), int64(cw), int64(d), int64(w), c.amount} {
		to = append(strconv.AppendInt(to, n, 10), ' ')
	}
	return to
}
