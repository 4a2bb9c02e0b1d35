package bench

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"ckptbench/harness/bench/latency"
	"ckptbench/harness/bench/tsc"
	"ckptbench/harness/config"
)

// arrivals says when the transactions of one client of an open loop are to start,
// whether or not the ones before are done. It belongs to one goroutine.
//
// Every client has a stream of its own: n Poisson streams of a rate of r/n are one
// of rate r. Times are ticks of the run's clock, so that a correction of the
// clock's rate moves none of them.
type arrivals struct {
	clock *tsc.Clock
	// Ticks and not nanoseconds are what all times here are in.
	gap   float64    // mean time between two, ticks
	rng   *rand.Rand // nil: every gap is the mean
	start uint64
	from  uint64 // the warm-up ends; what is due before is not in the counts below
	end   uint64 // nothing is due from then on
	over  bool   // nor after the rest was given up

	n     uint64  // how many have started, or were given up
	first float64 // of a fixed stream, ticks from start
	at    float64 // the next one, ticks from start
	late  bool    // the last one was due already when it was asked for

	due    uint64 // from from on: those that have started, or were given up
	missed uint64 // of these, those that were given up
}

// newArrivals returns those of client i of n, at rate transactions a second over
// all clients, from a reading of the clock on. They have no end.
func newArrivals(rate float64, how config.Arrivals, seed uint64, i, n int, c *tsc.Clock, start uint64) *arrivals {
	a := &arrivals{clock: c, gap: float64(c.In(time.Second)) * float64(n) / rate, start: start, end: math.MaxUint64}
	// Poisson streams add up to one of the whole rate; fixed ones are shifted against each
	// other, so that the clients take turns.
	if how == config.ArrivalsPoisson {
		a.rng = rand.New(rand.NewPCG(seed, 2))
		a.at = a.gap * a.rng.ExpFloat64()
	} else {
		a.first = a.gap * float64(i+1) / float64(n)
		a.at = a.first
	}
	return a
}

// next returns when the next transaction is to start; ok is false where none is.
// It changes nothing.
func (a *arrivals) next() (due uint64, ok bool) {
	due = a.start + uint64(a.at)
	return due, due < a.end && !a.over
}

// begin notes that the next one has started, and draws the one after.
func (a *arrivals) begin() {
	// What was due in the warm-up is run, and not counted.
	if a.start+uint64(a.at) >= a.from {
		a.due++
	}
	a.n++
	if a.rng != nil {
		a.at += a.gap * a.rng.ExpFloat64()
	} else {
		a.at = a.first + a.gap*float64(a.n) // a sum would drift
	}
}

// await waits until a time has come; idle is called before a wait. last is a
// reading of the clock, of just now. It returns another one, or false when the run
// stopped meanwhile. The last stretch is not slept: a sleep may take a millisecond
// longer than it should.
func (a *arrivals) await(due, last uint64, stop *atomic.Bool, idle func()) (now uint64, ok bool) {
	const stretch = 1200 * time.Microsecond
	now = last
	// A client that is behind does not stop to flush.
	if a.late = now >= due; !a.late {
		idle()
	}
	for now < due {
		if stop.Load() {
			return now, false
		}
		if left := time.Duration(a.clock.Between(now, due)); left > stretch {
			// In pieces, so that the end of the run is noticed.
			time.Sleep(min(left-stretch, 10*time.Millisecond))
		} else {
			runtime.Gosched()
		}
		now = a.clock.Now()
	}
	return now, !stop.Load()
}

// giveUp counts in response all that is due from from on and before limit, and has
// not started, as if each ended now: to leave out what had to wait longest would make a slow
// algorithm look quick. It takes as long for a billion of them as for a thousand.
// Afterwards nothing is due any more.
func (a *arrivals) giveUp(now, limit uint64, response *latency.Counts) {
	// Nothing that is due later has had to wait.
	limit = min(limit, a.end, now)
	if !a.over {
		var warmUp latency.Counts // not counted
		a.missFrom(now, min(limit, a.from), &warmUp)
		counted := a.missFrom(now, limit, response)
		a.due += counted
		a.missed += counted
	}
	a.over = true
}

// missFrom counts those from the next to the last before limit, and returns how
// many they are. Of a fixed stream they are known. Of a Poisson one the next is
// drawn already, and those behind it are drawn by the cells of the histogram: as
// many fall into disjoint stretches of time independently of each other.
func (a *arrivals) missFrom(now, limit uint64, response *latency.Counts) (n uint64) {
	end := float64(tsc.Ticks(a.start, limit))
	if a.at >= end {
		return 0
	}
	// Nanoseconds of a tick, over a long stretch for the sake of precision.
	tick := float64(a.clock.Nanoseconds(1<<32)) / (1 << 32)
	wait := func(at float64) float64 { return (float64(now-a.start) - at) * tick }
	if a.rng == nil {
		n = a.fixedBefore(end) - a.n
		// Waits that differ by the same step: no loop over them.
		response.AddEven(wait(a.at), a.gap*tick, n)
		a.n += n
		a.at = a.first + a.gap*float64(a.n)
		return n
	}
	response.Add(uint64(wait(a.at)), 1)
	n = 1
	response.Spread(wait(end), wait(a.at), func(width float64) uint64 {
		// The number in a stretch of time, given its mean.
		k := poisson(a.rng, width/(a.gap*tick))
		n += k
		return k
	})
	a.n += n
	a.at = end + a.gap*a.rng.ExpFloat64()
	return n
}

// fixedBefore returns how many of a fixed stream, from its first on, are due
// before end, ticks from start.
func (a *arrivals) fixedBefore(end float64) uint64 {
	n := uint64(max(0, math.Ceil((end-a.first)/a.gap)))
	for a.first+a.gap*float64(n) < end { // the quotient was rounded
		n++
	}
	for n > 0 && a.first+a.gap*float64(n-1) >= end {
		n--
	}
	return n
}
