package tpcc

import (
	"slices"

	"ckptbench/workload"
)

// recent is how many orders Stock-Level looks at.
const recent = 20

// A stockLevel is the Stock-Level transaction, clause 2.8: how many of the items
// of the district's last 20 orders are low in stock.
//
// It reads the lines first, which begin where the district's hint says, and then
// all again with the stock of their items. Clause 2.8.2.3 would be content with
// two transactions; this one is serializable.
type stockLevel struct {
	b         *Benchmark
	w, dd     int
	threshold uint32

	next  uint32 // D_NEXT_O_ID declared from
	first uint32 // the oldest order
	seen  items  // the items declared
	again items  // the items found under the locks

	// Places among the declarations.
	stockAt, lineAt, lines, districtAt int

	low int // the result
}

// items are item numbers, ascending and each once, of at most 20 orders.
type items struct {
	n  int
	id [recent * maxLines]uint32
}

// draw draws the threshold, clause 2.8.1.2.
func (c *stockLevel) draw(r *random, w, d int) {
	c.w, c.dd = w, c.b.cfg.district(w, d)
	c.threshold = uint32(r.between(10, 20))
	c.seen.n = 0
}

// Kind returns "stock-level".
func (c *stockLevel) Kind() string { return "stock-level" }

// MayAbort is false.
func (c *stockLevel) MayAbort() bool { return false }

// Declare implements workload.Call: stock of the items seen so far, the lines of the last 20
// orders, and the district.
func (c *stockLevel) Declare(a []workload.Access) []workload.Access {
	cfg := &c.b.cfg
	c.next = c.b.hints[c.dd].next.Load()
	c.first = c.next - min(recent, uint32(cfg.Orders), c.next-1)
	c.stockAt = len(a)
	for _, id := range c.seen.id[:c.seen.n] {
		a = append(a, workload.Access{Table: Stock, Key: cfg.stockKey(c.w, int(id)-1)})
	}
	c.lineAt, c.lines = len(a), int(c.next-c.first)*maxLines
	// Keys ascend within a ring, and the ring may begin anew among the orders.
	split := c.next // the first order past the end of the ring
	for o := c.first; o < c.next; o++ {
		if o > c.first && cfg.orderKey(c.dd, o) < cfg.orderKey(c.dd, o-1) {
			split = o
		}
	}
	a = c.declareLines(a, split, c.next)
	a = c.declareLines(a, c.first, split)
	c.districtAt = len(a)
	return append(a, workload.Access{Table: District, Key: uint64(c.dd)})
}

// declareLines declares the lines of the orders from one up to another, 15 each.
func (c *stockLevel) declareLines(a []workload.Access, from, to uint32) []workload.Access {
	for o := from; o < to; o++ {
		key := c.b.cfg.lineKey(c.dd, o)
		for i := range uint64(maxLines) {
			a = append(a, workload.Access{Table: OrderLine, Key: key + i})
		}
	}
	return a
}

// Body returns ErrAgain until the district's next order and the items are what was declared:
// then one transaction has seen all of them.
func (c *stockLevel) Body(tx workload.Tx) error {
	if !present(tx, c.districtAt) {
		return errAbsent
	}
	if next := get(tx, c.districtAt).u32(dNextOID); next != c.next {
		c.b.hints[c.dd].next.Store(next)
		return workload.ErrAgain
	}
	c.again.read(c, tx)
	if !slices.Equal(c.again.id[:c.again.n], c.seen.id[:c.seen.n]) {
		c.seen = c.again
		return workload.ErrAgain
	}
	c.low = 0
	for i := range c.seen.n {
		stock := get(tx, c.stockAt+i)
		if stock == nil {
			return errAbsent
		}
		if stock.u32(sQuantity) < c.threshold {
			c.low++
		}
	}
	return nil
}

// read finds the items of the lines declared.
func (s *items) read(c *stockLevel, tx workload.Tx) {
	s.n = 0
	for i := range c.lines {
		if l := get(tx, c.lineAt+i); l != nil {
			s.id[s.n] = l.u32(olIID)
			s.n++
		}
	}
	slices.Sort(s.id[:s.n])
	// Each item counts once, clause 2.8.2.2.
	s.n = len(slices.Compact(s.id[:s.n]))
}
