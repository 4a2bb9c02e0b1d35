package bench

import (
	"os"
	"strconv"
	"strings"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/latency"
	"ckptbench/harness/result"
)

// A source is what a sampler reads the counters of. *store.Store is one.
// Tests have another.
type source interface {
	Counts() store.Counts
	Memory() store.Memory
}

// A sampler turns the workers' counters and what the clients recorded into a
// timeline. One goroutine uses it.
//
// It numbers the buckets. A client hands over what it recorded in one when it
// first records in the next, which may be long after the bucket's end where it
// waits; latencies are put into their bucket when they come.
type sampler struct {
	source source
	run    *run
	timers []*timer
	open   bool             // latencies are response times, and service times are kept beside
	zero   time.Time        // when the measured part began, or will
	now    func() time.Time // time.Now

	last time.Time
	// At the end of the bucket before.
	counts  store.Counts
	buckets []result.Bucket
	spans   []span // of the buckets

	at     int             // the bucket that filled belongs to
	filled *latency.Counts // its figures that are not in its span yet

	early   latency.Counts // responses to what was due in the measured part, before its first bucket began
	total   latency.Counts // of the measured part
	service latency.Counts // likewise, service times: in a closed loop the same
	durable latency.Counts // likewise, from the start to when the log had it
	// Bytes, as is heap.
	rss  int64 // at most
	heap int64 // at most, in the measured part
}

// A span is one bucket's latencies: response times in an open loop, otherwise
// service times.
type span struct {
	from, to time.Time
	counts   latency.Packed
}

// newSampler returns a sampler whose first bucket begins now.
func newSampler(src source, r *run, timers []*timer, zero time.Time, open bool) *sampler {
	return &sampler{
		source: src, run: r, timers: timers, open: open, zero: zero, now: time.Now,
		last: time.Now(), counts: src.Counts(), filled: &latency.Counts{},
	}
}

// sample ends a bucket. It returns the bucket, for a person who looks on: the
// latencies in it are those of the one before, as far as they are known.
func (s *sampler) sample() result.Bucket {
	now, counts := s.now(), s.source.Counts()
	// From here on the clients record in the next bucket.
	s.run.bucket.Add(1)
	s.run.clock.Anchor()
	b := result.Bucket{
		Start:   s.last.Sub(s.zero).Seconds(),
		Elapsed: now.Sub(s.last).Seconds(),
		Commits: counts.Commits - s.counts.Commits,
		Aborts:  aborts(counts) - aborts(s.counts),
		Algo:    s.source.Memory().Own,
		RSS:     residentBytes(),
	}
	s.buckets = append(s.buckets, b)
	s.spans = append(s.spans, span{from: s.last, to: now})
	s.rss = max(s.rss, b.RSS)
	if b.Measured() {
		s.heap = max(s.heap, heapBytes())
	}
	s.last, s.counts = now, counts
	// What clients have handed over by now; the rest comes later.
	for _, t := range s.timers {
		t.take(s.add)
	}
	describe(&b, s.filled)
	return b
}

// describe puts the quantiles of what was counted into a bucket.
// Without a latency the quantiles stay 0.
func describe(b *result.Bucket, c *latency.Counts) {
	if q := quantiles(c); q != nil {
		b.P50, b.P99, b.P999, b.Max = q.P50, q.P99, q.P999, q.Max
	}
}

// add takes a client's tally of one bucket. The first bucket of the measured part
// begins when the sampler wakes up, some time after that part does: what was due
// and done until then is the first bucket's, so that every response counts. What a client began before the end of
// the run and ended after it is the last bucket's: a stop at the end is no shorter
// because the run ended.
func (s *sampler) add(y *tally) {
	i := min(int(y.bucket), len(s.buckets)-1)
	if i < 0 {
		return
	}
	if !s.buckets[i].Measured() {
		if y.response != nil {
			s.early.Merge(y.response)
		}
		return
	}
	b := &s.buckets[i]
	b.HostTaken += uint64(y.gaps.Host)
	b.LongestGap = max(b.LongestGap, uint64(y.gaps.Longest))
	s.service.Merge(&y.service)
	counts := &y.service
	if s.open && y.response != nil {
		counts = y.response
	}
	s.total.Merge(counts)
	if y.durable != nil {
		s.durable.Merge(y.durable)
	}
	// Tallies come mostly in order, so one bucket at a time is kept unpacked.
	if i != s.at {
		s.pack()
		s.at = i
	}
	s.filled.Merge(counts)
}

// pack moves the figures of a bucket into its span.
// A packed span takes a small part of the memory of a full histogram.
func (s *sampler) pack() {
	if s.filled.Total() == 0 {
		return
	}
	p := &s.spans[s.at].counts
	p.AddTo(s.filled)
	*p = s.filled.Pack()
	s.filled.Reset()
}

// finish takes what the clients had not handed over, when all of them have ended:
// also what was due before the end and was done, or given up, after it, and what
// was durable after it. Then the buckets have their quantiles.
func (s *sampler) finish() {
	for _, t := range s.timers {
		t.takeAll(s.add)
	}
	s.pack()
	if rest := s.measuredSpans(); len(rest) > 0 {
		s.at = len(s.spans) - len(rest)
		s.filled.Merge(&s.early)
		s.total.Merge(&s.early)
		s.pack()
	}
	// Each is unpacked once more for its quantiles.
	for i := range s.spans {
		s.spans[i].counts.AddTo(s.filled)
		describe(&s.buckets[i], s.filled)
		s.filled.Reset()
	}
}

// measuredSpans returns the spans of the measured part.
// They are the last ones, from the first measured bucket on.
func (s *sampler) measuredSpans() []span {
	for i, b := range s.buckets {
		if b.Measured() {
			return s.spans[i:]
		}
	}
	return nil
}

// aborts is how many attempts of transactions failed, for whatever reason.
func aborts(c store.Counts) uint64 { return c.Conflicts + c.Shifts + c.Aborts }

// residentBytes returns the memory the process has present, or 0 where the
// system does not say.
// The second field of statm is in pages.
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
