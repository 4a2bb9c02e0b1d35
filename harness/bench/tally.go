package bench

import (
	"sync"
	"sync/atomic"

	"ckptbench/harness/bench/latency"
	"ckptbench/harness/bench/tsc"
)

// A tally is what one client recorded in one bucket of the timeline. It belongs
// to the client's goroutine until a ledger hands it over.
//
// Times are kept as they come and are put into their cells by the dozen: a store
// into a cell that the cache does not hold is waited for by the next locked
// instruction, and a transaction has several of these.
type tally struct {
	bucket uint64         // its number
	n      int            // times that are not in their cells yet
	times  [staged]uint32 // these, ticks; each of a group of weight transactions
	// A group is timed as a whole: each of its transactions counts with the mean.
	weight uint64

	service  latency.Counts  // from the actual start to the end
	response *latency.Counts // from the intended start, of what was due in the measured part; nil in a closed loop
	durable  *latency.Counts // from the actual start to when it was durable; nil where nothing acknowledges
	gaps     gaps
}

// staged is how many times are kept until they are put into their cells.
const staged = 64

// stage records the ticks of one group of weight transactions.
func (y *tally) stage(c *tsc.Clock, ticks uint64) {
	// A time of seconds does not fit where the others are kept.
	if ticks>>32 != 0 {
		y.service.Add(c.Nanoseconds(ticks)/y.weight, y.weight)
		return
	}
	y.times[y.n] = uint32(ticks)
	if y.n++; y.n == staged {
		y.settle(c)
	}
}

// settle puts what was staged into its cells.
func (y *tally) settle(c *tsc.Clock) {
	for _, ticks := range y.times[:y.n] {
		ns := c.Nanoseconds(uint64(ticks))
		if y.weight > 1 {
			ns /= y.weight
		}
		y.service.Add(ns, y.weight)
	}
	y.n = 0
}

// reset empties the tally, which is used again: histograms are large.
func (y *tally) reset() {
	y.service.Reset()
	for _, c := range []*latency.Counts{y.response, y.durable} {
		if c != nil {
			c.Reset()
		}
	}
	y.gaps = gaps{}
}

// A ledger gives one client a tally for each bucket and hands it over when the
// bucket has ended. The sampler numbers the buckets; the client looks at the
// number before it records, so that a tally holds what ended in its bucket, also
// where the client stood still at the end of it and hands over much later. What
// it costs the client is a load for each record and a lock for each bucket.
type ledger struct {
	now    *tally         // owned by the client's goroutine
	bucket *atomic.Uint64 // number of the bucket being filled; the sampler's
	clock  *tsc.Clock
	every  int  // transactions to a reading: a group; changes only before the first
	open   bool // the client runs in an open loop; changes only before it starts
	logged bool // a log or images acknowledge; likewise

	mu sync.Mutex
	// Handed over, and not yet taken.
	full []*tally // of buckets that have ended; protected by mu
	free []*tally // empty ones, to be used again; protected by mu
}

// current returns the tally of the bucket being filled. It is for the client.
func (l *ledger) current() *tally {
	if b := l.bucket.Load(); l.now == nil || l.now.bucket != b {
		l.turn(b)
	}
	return l.now
}

// turn hands the client's tally over and begins that of bucket b.
func (l *ledger) turn(b uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		l.now.settle(l.clock)
		l.full = append(l.full, l.now)
	}
	// After the first few buckets no tally is allocated.
	if n := len(l.free); n > 0 {
		l.now, l.free = l.free[n-1], l.free[:n-1]
	} else {
		l.now = l.empty()
	}
	l.now.bucket, l.now.weight = b, uint64(l.every)
}

// empty returns a tally with the histograms that the client fills.
func (l *ledger) empty() *tally {
	y := &tally{}
	if l.open {
		y.response = &latency.Counts{}
	}
	if l.logged {
		y.durable = &latency.Counts{}
	}
	return y
}

// take calls use for every tally that was handed over since the last call, and
// empties them for the client to use again. Any goroutine may call it.
// use runs without the lock: the client may hand over another meanwhile.
func (l *ledger) take(use func(*tally)) {
	l.mu.Lock()
	full := l.full
	l.full = nil
	l.mu.Unlock()
	for _, y := range full {
		use(y)
		y.reset()
	}
	l.mu.Lock()
	l.free = append(l.free, full...)
	l.mu.Unlock()
}

// takeAll is take for a client that has ended: the tally it had not handed over
// is among them.
func (l *ledger) takeAll(use func(*tally)) {
	if l.now != nil {
		l.now.settle(l.clock)
		l.mu.Lock()
		l.full = append(l.full, l.now)
		l.mu.Unlock()
		l.now = nil
	}
	l.take(use)
}
