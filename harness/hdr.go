package harness

import (
	"bytes"
	"errors"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// hgrm writes a histogram as HDR's percentile listing, or nothing when nothing
// was timed.
func hgrm(h *hdrhistogram.Histogram) []byte {
	if h.TotalCount() == 0 {
		return nil
	}
	var b bytes.Buffer
	if _, err := h.PercentilesPrint(&b, 5, 1); err != nil {
		return nil // a buffer in memory does not fail
	}
	return b.Bytes()
}

// hlog writes the histograms of intervals as an HDR histogram log, version 1.3,
// times in seconds from zero, values in nanoseconds, maxima in milliseconds. It
// is nothing when nothing was timed.
func hlog(zero time.Time, spans []*hdrhistogram.Histogram) []byte {
	var b bytes.Buffer
	w := hdrhistogram.NewHistogramLogWriter(&b)
	base := zero.UnixMilli()
	w.SetBaseTime(base)
	err := errors.Join(w.OutputComment("[service times, ns; or response times where the load was open]"),
		w.OutputLogFormatVersion(), w.OutputStartTime(base), w.OutputBaseTime(base), w.OutputLegend())
	n := int64(0)
	for _, h := range spans {
		n += h.TotalCount()
		err = errors.Join(err, w.OutputIntervalHistogram(h))
	}
	if err != nil || n == 0 {
		return nil
	}
	return b.Bytes()
}
