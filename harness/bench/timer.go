package bench

import (
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/latency"
	"ckptbench/harness/bench/tsc"
	"ckptbench/harness/result"
)

// A timer times one client's transactions. The end of one is the start of the
// next, so that a reading of the clock a transaction is enough and nothing falls
// between two. Where transactions are so short that even this would slow them
// down, a reading covers a group of them (see usually). It belongs to the client's
// goroutine.
type timer struct {
	last    uint64 // the last reading, ticks: when the transactions below began
	n       int    // transactions since then
	commits int    // of these
	usual   uint64 // what a group usually takes, ticks; about the median

	ledger
	acks *acks   // nil where nothing acknowledges
	look *looker // notes gaps between two readings; nil: nobody does
	due  uint64  // in an open loop, when the transaction was to start, ticks
	from uint64  // the warm-up ends: the response to what was due before is not counted
	_    [store.Isolation]byte
}

const (
	// opsPerReading is how many operations of short transactions one reading of
	// the clock is for, about. A reading with all that is recorded takes 20 ns by
	// itself and up to 100 between transactions, whose instructions overlap less
	// for it; an operation takes about 100 ns where the records do not fit into the
	// cache. So a reading costs 2 %, and a stop of 5 us is seen.
	opsPerReading = 48
	// mostInGroup is how many transactions one reading is for at most.
	mostInGroup = 16
)

// readingEvery returns how many transactions of so many operations have one
// reading.
func readingEvery(ops int) int {
	ops = max(1, ops)
	return min(mostInGroup, (opsPerReading+ops-1)/ops)
}

// newTimer returns the timer of one client.
func newTimer(r *run) *timer {
	return &timer{ledger: ledger{bucket: &r.bucket, clock: r.clock, every: 1}}
}

// restart takes a reading that no transaction lies before: the first, or one after
// the client did something else. The caller has closed the group before that.
func (t *timer) restart() { t.last = t.clock.Now() }

// count counts a transaction that has ended, and reports whether a reading is due.
func (t *timer) count(committed bool) bool {
	t.n++
	if committed {
		t.commits++
	}
	return t.n >= t.every
}

// end takes a reading after t.n transactions and records them. The last of them
// committed at a place (see horizon); alone reports that it is known to have taken what the
// group took longer than usual: it waited, or is a long one. end returns the
// reading.
func (t *timer) end(place uint64, alone bool) uint64 {
	now := t.clock.Now()
	took, y := tsc.Ticks(t.last, now), t.current()
	switch {
	case t.n == t.every && (t.n == 1 || !alone && t.usually(took)):
		y.stage(t.clock, took)
	default:
		each, rest := t.divide(took, alone)
		y.service.Add(t.clock.Nanoseconds(each), uint64(t.n-1))
		y.service.Add(t.clock.Nanoseconds(rest), 1)
	}
	if t.acks != nil || y.response != nil {
		t.finish(y, now, place)
	}
	t.last, t.n, t.commits = now, 0, 0
	return now
}

// finish records the response times and hands the commits over to be
// acknowledged. In an open loop a group is one transaction.
func (t *timer) finish(y *tally, now, place uint64) {
	answered := y.response == nil || t.due < t.from
	if t.acks != nil && t.commits > 0 {
		due := uint64(0)
		if t.acks.answers && !answered { // it is answered when it is durable
			due, answered = t.due, true
		}
		t.acks.add(place, t.last, due, t.commits)
	}
	if !answered {
		y.response.Add(t.clock.Between(t.due, now), uint64(t.n))
	}
}

// close records the transactions since the last reading, if there are any: the
// client is going to do something else.
func (t *timer) close(place uint64) {
	if t.n > 0 {
		t.end(place, false)
	}
}

// usually reports whether a full group took at most twice its usual time, which
// moves toward it.
//
// As a rule all of a group took the mean. Where it took longer the excess is one
// transaction's, and the others took what is usual: so whatever stops a transaction
// for longer than a group usually takes, some microseconds, is in the percentiles
// and the maximum with its full length.
func (t *timer) usually(took uint64) bool {
	usual := t.usual
	t.learn(took)
	return usual == 0 || took <= 2*usual
}

// divide shares the ticks of a group of t.n transactions out: each of all but one,
// and the rest. alone reports that the one is known.
func (t *timer) divide(took uint64, alone bool) (each, rest uint64) {
	n, every := uint64(t.n), uint64(t.every)
	mean, usual := took/n, t.usual/every
	if t.usual == 0 || !alone && took <= 2*usual*n {
		return mean, took - mean*(n-1)
	}
	each = min(usual, mean)
	return each, took - each*(n-1)
}

// learn moves the usual time of a group toward one that was measured, by a 32nd
// whatever the distance, so that it stays near the median and a stop of a second
// moves it no further than one of a microsecond.
func (t *timer) learn(took uint64) {
	step := t.usual/32 + 1
	switch {
	case t.usual == 0:
		t.usual = took
	case took > t.usual:
		t.usual += min(step, took-t.usual)
	default:
		t.usual -= min(step, t.usual-took)
	}
}

// quantiles returns the figures of what was counted, or nil when nothing was.
func quantiles(c *latency.Counts) *result.Quantiles {
	h := c.HDR()
	if h.TotalCount() == 0 {
		return nil
	}
	at := func(q float64) uint64 { return uint64(h.ValueAtQuantile(q)) }
	return &result.Quantiles{
		Count: uint64(h.TotalCount()), Mean: uint64(h.Mean()),
		P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), P9999: at(99.99),
		Max: uint64(h.Max()),
	}
}
