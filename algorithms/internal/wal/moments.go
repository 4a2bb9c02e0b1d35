package wal

import "time"

// momentsKept is how many moves of the durable epoch are remembered: some
// seconds of them.
const momentsKept = 256

// moments are when the durable epoch moved, the last momentsKept times.
type moments struct {
	ring [momentsKept]moment
	n    int // moves in all
}

// A moment is when all epochs up to one were durable.
type moment struct {
	epoch uint64
	at    time.Time
}

func (m *moments) add(epoch uint64, at time.Time) {
	m.ring[m.n%momentsKept] = moment{epoch, at}
	m.n++
}

// of returns the first moment kept at which epoch was durable. There is one.
func (m *moments) of(epoch uint64) time.Time {
	i := m.n - 1
	for ; i > 0 && m.n-i < momentsKept && m.ring[(i-1)%momentsKept].epoch >= epoch; i-- {
	}
	return m.ring[i%momentsKept].at
}

// DurableAt returns when epoch became durable, and false while it is not. So
// who asks late, having been held up, still learns the true time: unless the
// durable epoch has moved momentsKept times since, for then it is the oldest of
// these, which is later than the true one and never earlier. What was durable
// before Open is so since Open.
func (l *Log) DurableAt(epoch uint64) (at time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch > l.durable.Load() {
		return at, false
	}
	return l.moments.of(epoch), true
}

// Want has epoch made durable when it closes, also if nothing was committed in
// it: who waits for the transactions that only read wants that. It returns at
// once.
func (l *Log) Want(epoch uint64) { raise(&l.want, epoch) }
