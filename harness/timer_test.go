package harness

import (
	"testing"
	"time"
)

// What waited counts once, what was sampled counts for all it stands for, and
// nothing is lost between two takes.
func TestTimerWeights(t *testing.T) {
	tm, h := newTimer(), newHistogram()
	tm.record(100, sampleEvery)
	tm.record(time.Second, 1)
	tm.take(h, h)
	tm.record(200, 1)
	tm.take(h, h)
	if n := h.TotalCount(); n != sampleEvery+2 {
		t.Errorf("%d counted, want %d", n, sampleEvery+2)
	}
	if q := quantiles(h); q.P50 > 110 || q.Max < 990_000_000 {
		t.Errorf("p50 %d, max %d", q.P50, q.Max)
	}
}

func TestTimerTooLong(t *testing.T) {
	tm, h := newTimer(), newHistogram()
	tm.record(2*time.Duration(longestLatency), 1)
	tm.take(h, h)
	if h.TotalCount() != 1 || tm.over != 1 {
		t.Errorf("%d counted, %d over; want it counted at the longest, and noted", h.TotalCount(), tm.over)
	}
}

func TestQuantilesOfNothing(t *testing.T) {
	if q := quantiles(newHistogram()); q != nil {
		t.Errorf("got %+v", q)
	}
}
