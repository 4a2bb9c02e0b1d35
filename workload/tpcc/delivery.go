package tpcc

import "ckptbench/workload"

// A delivery is the Delivery transaction, clause 2.7, as one transaction: it
// delivers the oldest undelivered order of each district of a warehouse. It is
// a call of the client's stream like any other, where clause 2.7.2 has a queue.
//
// Which order is the oldest, whose it is and how many lines it has it reads first,
// and then all again with the rows it will write. The NEW-ORDER rows of a
// district are consecutive (condition 3), so the oldest is the one that is there
// while the one before it is not: two rows prove it, and no transaction needs the
// district's row for it, which New-Order and Payment fight over.
type delivery struct {
	b       *Benchmark
	w       int
	date    int64
	carrier uint32
	// As many as there are districts are used.
	parcels [specDistricts]parcel
	// The columns from C_BALANCE to C_DELIVERY_CNT, which are written together.
	buf [cData - cBalance]byte
}

// A parcel is what there is to deliver in one district.
// What it knows is a guess until the locks are held; verify compares.
type parcel struct {
	b    *Benchmark
	dd   int
	mode mode
	o    uint32 // O_ID of the oldest undelivered order, supposedly; D_NEXT_O_ID when empty
	// From 0.
	customer int
	// At most maxLines.
	lines int
	at    parcelAccess
}

// parcelAccess is the numbers of the declarations; newOrder is the first of the
// ring when the whole of it is searched.
type parcelAccess struct{ customer, line, order, before, newOrder, district int }

// A mode is what the next run of the body has to find out or do in one district. It
// moves from ask to take, or by way of search; take may find that it must ask again.
type mode uint8

const (
	ask    mode = iota // is o the oldest, and whose is it?
	take               // deliver it
	search             // which one is the oldest? reads the ring, when no hint was right
	empty              // there is none; the district's row proves it
)

// draw draws the carrier (clause 2.7.1); which orders it delivers, the database tells.
func (c *delivery) draw(r *random, w int, date int64) {
	c.w, c.date, c.carrier = w, date, uint32(r.between(1, 10))
	for d := range c.b.cfg.Districts {
		dd := c.b.cfg.district(w, d)
		// The mode is ask.
		c.parcels[d] = parcel{b: c.b, dd: dd}
	}
}

// Kind returns "delivery".
func (c *delivery) Kind() string { return "delivery" }

// MayAbort is false.
func (c *delivery) MayAbort() bool { return false }

// Declare implements workload.Call: table by table, in the order in which locks are
// taken, what the mode of each district needs.
func (c *delivery) Declare(a []workload.Access) []workload.Access {
	parcels, cfg := c.parcels[:c.b.cfg.Districts], &c.b.cfg
	for i := range parcels {
		p := &parcels[i]
		// The hint may be wrong; then verify finds out.
		if p.mode == ask {
			p.o = p.hint().oldest.Load()
		}
		if p.mode == take {
			p.at.customer = len(a)
			a = append(a, workload.Access{Table: Customer, Key: cfg.customerKey(p.dd, p.customer), Write: true})
		}
	}
	// Each loop below is one table, as locks are taken in the order of tables.
	for i := range parcels {
		a = parcels[i].declareLines(a)
	}
	for i := range parcels {
		if p := &parcels[i]; p.mode == ask || p.mode == take {
			p.at.order = len(a)
			a = append(a, workload.Access{Table: Order, Key: cfg.orderKey(p.dd, p.o), Write: p.mode == take})
		}
	}
	for i := range parcels {
		a = parcels[i].declareNewOrders(a)
	}
	for i := range parcels {
		if p := &parcels[i]; p.mode == empty {
			p.at.district = len(a)
			a = append(a, workload.Access{Table: District, Key: uint64(p.dd)})
		}
	}
	return a
}

// hint is the hint of the parcel's district, shared with all other clients.
func (p *parcel) hint() *hint { return &p.b.hints[p.dd] }

// declareLines declares the order's lines, if it is to be delivered.
func (p *parcel) declareLines(a []workload.Access) []workload.Access {
	if p.mode != take {
		return a
	}
	p.at.line = len(a)
	for i := range uint64(p.lines) {
		a = append(a, workload.Access{Table: OrderLine, Key: p.b.cfg.lineKey(p.dd, p.o) + i, Write: true})
	}
	return a
}

// declareNewOrders declares the rows that prove which order is the oldest.
func (p *parcel) declareNewOrders(a []workload.Access) []workload.Access {
	before := workload.Access{Table: NewOrder, Key: p.b.cfg.orderKey(p.dd, p.o-1)}
	own := workload.Access{Table: NewOrder, Key: p.b.cfg.orderKey(p.dd, p.o), Write: p.mode == take}
	switch {
	case p.mode == search:
		p.at.newOrder = len(a)
		// The whole ring, to be read only.
		for i := range uint32(p.b.cfg.Orders) {
			a = append(a, workload.Access{Table: NewOrder, Key: p.b.cfg.orderKey(p.dd, i)})
		}
		return a
	case p.mode == empty:
		p.at.before = len(a)
		return append(a, before)
	case own.Key < before.Key: // where the ring begins anew
		p.at.newOrder, p.at.before = len(a), len(a)+1
		return append(a, own, before)
	}
	p.at.before, p.at.newOrder = len(a), len(a)+1
	return append(a, before, own)
}

// Body verifies every district before it writes in any: a transaction that has to be run again
// must not have written.
func (c *delivery) Body(tx workload.Tx) error {
	parcels, sure := c.parcels[:c.b.cfg.Districts], true
	for i := range parcels {
		// Each notes what it needs, so that one more try does for all.
		ok, err := parcels[i].verify(tx)
		if err != nil {
			return err
		}
		sure = sure && ok
	}
	if !sure {
		return workload.ErrAgain
	}
	for i := range parcels {
		if parcels[i].mode == take {
			c.deliver(tx, &parcels[i])
		}
	}
	return nil
}

// verify reports whether what was declared was right and is all there is to
// declare; if not, it notes what to declare next.
func (p *parcel) verify(tx workload.Tx) (bool, error) {
	switch p.mode {
	case search:
		p.found(tx)
		return false, nil
	case empty:
		return p.verifyEmpty(tx)
	}
	// The oldest: its row is there, and that of the order before is not.
	if p.waits(tx, p.at.before, p.o-1) || !p.waits(tx, p.at.newOrder, p.o) {
		p.lost()
		return false, nil
	}
	// A NEW-ORDER row without its order would break condition 5.
	order := get(tx, p.at.order)
	if order == nil || order.u32(oID) != p.o {
		return false, errAbsent
	}
	customer, lines := int(order.u32(oCID))-1, min(int(order.u32(oOLCnt)), maxLines)
	// A first look only finds out whose order it is.
	ok := p.mode == take && p.customer == customer && p.lines == lines
	p.mode, p.customer, p.lines = take, customer, lines
	return ok, p.complete(tx, ok)
}

// complete returns an error if ok and a row that is to be written does not exist.
func (p *parcel) complete(tx workload.Tx, ok bool) error {
	if !ok {
		return nil
	}
	for i := range p.lines {
		if !present(tx, p.at.line+i) {
			return errAbsent
		}
	}
	if !present(tx, p.at.customer) {
		return errAbsent
	}
	return nil
}

// waits reports whether the NEW-ORDER row i is that of order o.
func (p *parcel) waits(tx workload.Tx, i int, o uint32) bool {
	v := get(tx, i)
	return v != nil && v.u32(noOID) == o
}

// lost decides what to do when o is not the oldest: another Delivery may have
// been faster, and mended the hint; there may be none; or the hint is of
// another database.
func (p *parcel) lost() {
	h := p.hint()
	switch next := h.next.Load(); {
	case h.oldest.Load() != p.o:
		p.mode = ask
	case p.o >= next:
		p.mode, p.o = empty, next
	default:
		p.mode = search
	}
}

// found takes the oldest of the whole ring, which is locked.
// It mends the hint for all clients.
func (p *parcel) found(tx workload.Tx) {
	var oldest uint32
	for i := range p.b.cfg.Orders {
		if v := get(tx, p.at.newOrder+i); v != nil && (oldest == 0 || v.u32(noOID) < oldest) {
			oldest = v.u32(noOID)
		}
	}
	if oldest == 0 {
		p.mode, p.o = empty, p.hint().next.Load()
		return
	}
	p.hint().oldest.Store(oldest)
	// The rows are locked for reading; delivering needs other ones.
	p.mode = ask
}

// verifyEmpty reports whether the district's row proves that every order is delivered: the next
// order's number is the one after the last that was.
func (p *parcel) verifyEmpty(tx workload.Tx) (bool, error) {
	district := get(tx, p.at.district)
	if district == nil {
		return false, errAbsent
	}
	h, next := p.hint(), district.u32(dNextOID)
	if next != p.o {
		h.next.Store(next)
		p.o = next
		return false, nil
	}
	if p.waits(tx, p.at.before, p.o-1) {
		p.mode = search
		return false, nil
	}
	h.oldest.Store(next)
	return true, nil
}

// deliver delivers one order, clause 2.7.4.2: it removes the NEW-ORDER row, sets carrier and
// dates, and pays the sum to the customer's balance.
func (c *delivery) deliver(tx workload.Tx, p *parcel) {
	tx.Delete(p.at.newOrder)
	v := row(c.buf[:4])
	v.set32(0, c.carrier)
	tx.Write(p.at.order, oCarrierID, v)
	v = c.buf[:8]
	v.set64(0, c.date)
	var sum int64
	for i := range p.lines {
		sum += get(tx, p.at.line+i).i64(olAmount)
		tx.Write(p.at.line+i, olDeliveryD, v)
	}
	v = c.buf[:]
	copy(v, get(tx, p.at.customer)[cBalance:])
	v.add64(0, sum)
	v.add32(cDeliveryCnt-cBalance, 1)
	tx.Write(p.at.customer, cBalance, v)
	// Before the commit: a hint may be ahead, as nothing relies on it.
	p.hint().oldest.Store(p.o + 1)
}
