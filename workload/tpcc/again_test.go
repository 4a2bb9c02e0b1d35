package tpcc

import (
	"errors"
	"slices"
	"testing"

	"ckptbench/workload"
)

// A duel is two clients of one small database, for interleavings that are made to
// happen: one declares, the other commits, the first runs its body.
type duel struct {
	*session
	other session
	b     *Benchmark
	a, c  *client
}

func newDuel(t *testing.T) *duel {
	b := newTPCC(t, Config{Warehouses: 1, Districts: 1, Customers: 10, Items: 2000, Orders: 25})
	s := &session{db: newDB(t, b)}
	return &duel{
		session: s, other: session{db: s.db}, b: b,
		a: b.Client(1, 0, 2).(*client), c: b.Client(1, 1, 2).(*client),
	}
}

// call draws calls of client c until one is of type T.
func call[T workload.Call](c *client, want func(T) bool) T {
	for {
		if got, ok := c.Next().(T); ok && want(got) {
			return got
		}
	}
}

func anyCall[T workload.Call](T) bool { return true }

func keeps(c *newOrder) bool { return !c.rollback }

// orders runs New-Orders of the other client.
func (d *duel) orders(n int) {
	for range n {
		if err := d.other.run(call(d.c, keeps)); err != nil {
			d.t.Fatal(err)
		}
	}
}

// deliver runs Deliveries of the other client.
func (d *duel) deliver(n int) {
	for range n {
		_ = d.other.run(call(d.c, anyCall[*delivery]))
	}
}

// bodySays declares, lets between happen, and runs the body, which must return
// want.
func (d *duel) bodySays(c workload.Call, between func(), want error) {
	d.t.Helper()
	d.declare(c)
	between()
	if err := d.body(c); !errors.Is(err, want) {
		d.t.Fatalf("%s: %v, want %v", c.Kind(), err, want)
	}
	meets(d.t, d.b, d)
}

// A body that finds its records to be the wrong ones says so, has written nothing,
// and is right the next time.
func TestOvertaken(t *testing.T) {
	again := workload.ErrAgain
	t.Run("New-Order is right at once", func(t *testing.T) {
		d := newDuel(t)
		d.bodySays(call(d.a, keeps), func() {}, nil)
	})
	t.Run("New-Order by a New-Order", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, keeps)
		d.bodySays(c, func() { d.orders(1) }, again)
		d.bodySays(c, func() { d.orders(1) }, again)
		d.bodySays(c, func() {}, nil)
	})
	t.Run("New-Order by one that is rolled back", func(t *testing.T) {
		d := newDuel(t)
		d.bodySays(call(d.a, keeps), func() {
			if err := d.other.run(call(d.c, func(c *newOrder) bool { return c.rollback })); !errors.Is(err, workload.ErrAbort) {
				t.Fatal(err)
			}
		}, nil)
		_ = d.other.run(call(d.c, func(c *newOrder) bool { return c.rollback }))
		d.bodySays(call(d.a, keeps), func() {}, nil)
	})
	t.Run("Payment by anybody", func(t *testing.T) {
		d := newDuel(t)
		d.bodySays(call(d.a, anyCall[*payment]), func() {
			d.orders(1)
			d.deliver(1)
			_ = d.other.run(call(d.c, anyCall[*payment]))
		}, nil)
	})
	t.Run("Payment has one place in the history", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*payment])
		d.declare(c)
		first := slices.Clone(d.access)
		if d.declare(c); !slices.Equal(first, d.access) {
			t.Errorf("declared %v, then %v", first, d.access)
		}
	})
	t.Run("Order-Status by a New-Order of its customer", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*orderStatus])
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() {
			o := call(d.c, keeps)
			o.customer = c.customer
			_ = d.other.run(o)
		}, again)
		d.bodySays(c, func() {}, nil)
	})
	t.Run("Order-Status by New-Orders that overwrite the order", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*orderStatus])
		d.bodySays(c, func() {}, again)
		for range d.b.cfg.Orders {
			_ = d.other.run(call(d.c, func(o *newOrder) bool { return !o.rollback && o.customer != c.customer }))
		}
		d.bodySays(c, func() {}, nil)
		if c.lines != 0 {
			t.Errorf("found %d lines of an order that is gone", c.lines)
		}
	})
	t.Run("Stock-Level by a New-Order", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*stockLevel])
		d.bodySays(c, func() { d.orders(1) }, again)
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() { d.orders(1) }, again)
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() {}, nil)
	})
	t.Run("Delivery by a Delivery before it knows the order", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() { d.deliver(1) }, again)
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() {}, nil)
	})
	t.Run("Delivery by a Delivery after it", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() { d.deliver(1) }, again)
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() {}, nil)
	})
	t.Run("Delivery by all that there are", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() { d.deliver(5) }, again)
		if err := d.run(c); err != nil || oldest(d.session, &d.b.cfg, 0) != 0 {
			t.Error(err)
		}
		meets(t, d.b, d)
	})
	t.Run("Delivery of nothing by a New-Order", func(t *testing.T) {
		d := newDuel(t)
		d.deliver(5)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() {}, again) // it is empty, but only the district proves it
		if d.declare(c); len(d.access) != 2 {
			t.Errorf("declares %v", d.access)
		}
		d.bodySays(c, func() { d.orders(1) }, again)
		if err := d.run(c); err != nil || oldest(d.session, &d.b.cfg, 0) != 0 {
			t.Error("the new order was not delivered", err)
		}
	})
	t.Run("Delivery with a hint past the oldest", func(t *testing.T) {
		d := newDuel(t)
		first := oldest(d.session, &d.b.cfg, 0)
		d.b.hints[0].oldest.Store(first + 1)
		if err := d.run(call(d.a, anyCall[*delivery])); err != nil || oldest(d.session, &d.b.cfg, 0) != first+1 {
			t.Errorf("%v; order %d was the oldest, %d is", err, first, oldest(d.session, &d.b.cfg, 0))
		}
		meets(t, d.b, d)
	})
	t.Run("Delivery of an order that is not what it was", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() {}, again)
		order := d.row(Order, d.b.cfg.orderKey(0, c.parcels[0].o))
		d.declare(c)
		order.set32(oCID, order.u32(oCID)%uint32(d.b.cfg.Customers)+1)
		if err := d.body(c); !errors.Is(err, again) {
			t.Error(err)
		}
	})
	t.Run("Delivery by New-Orders that cancel the order", func(t *testing.T) {
		d := newDuel(t)
		c := call(d.a, anyCall[*delivery])
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() { d.orders(d.b.cfg.Orders) }, again)
		d.bodySays(c, func() {}, again)
		d.bodySays(c, func() {}, nil)
	})
}

// Hints of another database cost an attempt more, and no more than that; the
// ring's own order is found again by search.
func TestHintsOfAnotherDatabase(t *testing.T) {
	c := small()
	c.Mix = MixDeck
	old := newTPCC(t, c)
	s := &session{db: newDB(t, old)}
	drawn := old.Client(1, 0, 1)
	for range 3000 {
		_ = s.run(drawn.Next())
	}
	check := func(name string, b *Benchmark, on *db) {
		s := &session{db: on}
		drawn := b.Client(2, 0, 1)
		for range 300 {
			_ = s.run(drawn.Next())
		}
		meets(t, b, s)
		first := s.again
		for range 300 {
			_ = s.run(drawn.Next())
		}
		// The hints are right by now: a Delivery, an Order-Status or a
		// Stock-Level reads once before; a Delivery of nothing twice.
		if n := s.again - first; n > 300*3/23*2 {
			t.Errorf("%s: %d calls asked to run again after the first 300, %d in them", name, n, first)
		}
	}
	check("a fresh benchmark on an old database", newTPCC(t, c), s.db)
	check("an old benchmark on a fresh database", old, newDB(t, old))

	// All delivered: the hint of a fresh benchmark points at an order that
	// is not there, and so does every other.
	b := newTPCC(t, Config{Warehouses: 1, Districts: 1, Customers: 10, Items: 30})
	d := &session{db: newDB(t, b)}
	one := b.Client(1, 0, 1).(*client)
	for range 5 {
		_ = d.run(call(one, anyCall[*delivery]))
	}
	fresh := newTPCC(t, b.Config())
	_ = d.run(call(fresh.Client(1, 0, 1).(*client), anyCall[*delivery]))
	if h := fresh.hints[0].oldest.Load(); h != 11 {
		t.Errorf("the hint is %d, want 11", h)
	}
}
