package wal

import "time"

// timesKept is how many moves of the durable epoch are remembered: some
// seconds of them.
const timesKept = 256

// durableTimes remembers when the durable epoch moved, the last timesKept times. The
// log's mutex protects it.
type durableTimes struct {
	ring [timesKept]durableTime // move i is at i % timesKept
	n    int                    // moves in all
}

// A durableTime is when all epochs up to one were durable.
type durableTime struct {
	epoch uint64
	at    time.Time
}

// add notes that all epochs up to epoch have been durable since at.
func (m *durableTimes) add(epoch uint64, at time.Time) {
	m.ring[m.n%timesKept] = durableTime{epoch, at}
	m.n++
}

// of returns the first time kept at which epoch was durable. There must be one: epoch
// must not be above the last that was added.
func (m *durableTimes) of(epoch uint64) time.Time {
	i := m.n - 1
	// Backwards from the newest, as most callers ask for a recent epoch. It ends at the oldest
	// time kept.
	for ; i > 0 && m.n-i < timesKept && m.ring[(i-1)%timesKept].epoch >= epoch; i-- {
	}
	return m.ring[i%timesKept].at
}

// DurableAt returns when epoch became durable, and false while it is not. A late
// caller still gets the true time, unless the durable epoch has moved timesKept
// times since: then it gets the oldest time kept, which is later than the true one,
// never earlier. For an epoch that was durable before Open it is the time of Open.
// It may be called concurrently.
func (l *Log) DurableAt(epoch uint64) (at time.Time, ok bool) {
	// announce changes durable and times together, under mu.
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch > l.durable.Load() {
		return at, false
	}
	return l.times.of(epoch), true
}

// Want has epoch made durable when it closes, even if nothing was committed in it: a
// client that waits for transactions that only read needs that. It returns at once,
// and may be called concurrently.
func (l *Log) Want(epoch uint64) { raise(&l.want, epoch) }
