package smallbank

import (
	"math/rand/v2"

	"ckptbench/workload"
)

// A procedure is one of the six.
type procedure uint8

const (
	amalgamate procedure = iota
	balance
	depositChecking
	sendPayment
	transactSavings
	writeCheck
)

var names = [...]string{"amalgamate", "balance", "deposit-checking", "send-payment", "transact-savings", "write-check"}

// A weight is a procedure's share of the calls, of the sum of all weights.
type weight struct {
	procedure procedure
	n         int
}

// full returns BenchBase's weights of all six procedures, percent.
func full() []weight {
	return []weight{{amalgamate, 15}, {balance, 15}, {depositChecking, 15}, {sendPayment, 25}, {transactSavings, 15},
		{writeCheck, 15}}
}

// constantSum returns the weights of the procedures that keep the total of savings and
// checking. Their proportions are those of full.
func constantSum() []weight { return []weight{{amalgamate, 15}, {balance, 15}, {sendPayment, 25}} }

// A client draws the calls of one worker. It has its next few calls drawn already, so
// that Ahead can tell their records. It belongs to one goroutine.
type client struct {
	bank   *Bank
	rng    *rand.Rand
	sum    int     // of the weights
	trace  []drawn // empty: calls are drawn as they are needed
	played int     // where the trace goes on
	// key of the record that counts the money this client took in
	counter uint64
	ring    [workload.MaxAhead + 1]call // the call that Next returned last, and those after it
	last    int                         // where that one is; -1 before the first
}

// A drawn is all that is random in a call, in 16 bytes, so that a trace of millions fits
// in memory.
type drawn struct {
	a uint64 // the customer who pays, and in the top byte the procedure
	b uint64 // the other, and in the top bit whether money is withdrawn
}

const (
	// bit positions in drawn.a and drawn.b
	procedureAt = 56
	withdrawAt  = 63
)

var _ workload.Lookahead = (*client)(nil)

// Client implements workload.Benchmark.
func (b *Bank) Client(seed uint64, i, n int) workload.Client {
	c := &client{bank: b, rng: workload.Seed{Master: seed, Worker: i, Phase: "smallbank"}.Source()}
	if b.Mix == Full {
		c.counter = uint64(i % b.Clients)
	}
	for _, w := range b.weights {
		c.sum += w.n
	}
	for range b.Trace {
		c.trace = append(c.trace, c.draw())
	}
	for i := range c.ring {
		c.fill(&c.ring[i])
	}
	c.last = -1
	return c
}

// at returns the call n after the last.
func (c *client) at(n int) *call { return &c.ring[(c.last+n)%len(c.ring)] }

// Next implements workload.Client. The call before, which is over, makes room
// for one more.
func (c *client) Next() workload.Call {
	if c.last >= 0 {
		c.fill(c.at(0))
	}
	c.last = (c.last + 1) % len(c.ring)
	return c.at(0)
}

// Ahead implements workload.Lookahead.
func (c *client) Ahead(n int, a []workload.Access) []workload.Access { return c.at(n).Declare(a) }

// fill makes k the next call of the stream.
func (c *client) fill(k *call) {
	var d drawn
	if len(c.trace) == 0 {
		d = c.draw()
	} else {
		d = c.trace[c.played]
		if c.played++; c.played == len(c.trace) {
			c.played = 0
		}
	}
	*k = call{
		procedure: procedure(d.a >> procedureAt), counter: c.counter, counted: c.bank.Mix == Full,
		a: d.a & (1<<procedureAt - 1), b: d.b & (1<<withdrawAt - 1), withdraw: d.b>>withdrawAt != 0,
	}
}

// draw draws one call. The order of the draws is part of what a seed means: a golden
// test holds it.
func (c *client) draw() drawn {
	p, a := c.procedure(), c.bank.Choose.Next(c.rng)
	d := drawn{a: a | uint64(p)<<procedureAt}
	switch p {
	case amalgamate, sendPayment:
		d.b = c.other(a)
	case transactSavings:
		d.b = c.rng.Uint64() & 1 << withdrawAt
	}
	return d
}

// procedure draws a procedure by the weights of the mix.
func (c *client) procedure() procedure {
	at := c.rng.IntN(c.sum)
	for _, w := range c.bank.weights {
		if at -= w.n; at < 0 {
			return w.procedure
		}
	}
	panic("smallbank: the weights do not add up")
}

// other draws a customer who is not a. Where the distribution hardly draws any
// other, the next one is taken.
func (c *client) other(a uint64) uint64 {
	for range 64 {
		if b := c.bank.Choose.Next(c.rng); b != a {
			return b
		}
	}
	return (a + 1) % c.bank.Accounts
}
