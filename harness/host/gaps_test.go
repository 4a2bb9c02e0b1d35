package host

import (
	"testing"
	"time"
)

// A script is a thread's clocks: every reading of Now takes a microsecond, at
// some of them a gap lies before, in which the processor clock goes on or not.
type script struct {
	now, used time.Duration
	reads     int
	gaps      map[int]gap // by the number of the reading
}

type gap struct {
	length time.Duration
	host   bool
}

func (s *script) Now() time.Duration {
	s.reads++
	s.now, s.used = s.now+time.Microsecond, s.used+time.Microsecond
	if g, ok := s.gaps[s.reads]; ok {
		s.now += g.length
		if g.host {
			s.used += g.length
		}
	}
	return s.now
}

func (s *script) Used() time.Duration { return s.used }

// Gaps of the host and gaps in which another thread ran are told apart, short
// ones do not count.
func TestSpin(t *testing.T) {
	ms, us := time.Millisecond, time.Microsecond
	s := &script{gaps: map[int]gap{
		100:  {34 * ms, true},
		101:  {3 * ms, false},
		500:  {99 * us, true}, // with the reading's own microsecond: just a gap
		600:  {98 * us, true}, // too short
		2001: {2 * ms, true},  // where the processor clock is read in between
		3000: {5 * ms, false},
	}}
	got := Spin(s, 60*ms)
	want := Gaps{
		Watched: got.Watched, N: 5,
		Host: 36*ms + 99*us + 3*us, LongestHost: 34*ms + us, Others: 8*ms + 2*us, LongestOthers: 5*ms + us,
	}
	if got != want || got.Watched < 60*ms || got.Watched > 61*ms {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Every core that the process may use is spun on.
func TestSpinCores(t *testing.T) {
	cores := Cores()
	got, err := SpinCores(cores, 5*time.Millisecond)
	if err != nil || len(got) != len(cores) {
		t.Fatalf("%d of %d cores: %v", len(got), len(cores), err)
	}
	for i, g := range got {
		if g.Core != cores[i] || g.Watched < 5*time.Millisecond {
			t.Errorf("%+v", g)
		}
	}
	if _, err := SpinCores([]int{1000}, time.Millisecond); err == nil && len(cores) > 0 {
		t.Error("no error for a core that is not there")
	}
}
