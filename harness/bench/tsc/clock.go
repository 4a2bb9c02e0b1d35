package tsc

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// calibration is how long New compares the counter with the monotonic clock. Two
// readings that are 50 ns off make the rate wrong by a hundred-thousandth.
const calibration = 10 * time.Millisecond

// A Clock reads ticks and knows what they are in nanoseconds. One is made for a
// run. The rate stays what New measured, so that what was converted early and
// late in a run agrees; Anchor keeps the conversion to times exact. All methods
// may be called concurrently.
type Clock struct {
	read  func() uint64 // nil: Now
	tick  float64       // nanoseconds
	scale uint64        // tick in units of 2^-32 ns
	first anchor
	last  atomic.Pointer[anchor]
}

// An anchor is one moment on both clocks.
type anchor struct {
	ticks uint64
	at    time.Time
}

// New returns a Clock of the time-stamp counter or, where the processor does not
// promise an invariant one, of the monotonic clock. It takes ten milliseconds.
func New() *Clock {
	if !Invariant() {
		return Monotonic()
	}
	c := &Clock{}
	c.first = c.moment()
	time.Sleep(calibration)
	next := c.moment()
	ticks := next.ticks - c.first.ticks
	if next.ticks <= c.first.ticks {
		return Monotonic()
	}
	c.setTick(float64(next.at.Sub(c.first.at)) / float64(ticks))
	c.last.Store(&next)
	return c
}

// Monotonic returns a Clock of the monotonic clock, a tick a nanosecond.
func Monotonic() *Clock {
	zero := time.Now()
	return Of(func() uint64 { return uint64(time.Since(zero)) }, 1, zero)
}

// Of returns a Clock that gets its ticks, of so many nanoseconds each, from read;
// tick 0 was at zero. Tests drive time with it.
func Of(read func() uint64, tick float64, zero time.Time) *Clock {
	c := &Clock{read: read, first: anchor{0, zero}}
	c.setTick(tick)
	c.last.Store(&c.first)
	return c
}

// setTick sets the length of a tick, in ns, and its fixed-point form.
func (c *Clock) setTick(ns float64) { c.tick, c.scale = ns, uint64(math.Round(ns*(1<<32))) }

// Now returns a reading, in ticks.
func (c *Clock) Now() uint64 {
	if c.read == nil {
		return Now()
	}
	return c.read()
}

// moment reads both clocks at nearly the same time: of several attempts it takes
// the one that was interrupted least.
func (c *Clock) moment() anchor {
	var best anchor
	least := uint64(math.MaxUint64)
	for range 16 {
		before := c.Now()
		at := time.Now()
		if took := c.Now() - before; took < least {
			least, best = took, anchor{before + took/2, at}
		}
	}
	return best
}

// Anchor compares the two clocks again. Without, At and Time drift off by what
// the rate is wrong: ten microseconds a second.
func (c *Clock) Anchor() {
	if c.read == nil {
		m := c.moment()
		c.last.Store(&m)
	}
}

// Drift anchors the Clock and returns by how much the counter went faster since
// New than New measured, as a part of its rate. Above a thousandth it is not the
// clock that the processor promised.
func (c *Clock) Drift() float64 {
	c.Anchor()
	last := c.last.Load()
	span := last.at.Sub(c.first.at)
	if span <= 0 {
		return 0
	}
	return float64(last.ticks-c.first.ticks)*c.tick/float64(span) - 1
}

// Nanoseconds converts a number of ticks, rounded.
func (c *Clock) Nanoseconds(ticks uint64) uint64 {
	hi, lo := bits.Mul64(ticks, c.scale)
	lo, carry := bits.Add64(lo, 1<<31, 0)
	return (hi+carry)<<32 | lo>>32
}

// Between returns the nanoseconds from one reading to a later one. A later
// reading may be the smaller one by a few ticks, where the processors' counters
// are not quite together: that is 0.
func (c *Clock) Between(from, to uint64) uint64 { return c.Nanoseconds(Ticks(from, to)) }

// Ticks returns the ticks from one reading to a later one, 0 for a step backward.
func Ticks(from, to uint64) uint64 {
	if to < from {
		return 0
	}
	return to - from
}

// In returns how many ticks a duration has.
func (c *Clock) In(d time.Duration) uint64 { return uint64(float64(max(0, d)) / c.tick) }

// At returns the reading that the clock had, or will have, at a time. It is exact
// near the last anchor.
func (c *Clock) At(t time.Time) uint64 {
	a := c.last.Load()
	return a.ticks + uint64(int64(float64(t.Sub(a.at))/c.tick))
}

// Time returns when the clock had, or will have, a reading.
func (c *Clock) Time(ticks uint64) time.Time {
	a := c.last.Load()
	return a.at.Add(time.Duration(float64(int64(ticks-a.ticks)) * c.tick))
}
