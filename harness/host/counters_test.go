package host

import (
	"testing"
	"time"
)

// A still is clocks that stand where they are put.
type still struct{ now, asleep, used time.Duration }

func (s *still) Now() time.Duration    { return s.now }
func (s *still) Asleep() time.Duration { return s.asleep }
func (s *still) Used() time.Duration   { return s.used }

func TestRead(t *testing.T) {
	f := files(map[string]string{
		"proc/stat":              "cpu  100 20 30 4000 500 6 7 8 90 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n",
		"proc/self/cgroup":       "0::/\n",
		"proc/self/mountinfo":    "26 22 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		"sys/fs/cgroup/cpu.stat": "usage_usec 1\nthrottled_usec 3\n",
		"proc/pressure/cpu": "some avg10=5.81 avg60=2.02 avg300=1.23 total=14\n" +
			"full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"proc/pressure/memory": "some avg10=0.20 avg60=0.14 avg300=0.03 total=12\n" +
			"full avg10=0.16 avg60=0.12 avg300=0.02 total=9\n",
		"proc/pressure/io": "some avg10=0.00 total=2\nfull avg10=0.00 total=x\n",
	})
	got := NewReader(f, &still{5, 6, 7}).Read()
	us := time.Microsecond
	want := Counters{
		At: 5, Asleep: 6, Own: 7, Busy: 1630 * time.Millisecond, Steal: 80 * time.Millisecond, Throttled: 3 * us,
		Stall: Pressure{CPU: Stall{14 * us, 0}, Memory: Stall{12 * us, 9 * us}, IO: Stall{2 * us, 0}, Known: true},
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := NewReader(files(nil), &still{5, 6, 7}).Read(); got != (Counters{At: 5, Asleep: 6, Own: 7}) {
		t.Errorf("a system that says nothing: %+v", got)
	}
	if busy, steal := parseStat("cpu  100 x 30"); busy != 0 || steal != 0 {
		t.Errorf("a damaged line: %v, %v", busy, steal)
	}
}

// at is a reading: seconds, and processor seconds of all and of this process.
func at(s, busy, own float64) Counters {
	d := func(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
	return Counters{At: d(s), Busy: d(busy), Own: d(own)}
}

func TestBetween(t *testing.T) {
	first, last := at(10, 50, 20), at(20, 70, 38)
	first.Steal, last.Steal = time.Second, 3*time.Second
	last.Throttled, last.Asleep = 4*time.Second, 5*time.Second
	last.Stall.Memory.Some = time.Second
	got := between([]Counters{first, at(15, 60, 29), last}, at(21, 72, 40))
	s := time.Second
	want := Sight{
		Span: 10 * s, Others: 2 * s, Worst: s / 5, Known: true, Steal: 2 * s, Throttled: 4 * s, Asleep: 5 * s,
		Stall: Pressure{Memory: Stall{Some: s}},
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := between([]Counters{{At: 0}, {At: s}}, Counters{}); got != (Sight{Span: s}) {
		t.Errorf("a system that says nothing: %+v", got)
	}
	if got := between(nil, Counters{}); got != (Sight{}) {
		t.Errorf("no readings: %+v", got)
	}
}

// A busy loop of one second in a span of twenty shows in the worst second, and
// hardly over the whole.
func TestWorstSecond(t *testing.T) {
	var cs []Counters
	others := 0.0
	for i := range 81 { // four readings a second
		s := float64(i) / 4
		if s > 7.25 && s <= 8.25 {
			others += 0.6 / 4
		}
		cs = append(cs, at(s, 1+2*s+others, 2*s))
	}
	got := between(cs, cs[len(cs)-1])
	if w := got.Worst.Seconds(); w < 0.599 || w > 0.601 || got.Others.Seconds() > 0.601 {
		t.Errorf("the worst second %v, all %v", got.Worst, got.Others)
	}
	if got := between(cs[29:32], cs[31]); got.Worst.Seconds() < 0.29 || got.Worst.Seconds() > 0.31 {
		t.Errorf("a span under a second: %v", got.Worst)
	}
}

// A forked child's time becomes this process's when the child has ended: until
// then it must not look like another process.
func TestChildIsNotOthers(t *testing.T) {
	cs := []Counters{at(0, 10, 5), at(1, 12, 6), at(2, 14, 7), at(3, 16, 11), at(4, 18, 12)}
	// The child ran from 0 to 2.5; from 3.5 another runs, until 4.5.
	if got := between(cs, at(5, 20, 15)); got.Others != 0 || got.Worst != 0 {
		t.Errorf("others %v, in the worst second %v", got.Others, got.Worst)
	}
}

func TestStoodStill(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name      string
		now, used time.Duration // since the heartbeat before
		want      time.Duration
	}{
		{"on time, idle", 20 * ms, 0, 0},
		{"on time, two workers", 20 * ms, 40 * ms, 0},
		{"stopped for half a second", 520 * ms, 40 * ms, 500 * ms},
		{"late, but at work: a collector, a fork", 520 * ms, 500 * ms, 0},
		{"kept off by others", 120 * ms, 0, 100 * ms},
	} {
		b := beats{now: 7 * ms, used: 9 * ms}
		b.note(7*ms+c.now, 9*ms+c.used)
		b.note(7*ms+c.now+21*ms, 9*ms+c.used+40*ms)
		if b.stood != c.want {
			t.Errorf("%s: stood still for %v, want %v", c.name, b.stood, c.want)
		}
	}
}

// An idleClocks tells the time that it is given; its process does nothing.
type idleClocks struct {
	Clocks
	at *time.Duration
}

func (c idleClocks) Now() time.Duration  { return *c.at }
func (c idleClocks) Used() time.Duration { return 0 }

// TestSkip: what lies before a skip is nobody's fault, what comes after it is seen.
func TestSkip(t *testing.T) {
	at := time.Duration(0)
	w := NewReader(Machine(), idleClocks{SystemClocks(), &at}).Begin()
	at = time.Second
	w.Skip()
	if w.beats.stood != 0 {
		t.Errorf("stood still for %v before a skip, want 0", w.beats.stood)
	}
	at += 520 * time.Millisecond
	w.Look()
	if want := 500 * time.Millisecond; w.beats.stood != want {
		t.Errorf("stood still for %v after it, want %v", w.beats.stood, want)
	}
}

// A Watch of real clocks and of this machine's files sees its own span.
func TestWatch(t *testing.T) {
	c := SystemClocks()
	w := NewReader(Machine(), c).Begin()
	stop := w.Keep()
	for start := c.Now(); c.Now()-start < 100*time.Millisecond; {
	}
	stop()
	w.End()
	if s := w.Sight(); s.Span < 100*time.Millisecond || s.Others < 0 || s.Worst < 0 {
		t.Errorf("%+v", s)
	}
}
