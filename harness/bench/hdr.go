package bench

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ckptbench/harness/bench/latency"
)

// hgrm writes latencies as HDR's percentile listing, or nothing when nothing was
// timed.
// Five steps to each halving of what is left, values in ns.
func hgrm(c *latency.Counts) []byte {
	h := c.HDR()
	if h.TotalCount() == 0 {
		return nil
	}
	var b bytes.Buffer
	if _, err := h.PercentilesPrint(&b, 5, 1); err != nil {
		return nil // a buffer in memory does not fail
	}
	return b.Bytes()
}

// hlog writes the latencies of intervals as an HDR histogram log, version 1.3,
// times in seconds from zero, values in nanoseconds, maxima in milliseconds. It
// is nothing when nothing was timed.
// Each span is one interval of the log, one for each bucket of the timeline.
func hlog(zero time.Time, spans []span) []byte {
	var b bytes.Buffer
	w := hdrhistogram.NewHistogramLogWriter(&b)
	base := zero.UnixMilli()
	w.SetBaseTime(base)
	err := errors.Join(w.OutputComment("[service times, ns; or response times where the load was open]"),
		w.OutputLogFormatVersion(), w.OutputComment(fmt.Sprintf("[StartTime: %s, %s]", sinceEpoch(base),
			zero.UTC().Format(time.RFC3339))), w.OutputComment(fmt.Sprintf("[BaseTime: %s]", sinceEpoch(base))),
		w.OutputLegend())
	n := int64(0)
	var c latency.Counts
	for _, s := range spans {
		// One Counts for all spans, as it is large.
		c.Reset()
		s.counts.AddTo(&c)
		h := c.HDR()
		h.SetStartTimeMs(s.from.UnixMilli())
		h.SetEndTimeMs(s.to.UnixMilli())
		n += h.TotalCount()
		err = errors.Join(err, w.OutputIntervalHistogram(h))
	}
	// A buffer in memory does not fail, so the error is of a histogram that cannot be encoded.
	if err != nil || n == 0 {
		return nil
	}
	return b.Bytes()
}

// sinceEpoch writes a time in ms since 1970 in s, to the millisecond, as HdrHistogram's
// writers in Java and C do.
//
// Note: the library's own writer cuts it to whole seconds, and the intervals count from
// the time that is not cut: they would lie up to a second early beside another log.
func sinceEpoch(ms int64) string {
	return fmt.Sprintf("%d.%03d (seconds since epoch)", ms/1000, ms%1000)
}
