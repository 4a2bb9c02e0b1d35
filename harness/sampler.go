package harness

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// A sampler turns the workers' counters into a timeline. One goroutine uses it.
type sampler struct {
	store  *store.Store
	timers []*timer
	zero   time.Time // when the measured part began, or will

	last    time.Time
	counts  store.Counts
	open    bool                      // latencies are response times, and service times are kept beside
	spans   []*hdrhistogram.Histogram // of the measured buckets, with their times; encoded afterwards, as that takes a while
	total   *hdrhistogram.Histogram   // of the measured part
	service *hdrhistogram.Histogram   // of the measured part of an open loop: service times
	durable *hdrhistogram.Histogram   // of the measured part: from the start to when the log had it
	buckets []result.Bucket
	rss     int64 // at most
	heap    int64 // at most, in the measured part
}

func newSampler(s *store.Store, timers []*timer, zero time.Time, open bool) *sampler {
	return &sampler{store: s, timers: timers, zero: zero, last: time.Now(), counts: s.Counts(),
		open: open, total: newHistogram(), service: newHistogram(), durable: newHistogram()}
}

// sample ends a bucket and returns it.
func (s *sampler) sample() result.Bucket {
	now, counts := time.Now(), s.store.Counts()
	span, service := s.take()
	b := result.Bucket{
		Start:   s.last.Sub(s.zero).Seconds(),
		Elapsed: now.Sub(s.last).Seconds(),
		Commits: counts.Commits - s.counts.Commits,
		Aborts:  aborts(counts) - aborts(s.counts),
		Algo:    s.store.Memory().Own,
		RSS:     residentBytes(),
	}
	if q := quantiles(span); q != nil {
		b.P50, b.P99, b.P999, b.Max = q.P50, q.P99, q.P999, q.Max
	}
	durable := s.takeDurable()
	if b.Start >= 0 {
		s.durable.Merge(durable)
		s.total.Merge(span)
		s.service.Merge(service)
		span.SetStartTimeMs(s.last.UnixMilli())
		span.SetEndTimeMs(now.UnixMilli())
		s.spans = append(s.spans, span)
		s.heap = max(s.heap, heapBytes())
	}
	s.rss = max(s.rss, b.RSS)
	s.last, s.counts = now, counts
	s.buckets = append(s.buckets, b)
	return b
}

// take takes the latencies since the last take: those that count, and service
// times.
func (s *sampler) take() (span, service *hdrhistogram.Histogram) {
	service = newHistogram()
	if span = service; s.open {
		span = newHistogram()
	}
	for _, t := range s.timers {
		t.take(service, span)
	}
	return span, service
}

// takeDurable takes the durable latencies since the last time.
func (s *sampler) takeDurable() *hdrhistogram.Histogram {
	h := newHistogram()
	for _, t := range s.timers {
		t.takeDurable(h)
	}
	return h
}

// finish adds what committed before the end and was durable after it and, to an
// open loop's last bucket, what was due before the end and was done, or given up,
// after it.
func (s *sampler) finish() {
	s.durable.Merge(s.takeDurable())
	if n := len(s.spans); s.open && n > 0 {
		span, service := s.take()
		s.spans[n-1].Merge(span)
		s.total.Merge(span)
		s.service.Merge(service)
	}
}

func aborts(c store.Counts) uint64 { return c.Conflicts + c.Shifts + c.Aborts }

// residentBytes returns the memory the process has present, or 0 where the
// system does not say.
func residentBytes() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
