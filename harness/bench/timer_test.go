package bench

import (
	"slices"
	"testing"

	"ckptbench/harness/bench/latency"
	"ckptbench/harness/result"
)

// listed returns the latencies that were counted, each cell's lowest.
func listed(c *latency.Counts) (ns, n []uint64) {
	for _, b := range c.HDR().Distribution() {
		if b.Count > 0 {
			ns, n = append(ns, uint64(b.From)), append(n, uint64(b.Count))
		}
	}
	return ns, n
}

// One reading a transaction: every one counts once, with its own time, whatever
// that was, and between two takes nothing is lost.
func TestEveryTransactionIsTimed(t *testing.T) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.restart()
	for _, took := range []uint64{100, 200, 200, 250, 1 << 30} {
		f.now += took
		tm.count(true)
		tm.end(0, false)
		r.bucket.Add(1)
	}
	service, _, _ := tm.all()
	ns, n := listed(&service)
	if !slices.Equal(ns, []uint64{100, 200, 250, 1 << 30}) || !slices.Equal(n, []uint64{1, 2, 1, 1}) {
		t.Errorf("counted %v times of %v ns", n, ns)
	}
}

// A group's transactions took its mean, until one of them took long: then all the
// excess is that one's, wherever in the group it was.
func TestGroupWithAStop(t *testing.T) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.every = 8
	tm.restart()
	group := func(took uint64, alone bool) {
		f.now += took
		for range 8 {
			tm.count(true)
		}
		tm.end(0, alone)
	}
	for range 10 {
		group(1600, false)
	}
	group(3200, false) // twice the usual: all were slower
	group(1600+5000, false)
	group(1600+1_000_000, false)
	group(1600+100, true) // one of them is known to have waited, though not long
	service, _, _ := tm.all()
	if got := service.Total(); got != 8*14 {
		t.Errorf("%d counted, want %d", got, 8*14)
	}
	ns, n := listed(&service)
	within := func(low, high uint64) (sum uint64) {
		for i, v := range ns {
			if low <= v && v <= high {
				sum += n[i]
			}
		}
		return sum
	}
	// The usual time moves by a 32nd with each of the long groups.
	for _, c := range []struct{ low, high, want uint64 }{
		{198, 220, 80 + 21 + 1}, {398, 400, 8}, {5000, 5200, 1}, {990_000, 1_000_200, 1},
	} {
		if got := within(c.low, c.high); got != c.want {
			t.Errorf("%d from %d to %d ns, want %d: %v of %v", got, c.low, c.high, c.want, n, ns)
		}
	}
}

// A group that is cut short counts what is in it.
func TestClosedGroup(t *testing.T) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.every = 8
	tm.restart()
	tm.close(0)
	for range 3 {
		f.now += 100
		tm.count(true)
	}
	tm.close(0)
	tm.close(0)
	service, _, _ := tm.all()
	if ns, n := listed(&service); !slices.Equal(ns, []uint64{100}) || !slices.Equal(n, []uint64{3}) {
		t.Errorf("counted %v times of %v ns, want 3 of 100", n, ns)
	}
}

// The usual time follows the median, and a stop does not move it.
func TestUsualTime(t *testing.T) {
	tm := &timer{}
	for range 1000 {
		tm.learn(1000)
		tm.learn(1e9)
		tm.learn(1000)
	}
	if tm.usual < 900 || tm.usual > 1200 {
		t.Errorf("usual is %d ticks, the median is 1000", tm.usual)
	}
	for range 200 {
		tm.learn(50_000)
	}
	if tm.usual < 45_000 {
		t.Errorf("usual is %d ticks after 200 groups of 50,000", tm.usual)
	}
}

func TestReadingEvery(t *testing.T) {
	for ops, want := range map[int]int{0: 16, 1: 16, 2: 16, 3: 16, 4: 12, 10: 5, 16: 3, 47: 2, 48: 1, 500: 1} {
		if got := readingEvery(ops); got != want {
			t.Errorf("%d operations: a reading every %d transactions, want %d", ops, got, want)
		}
	}
}

// A clock that steps back gives 0 and nothing else.
func TestTimerStepBack(t *testing.T) {
	r, f := fakeRun()
	f.now = 1000
	tm := newTimer(r)
	tm.restart()
	f.now = 990
	tm.count(true)
	tm.end(0, false)
	service, _, _ := tm.all()
	if ns, _ := listed(&service); !slices.Equal(ns, []uint64{0}) {
		t.Errorf("counted %v ns, want 0", ns)
	}
}

// Quantiles of a thousand known values: each its own figure.
func TestQuantiles(t *testing.T) {
	var c latency.Counts
	for v := range uint64(100_000) {
		c.Add(v+1, 1)
	}
	q := quantiles(&c)
	near := func(what string, got, want uint64) {
		t.Helper()
		if got < want || got > want+want/100 {
			t.Errorf("%s is %d, want %d and at most a hundredth more", what, got, want)
		}
	}
	if q.Count != 100_000 {
		t.Errorf("count %d", q.Count)
	}
	near("p50", q.P50, 50_000)
	near("p90", q.P90, 90_000)
	near("p99", q.P99, 99_000)
	near("p99.9", q.P999, 99_900)
	near("p99.99", q.P9999, 99_990)
	near("max", q.Max, 100_000)
	if q.P50 >= q.P90 || q.P90 >= q.P99 || q.P99 >= q.P999 || q.Mean < 49_500 || q.Mean > 50_500 {
		t.Errorf("%+v", q)
	}
	if q := quantiles(&latency.Counts{}); q != nil {
		t.Errorf("of nothing: %+v", q)
	}
	var one latency.Counts // that took long, of many
	one.Add(100, 99_999)
	one.Add(200_000_000, 1)
	if q := quantiles(&one); q.P50 != 100 || q.P9999 != 100 || q.Max < 200_000_000 || q.Mean < 2000 || q.Mean > 2200 {
		t.Errorf("one of many: %+v", q)
	}
}

// The quantiles of a bucket are each its own.
func TestQuantilesOfABucket(t *testing.T) {
	var c latency.Counts
	c.Add(100, 900)
	c.Add(150, 95)
	c.Add(200, 4)
	c.Add(250, 1)
	var b result.Bucket
	describe(&b, &c)
	if b.P50 != 100 || b.P99 != 150 || b.P999 != 200 || b.Max != 250 {
		t.Errorf("%+v", b)
	}
}

// The first group of all may take seconds: there is nothing yet that would be usual.
func TestFirstGroupOfSeconds(t *testing.T) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.every = 8
	tm.restart()
	f.now += 80e9
	for range 8 {
		tm.count(true)
	}
	tm.end(0, false)
	service, _, _ := tm.all()
	if ns, n := listed(&service); len(ns) != 1 || n[0] != 8 || ns[0] > 10e9 || ns[0] < 9.9e9 {
		t.Errorf("counted %v times of %v ns, want 8 of 10 s", n, ns)
	}
}
