package bench

import (
	"math"
	"math/rand/v2"

	"ckptbench/workload"
)

// A dealer deals a worker's transactions, in an order that its deck alone decides. A
// copy of it goes on in the same way: so what a worker ran can be dealt again.
// It holds no pointer to what changes, so copying it is enough.
type dealer struct {
	deck   deck
	at     int      // the short transaction dealt last
	atLong int      // the long one dealt last
	toLong int      // short ones until the next long one
	pcg    rand.PCG // draws toLong
}

// newDealer returns a dealer that begins at the start of both traces.
func newDealer(d deck) dealer {
	dl := dealer{deck: d, pcg: *rand.NewPCG(d.seed, 1)}
	dl.drawLong()
	return dl
}

// drawLong draws how many short transactions come before the next long one.
func (d *dealer) drawLong() {
	d.toLong = math.MaxInt
	if d.deck.share > 0 {
		// Exponentially distributed, as the gaps of a Poisson stream are.
		d.toLong = int(rand.New(&d.pcg).ExpFloat64() / d.deck.share)
	}
}

// deal returns the next transaction.
func (d *dealer) deal() workload.Txn {
	// The worker that runs long ones alone.
	if d.deck.every > 0 {
		return d.long()
	}
	if d.toLong == 0 {
		d.drawLong()
		return d.long()
	}
	d.toLong--
	// The trace begins anew: a run may be longer than it.
	if d.at++; d.at >= d.deck.short.Len() {
		d.at = 0
	}
	return d.deck.short.At(d.at)
}

// long deals the next long transaction.
func (d *dealer) long() workload.Txn {
	d.atLong = (d.atLong + 1) % d.deck.long.Len()
	return d.deck.long.At(d.atLong)
}
