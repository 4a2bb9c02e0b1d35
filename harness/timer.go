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

// sampleEvery is how many transactions there are to one that is timed. Reading
// the clock twice takes a tenth of a short transaction, so not all are. Those
// that had to wait, and long ones, are timed all of them, from when the wait
// began; they count once, the others for sampleEvery.
const sampleEvery = 64

// A timer times one client's transactions. start and end are the client's; take
// may be called by another goroutine.
type timer struct {
	n      int
	timing bool
	long   bool
	began  time.Time

	mu   sync.Mutex
	hist *hdrhistogram.Histogram // since the last take; protected by mu
	over uint64                  // longer than longestLatency; protected by mu
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, longestLatency, latencyDigits)
}

func newTimer() *timer { return &timer{hist: newHistogram()} }

func (t *timer) start(long bool) {
	t.n++
	t.long = long
	if t.timing = long || t.n%sampleEvery == 0; t.timing {
		t.began = time.Now()
	}
}

func (t *timer) end(w *store.Worker) {
	since, waited := w.Waited()
	if !waited && !t.timing {
		return
	}
	weight := int64(1)
	if t.timing {
		since = t.began
		if !waited && !t.long {
			weight = sampleEvery
		}
	}
	t.record(time.Since(since), weight)
}

func (t *timer) record(d time.Duration, weight int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hist.RecordValues(min(max(int64(d), 1), longestLatency), weight) != nil || int64(d) > longestLatency {
		t.over++
	}
}

// take adds what was timed since the last take to h.
func (t *timer) take(h *hdrhistogram.Histogram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h.Merge(t.hist)
	t.hist.Reset()
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
