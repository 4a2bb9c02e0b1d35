package harness

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// Latencies are in nanoseconds, from 1 to ten minutes, to two digits.
const (
	longestLatency = int64(10 * time.Minute)
	latencyDigits  = 2
)

// sampleEvery is how many transactions there are to one that is timed; a power of
// two. Reading the clock twice takes as long as a short transaction, so not all
// are. Those that had to wait, and long ones, are timed all of them, from when
// the wait began; they count once, the others for sampleEvery.
const sampleEvery = 256

// A timer times one client's transactions. take may be called by another
// goroutine, all else is the client's.
type timer struct {
	n     uint
	timed bool
	all   bool // every transaction is timed; changes only before the first
	began time.Time
	due   time.Time // in an open loop, when the transaction was to start; else zero
	acks  *acks     // nil without a log

	mu       sync.Mutex
	hist     *hdrhistogram.Histogram // service times since the last take; protected by mu
	response *hdrhistogram.Histogram // from due, in an open loop; protected by mu
	durable  *hdrhistogram.Histogram // from the start to when the log had it; nil without a log; protected by mu
	over     uint64                  // longer than longestLatency; protected by mu
	_        [isolation]byte
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, longestLatency, latencyDigits)
}

func newTimer() *timer { return &timer{hist: newHistogram()} }

// start is called before each transaction.
func (t *timer) start(long bool) {
	t.n++
	if t.timed = long || t.all || t.n%sampleEvery == 0; t.timed {
		t.began = time.Now()
	}
}

// end is called after each that was timed or had to wait.
func (t *timer) end(w *store.Worker, long, committed bool) {
	since, waited := w.Waited()
	weight := int64(1)
	if t.timed {
		since = t.began
		if !waited && !long && !t.all {
			weight = sampleEvery
		}
	}
	now := time.Now()
	if t.due.IsZero() {
		t.record(now.Sub(since), weight)
		if committed {
			t.acks.timed(w.Epoch(), since, time.Time{}, weight)
		}
		return
	}
	// Each is timed, and from its own beginning: the wait for a lock is in it.
	t.record(now.Sub(t.began), 1)
	switch {
	case !committed || t.acks == nil:
		t.respond(now.Sub(t.due))
	case t.acks.sync: // it is answered when it is durable
		t.acks.timed(w.Epoch(), t.began, t.due, 1)
	default:
		t.respond(now.Sub(t.due))
		t.acks.timed(w.Epoch(), t.began, time.Time{}, 1)
	}
}

// opened makes it the timer of an open loop.
func (t *timer) opened() { t.all, t.response = true, newHistogram() }

func (t *timer) respond(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(t.response, d, 1)
}

func (t *timer) record(d time.Duration, weight int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(t.hist, d, weight)
}

// keep adds to one of t's histograms; the caller holds mu.
func (t *timer) keep(h *hdrhistogram.Histogram, d time.Duration, weight int64) {
	if h.RecordValues(min(max(int64(d), 1), longestLatency), weight) != nil || int64(d) > longestLatency {
		t.over++
	}
}

// take adds the service times since the last take to service, and those from
// when the transactions were to start, where there are any, to response.
func (t *timer) take(service, response *hdrhistogram.Histogram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	service.Merge(t.hist)
	t.hist.Reset()
	if t.response != nil {
		response.Merge(t.response)
		t.response.Reset()
	}
}

// takeDurable adds the durable latencies since the last call to h.
func (t *timer) takeDurable(h *hdrhistogram.Histogram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.durable != nil {
		h.Merge(t.durable)
		t.durable.Reset()
	}
}

// quantiles returns h's figures, or nil when nothing was timed.
func quantiles(h *hdrhistogram.Histogram) *result.Quantiles {
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
