package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ckptbench/harness/bench/latency"
)

// The log, read again by the library's reader, has the same values in the same
// intervals.
func TestHLog(t *testing.T) {
	zero := time.UnixMilli(1_700_000_000_250)
	var spans []span
	var wants []*hdrhistogram.Histogram
	for i := range int64(3) {
		var c latency.Counts
		for n := range uint64(10 * (i + 1)) {
			c.Add(1000*(n+1), 1)
		}
		from := zero.Add(time.Duration(i) * 100 * time.Millisecond)
		spans = append(spans, span{from: from, to: from.Add(100 * time.Millisecond), counts: c.Pack()})
		wants = append(wants, c.HDR())
	}
	r := hdrhistogram.NewHistogramLogReader(bytes.NewReader(hlog(zero, spans)))
	for i, want := range wants {
		got, err := r.NextIntervalHistogram()
		if err != nil || got == nil {
			t.Fatalf("interval %d: %v, %v", i, got, err)
		}
		if got.TotalCount() != want.TotalCount() || got.Max() != want.Max() ||
			got.ValueAtQuantile(50) != want.ValueAtQuantile(50) {
			t.Errorf("interval %d: %d values up to %d, want %d up to %d", i, got.TotalCount(), got.Max(), want.TotalCount(),
				want.Max())
		}
		// The reader goes by way of seconds.
		if d := got.StartTimeMs() - spans[i].from.UnixMilli(); d < -1 || d > 1 {
			t.Errorf("interval %d begins %d ms off", i, d)
		}
		if d := got.EndTimeMs() - got.StartTimeMs(); d < 99 || d > 101 { // the reader goes by way of seconds
			t.Errorf("interval %d: %d ms long", i, d)
		}
	}
	for _, want := range []string{"#[StartTime: 1700000000.250 (seconds since epoch), 2023-11-14T22:13:20Z]\n",
		"#[BaseTime: 1700000000.250 (seconds since epoch)]\n"} {
		if log := string(hlog(zero, spans)); !strings.Contains(log, want) {
			t.Errorf("the log has no line %q: %.300s", want, log)
		}
	}
	if hlog(zero, []span{{}}) != nil {
		t.Error("a log of nothing")
	}
}
