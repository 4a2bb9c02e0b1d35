package bench

import (
	"testing"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/latency"
	"ckptbench/harness/result"
)

// A fakeSource has counters that the test sets.
type fakeSource struct{ now store.Counts }

// Counts implements source.
func (f *fakeSource) Counts() store.Counts { return f.now }

// Memory implements source.
func (f *fakeSource) Memory() store.Memory { return store.Memory{Own: 7} }

// fakeSampler returns a sampler of one client, a fake clock and known counters. Its
// warm-up ends a second after it begins.
func fakeSampler(open bool) (s *sampler, tm *timer, f *fakeTime, src *fakeSource) {
	r, f := fakeRun()
	tm, src = newTimer(r), &fakeSource{}
	tm.open = open
	s = newSampler(src, r, []*timer{tm}, fakeZero.Add(time.Second), open)
	s.now = func() time.Time { return fakeZero.Add(time.Duration(f.now)) }
	s.last = s.now()
	return s, tm, f, src
}

// A timeline by value: a bucket begins where the one before ends, has the commits
// and latencies of its own time, and the warm-up's are in none of the figures. What
// a client hands over late is in the bucket in which it ended.
func TestTimelineByValue(t *testing.T) {
	s, tm, f, src := fakeSampler(false)
	tm.restart()
	run := func(n int, each time.Duration) {
		for range n {
			f.now += uint64(each)
			tm.count(true)
			tm.end(0, false)
		}
		src.now.Commits += uint64(n)
		src.now.Aborts++
	}
	run(10, 100*ms) // the warm-up
	s.sample()
	run(4, 250*us) // a millisecond
	s.sample()
	run(1, 7*ms) // and stands still over two bucket's ends
	f.now += uint64(ms)
	s.sample()
	f.now += uint64(ms)
	s.sample()
	f.now += uint64(ms)
	run(1, 0)
	s.sample()
	f.now += uint64(40 * ms)
	tm.count(true)
	tm.end(0, false) // under way at the end
	s.finish()
	want := []struct {
		start, elapsed float64
		commits        uint64
		p50, max       time.Duration
	}{{-1, 1, 10, 0, 0}, {0, 0.001, 4, 250 * us, 250 * us}, {0.001, 0.008, 1, 7 * ms, 7 * ms}, {0.009, 0.001, 0, 0, 0},
		{0.010, 0.001, 1, 3 * ms, 40 * ms}}
	if len(s.buckets) != len(want) {
		t.Fatalf("%d buckets", len(s.buckets))
	}
	near := func(got uint64, want time.Duration) bool {
		return got*100 >= uint64(want)*100 && got*100 <= uint64(want)*101
	}
	for i, w := range want {
		b := s.buckets[i]
		if abs(b.Start-w.start) > 1e-9 || abs(b.Elapsed-w.elapsed) > 1e-9 || b.Commits != w.commits || !near(b.P50, w.p50) ||
			!near(b.Max, w.max) {
			t.Errorf("bucket %d: %+v, want %+v", i, b, w)
		}
	}
	if n := s.service.Total(); n != 7 {
		t.Errorf("%d timed, want 7 without the warm-up's", n)
	}
	if n := len(s.measuredSpans()); n != 4 {
		t.Errorf("%d spans of the measured part, want 4", n)
	}
	tr := &trial{run: s.run, sampler: s, out: &result.Trial{}}
	tr.total()
	if o := tr.out; o.Committed != 6 || abs(o.Elapsed-0.011) > 1e-9 || abs(*o.Throughput-6/0.011) > 1e-6 {
		t.Errorf("committed %d in %v s, %v a second", o.Committed, o.Elapsed, *o.Throughput)
	}
}

// Gaps of several clients in one bucket: what the host took is added up, the
// longest is the longest.
func TestGapsOfABucket(t *testing.T) {
	s, tm, f, _ := fakeSampler(false)
	f.now = sec(1)
	s.last = s.now()
	other := newTimer(s.run)
	s.timers = append(s.timers, other)
	tm.current().gaps.add(gaps{Host: 3 * ms, N: 1, Longest: 3 * ms})
	other.current().gaps.add(gaps{Host: 2 * ms, Preempted: 9 * ms, N: 2, Longest: 9 * ms})
	s.sample()
	tm.current() // hands the first bucket over
	s.sample()
	tm.current().gaps.add(gaps{Host: ms, N: 1, Longest: ms}) // in a tally that was used before
	s.sample()
	tm.current().gaps.add(gaps{})
	s.finish()
	for i, want := range []struct{ taken, longest time.Duration }{{5 * ms, 9 * ms}, {}, {ms, ms}} {
		if b := s.buckets[i]; b.HostTaken != uint64(want.taken) || b.LongestGap != uint64(want.longest) {
			t.Errorf("bucket %d: %+v, want %v taken and %v the longest", i, b, want.taken, want.longest)
		}
	}
}

// What several clients hand over, early and late, is all in its bucket.
func TestLateTallies(t *testing.T) {
	s, tm, f, _ := fakeSampler(false)
	other := newTimer(s.run)
	s.timers = append(s.timers, other)
	one := func(tm *timer, took uint64) {
		tm.last = f.now
		f.now += took
		tm.count(true)
		tm.end(0, false)
	}
	f.now = sec(1)
	s.last = s.now()
	one(tm, 100)
	one(other, 200) // and then nothing until the end
	f.now += uint64(ms)
	s.sample()
	one(tm, 50)
	f.now += uint64(ms)
	s.sample()
	one(tm, 50)
	f.now += uint64(ms)
	s.sample()
	s.finish()
	for i, want := range []struct {
		n, longest uint64
	}{{2, 200}, {1, 50}, {1, 50}} {
		var c latency.Counts
		s.spans[i].counts.AddTo(&c)
		if n := c.Total(); n != want.n || s.buckets[i].Max != want.longest {
			t.Errorf("bucket %d has %d of at most %d ns, want %d of %d", i, n, s.buckets[i].Max, want.n, want.longest)
		}
	}
}

// Latencies are split by what the checkpointer did in the bucket they ended in, and
// the p99 is back when it is.
func TestLatencySplit(t *testing.T) {
	s, _, _, _ := fakeSampler(false)
	ns := []uint64{100, 900, 800, 700, 100, 100, 100, 100}
	for i, v := range ns {
		var c latency.Counts
		c.Add(v, uint64(10*(i+1)))
		s.buckets = append(s.buckets, result.Bucket{Start: float64(i) / 10, Elapsed: 0.1, P99: v})
		s.spans = append(s.spans, span{counts: c.Pack()})
	}
	out := &result.Trial{Buckets: s.buckets, Checkpoints: []result.Checkpoint{{N: 1}}, Events: []result.Event{
		{At: 0.1, Checkpoint: 1, Name: "trigger"}, {At: 0.2, Checkpoint: 1, Name: "point"},
		{At: 0.31, Checkpoint: 1, Name: "capture end"}, {At: 0.4, Checkpoint: 1, Name: "durable"},
	}}
	tr := &trial{run: s.run, sampler: s, out: out}
	tr.split()
	if q := out.LatencyCapturing; q == nil || q.Count != 30 || q.Max < 800 || q.Max > 808 {
		t.Errorf("capturing: %+v, want 30 of 800 ns", q)
	}
	if q := out.LatencyBetween; q == nil || q.Count != 10+50+60+70+80 || q.Max != 100 {
		t.Errorf("between: %+v, want 270 of 100 ns", q)
	}
	if b := out.Checkpoints[0].Settled; b == nil || abs(*b) > 1e-9 {
		t.Errorf("back after %v", b)
	}
	s.spans, s.buckets, out.Buckets = nil, nil, nil
	if tr.split(); out.LatencyBetween != nil || out.LatencyCapturing != nil || out.Checkpoints[0].Settled != nil {
		t.Error("of nothing there are quantiles")
	}
}

func abs(v float64) float64 { return max(v, -v) }
