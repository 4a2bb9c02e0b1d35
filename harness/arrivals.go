package harness

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"ckptbench/harness/config"
)

// arrivals says when the transactions of one client of an open loop are to
// start, whether or not the ones before are done. It belongs to one goroutine.
//
// Every client has a stream of its own: n Poisson streams of a rate of r/n are
// one of rate r.
type arrivals struct {
	gap   float64    // mean time between two, ns
	rng   *rand.Rand // nil: every gap is the mean
	start time.Time
	end   time.Time // nothing is due after it
	at    float64   // the next one, ns from start
	late  bool      // the last one was due already when it was asked for
}

// newArrivals returns those of client i of n, at rate transactions a second over
// all clients.
func newArrivals(rate float64, how config.Arrivals, seed uint64, i, n int, start time.Time) *arrivals {
	a := &arrivals{gap: 1e9 * float64(n) / rate, start: start}
	if how == config.ArrivalsPoisson {
		a.rng = rand.New(rand.NewPCG(seed, 2))
		a.at = a.gap * a.rng.ExpFloat64()
	} else {
		a.at = a.gap * float64(i+1) / float64(n)
	}
	return a
}

// next draws when the next transaction is to start.
func (a *arrivals) next() (due time.Time) {
	due = a.start.Add(time.Duration(a.at))
	if a.rng != nil {
		a.at += a.gap * a.rng.ExpFloat64()
	} else {
		a.at += a.gap
	}
	return due
}

// await waits until a time has come; idle is called before a wait. It reports
// false when the run stopped meanwhile. The last stretch is not slept: a sleep
// may take a millisecond longer than it should.
func (a *arrivals) await(due time.Time, stop *atomic.Bool, idle func()) bool {
	const stretch = 1200 * time.Microsecond
	left := time.Until(due)
	if a.late = left <= 0; !a.late {
		idle()
	}
	for ; left > 0; left = time.Until(due) {
		if stop.Load() {
			return false
		}
		if left > stretch {
			time.Sleep(min(left-stretch, 10*time.Millisecond))
		} else {
			runtime.Gosched()
		}
	}
	return !stop.Load()
}
