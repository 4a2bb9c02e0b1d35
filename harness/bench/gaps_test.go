package bench

import (
	"math"
	"runtime"
	"testing"
	"time"

	"ckptbench/harness/bench/tsc"
)

const (
	us = time.Microsecond
	ms = time.Millisecond
)

// Who had the time of a gap, by what the thread used.
func TestBlame(t *testing.T) {
	check := func(what string, gap, wall time.Duration, used threadUse, want gaps) {
		t.Helper()
		before := threadUse{cpu: 7 * ms, slept: 3, preempted: 4, faults: 5}
		after := threadUse{cpu: before.cpu + used.cpu, slept: 3 + used.slept, preempted: 4 + used.preempted,
			faults: 5 + used.faults}
		if got := blame(gap, wall, before, after); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	check("the thread's clock went on", 34*ms, 36*ms, threadUse{cpu: 36 * ms}, gaps{Host: 34 * ms, N: 1, Longest: 34 * ms})
	check("the host's time is not in it", 34*ms, 36*ms, threadUse{cpu: 2 * ms},
		gaps{Host: 34 * ms, N: 1, Longest: 34 * ms})
	check("another thread had it", 4*ms, 5*ms, threadUse{cpu: ms, preempted: 1},
		gaps{Preempted: 4 * ms, N: 1, Longest: 4 * ms})
	check("it slept", 4*ms, 5*ms, threadUse{cpu: ms, slept: 1}, gaps{Slept: 4 * ms})
	check("slept, and the kernel switched", 4*ms, 5*ms, threadUse{cpu: ms, slept: 1, preempted: 1}, gaps{Slept: 4 * ms})
	check("a short switch before the host's", 34*ms, 36*ms, threadUse{cpu: 36*ms - 50*us, preempted: 1},
		gaps{Host: 34*ms - 50*us, Preempted: 50 * us, N: 1, Longest: 34 * ms})
	check("a short sleep before the host's", 34*ms, 36*ms, threadUse{cpu: 36*ms - 50*us, slept: 1},
		gaps{Host: 34*ms - 50*us, Slept: 50 * us, N: 1, Longest: 34*ms - 50*us})
	check("a page fault that cleared two megabytes", 250*us, ms, threadUse{cpu: ms, faults: 1}, gaps{})
	check("the host backed a page that was new", 34*ms, 36*ms, threadUse{cpu: 36 * ms, faults: 1}, gaps{})
	check("faults without end", 34*ms, 36*ms, threadUse{cpu: 36 * ms, faults: 1 << 40}, gaps{})
	check("CPU clock ahead of the wall", ms, ms, threadUse{cpu: 2 * ms, preempted: 1}, gaps{Host: ms, N: 1, Longest: ms})
}

// TestSwitchWhileLooking: a thread that another one takes over from just while it looks
// was preempted, whichever of the two system calls returned late; the host had nothing.
func TestSwitchWhileLooking(t *testing.T) {
	for late := range 2 {
		now, kernel := time.Duration(0), threadUse{}
		away := func(call int) {
			if call == late {
				now += 3 * ms // its CPU clock stands still
				kernel.preempted++
			}
		}
		look := func() threadUse {
			return useOf(func() threadUse { u := kernel; away(0); return u },
				func() time.Duration { cpu := kernel.cpu; away(1); return cpu })
		}
		at := now
		before := look()
		late = -1
		now, kernel.cpu = now+us, kernel.cpu+us
		want := gaps{Preempted: 3 * ms, N: 1, Longest: 3 * ms}
		if got := blame(now-at, now-at, before, look()); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// A fakeThread uses what the test says.
type fakeThread struct {
	threadUse
	looks int
}

func (f *fakeThread) use() threadUse {
	f.looks++
	return f.threadUse
}

// A gap is one only between two readings with nothing but short work between, is
// charged from the last look on, and looks are no further apart than they should
// be.
func TestLooker(t *testing.T) {
	f, th := &fakeTime{}, &fakeThread{}
	l := newLooker(f.clock(), th)
	var g gaps
	step := func(d time.Duration, short bool) {
		from := f.now
		f.now += uint64(d)
		if l.due(from, f.now) {
			l.observe(from, f.now, short, &g)
		}
	}
	l.begin(0)
	for range 1999 {
		step(us, true)
	}
	if th.looks != 1 || g != (gaps{}) {
		t.Fatalf("%d looks in 1999 us, and %+v", th.looks, g)
	}
	step(us, true)
	if th.looks != 2 {
		t.Fatalf("%d looks after two milliseconds, want another", th.looks)
	}
	step(199*us, true)
	step(10*ms, false) // it waited, or was long
	if g != (gaps{}) {
		t.Fatalf("%+v without a gap", g)
	}
	th.preempted++ // before the gap, and looked at since
	step(300*us, false)
	step(5*ms, true)
	th.preempted++
	step(7*ms, true) // its clock stood still
	if want := (gaps{Host: 5 * ms, Preempted: 7 * ms, N: 2, Longest: 7 * ms}); g != want {
		t.Errorf("%+v, want %+v", g, want)
	}
	var none *looker
	none.begin(0)
	if none.due(0, 1<<40) || newLooker(f.clock(), nil) != nil {
		t.Error("a system that does not tell has a looker")
	}
}

// The real thread's clock goes on while it works, and counts its sleeps.
func TestOwnThread(t *testing.T) {
	th := ownThread()
	if th == nil {
		return // the system does not tell
	}
	done := make(chan [2]threadUse)
	go func() {
		r := &run{}
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		a := th.use()
		for range 1000 {
			r.misses.Add(1)
		}
		done <- [2]threadUse{a, th.use()}
	}()
	u := <-done
	if u[1].cpu < u[0].cpu || u[1].slept < u[0].slept || u[0].cpu < 0 {
		t.Errorf("from %+v to %+v", u[0], u[1])
	}
}

// TestWholeTime: beside a capture a lap counts with what its worker was kept from, on either
// side, and nothing of it makes a slice worth nothing.
func TestWholeTime(t *testing.T) {
	clock := tsc.Of(func() uint64 { return 0 }, 0.5, time.Time{})
	l := lap{from: 0, to: clock.In(10 * ms), commits: 8, gaps: gaps{Host: 2 * ms, Preempted: ms}}
	s := &Side{alike: true}
	if rate, host := s.counted(clock, l); math.Abs(rate-1000) > 1 || host != 3*ms {
		t.Errorf("at rest %v txn/s and %v taken, want 1000 and 3ms", rate, host)
	}
	s.CountWholeTime(true)
	if rate, host := s.counted(clock, l); math.Abs(rate-800) > 1 || host != 0 {
		t.Errorf("beside a capture %v txn/s and %v taken, want 800 and none", rate, host)
	}
	s.CountWholeTime(false)
	if _, host := s.counted(clock, l); host != 3*ms {
		t.Errorf("after it %v taken, want 3ms", host)
	}
}

// TestStolen: what another thread took is nobody's only where both sides have the
// same threads.
func TestStolen(t *testing.T) {
	g := gaps{Host: 2 * ms, Preempted: 5 * ms, Slept: 9 * ms}
	if got := (&Side{alike: true}).stolen(g); got != 7*ms {
		t.Errorf("two alike: %v, want 7ms", got)
	}
	if got := (&Side{}).stolen(g); got != 2*ms {
		t.Errorf("two that differ: %v, want 2ms", got)
	}
	if got := (&Side{alike: true, ended: make(chan struct{})}).stolen(g); got != 2*ms {
		t.Errorf("beside a capture: %v, want 2ms", got)
	}
}
