package tpcc

import "ckptbench/workload"

// The kinds of call.
const (
	kindNewOrder = iota
	kindPayment
	kindOrderStatus
	kindDelivery
	kindStockLevel
	kinds
)

// deck returns the cards of a mix.
func deck(mix string) (cards []uint8) {
	counts := map[string][kinds]int{
		MixFull: {45, 43, 4, 4, 4},
		MixDeck: {10, 10, 1, 1, 1},
		MixCalc: {10, 10, 0, 0, 0},
	}[mix]
	for kind, n := range counts {
		for range n {
			cards = append(cards, uint8(kind))
		}
	}
	return cards
}

// A client is a worker of the server. Each of its calls comes from a terminal chosen
// anew; every district has one, with its own warehouse and district (clauses 2.4.1.1 and
// 2.8.1.1). The call's kind is the next card of a deck, which is shuffled again when it
// is used up (clause 5.2.4.2).
//
// It reads no clock, so that a seed always gives the same calls: the date is that of the
// load and a millisecond more for each call. It belongs to one goroutine.
type client struct {
	b    *Benchmark
	r    *random
	deck []uint8
	at   int // of the next card
	date int64

	// one of each kind, drawn anew for each call: a call is valid until the next one
	newOrder    newOrder
	payment     payment
	orderStatus orderStatus
	delivery    delivery
	stockLevel  stockLevel
}

// Client returns the calls of client i, a stream drawn from (seed, i); of how
// many clients it is one makes no difference to it.
func (b *Benchmark) Client(seed uint64, i, _ int) workload.Client {
	c := &client{b: b, r: newRandom(seed, uint64(i)), deck: deck(b.cfg.Mix), date: loadDate}
	c.at = len(c.deck)
	c.newOrder.b, c.payment.b, c.orderStatus.b, c.delivery.b, c.stockLevel.b = b, b, b, b, b
	return c
}

// Next draws the next call.
func (c *client) Next() workload.Call {
	if c.at == len(c.deck) {
		c.r.r.Shuffle(c.at, func(i, j int) { c.deck[i], c.deck[j] = c.deck[j], c.deck[i] })
		c.at = 0
	}
	kind := c.deck[c.at]
	c.at++
	c.date++
	w, d := c.r.r.IntN(c.b.cfg.Warehouses), c.r.r.IntN(c.b.cfg.Districts)
	switch kind {
	case kindNewOrder:
		c.newOrder.draw(c.r, w, c.date)
		return &c.newOrder
	case kindPayment:
		c.payment.draw(c.r, w, c.date)
		return &c.payment
	case kindOrderStatus:
		c.orderStatus.draw(c.r, w)
		return &c.orderStatus
	case kindDelivery:
		c.delivery.draw(c.r, w, c.date)
		return &c.delivery
	}
	c.stockLevel.draw(c.r, w, d)
	return &c.stockLevel
}

// anyDistrict draws a district of warehouse w.
func (b *Benchmark) anyDistrict(r *random, w int) int {
	return b.cfg.district(w, r.r.IntN(b.cfg.Districts))
}

// byNumber draws a customer of a district by its number.
func (b *Benchmark) byNumber(r *random) int {
	return r.nonUniform(1023, b.nu.customer, 1, b.cfg.Customers) - 1
}

// byName draws a customer of district dd by its last name. Of a district that
// was made small only the names that it has are asked for.
func (b *Benchmark) byName(r *random, dd int) int {
	return int(b.middle[dd*names+r.nonUniform(255, b.nu.lastRun, 0, b.cfg.lastNames()-1)])
}
