package harness

import (
	"bytes"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The log, read again by the library's reader, has the same values in the same
// intervals.
func TestHLog(t *testing.T) {
	zero := time.UnixMilli(1_700_000_000_250)
	var spans []*hdrhistogram.Histogram
	for i := range int64(3) {
		h := newHistogram()
		for n := range 10 * (i + 1) {
			if err := h.RecordValue(1000 * (n + 1)); err != nil {
				t.Fatal(err)
			}
		}
		h.SetStartTimeMs(zero.UnixMilli() + 100*i)
		h.SetEndTimeMs(zero.UnixMilli() + 100*(i+1))
		spans = append(spans, h)
	}
	r := hdrhistogram.NewHistogramLogReader(bytes.NewReader(hlog(zero, spans)))
	for i, want := range spans {
		got, err := r.NextIntervalHistogram()
		if err != nil || got == nil {
			t.Fatalf("interval %d: %v, %v", i, got, err)
		}
		if got.TotalCount() != want.TotalCount() || got.Max() != want.Max() || got.ValueAtQuantile(50) != want.ValueAtQuantile(50) {
			t.Errorf("interval %d: %d values up to %d, want %d up to %d", i, got.TotalCount(), got.Max(), want.TotalCount(), want.Max())
		}
		if d := got.EndTimeMs() - got.StartTimeMs(); d < 99 || d > 101 { // the reader goes by way of seconds
			t.Errorf("interval %d: %d ms long", i, d)
		}
	}
	if hlog(zero, []*hdrhistogram.Histogram{newHistogram()}) != nil {
		t.Error("a log of nothing")
	}
}
