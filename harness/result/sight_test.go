package result

import (
	"testing"
	"time"

	"ckptbench/harness/host"
)

func TestDisturb(t *testing.T) {
	s := time.Second
	seen := host.Sight{
		Span: 10 * s, Known: true, Others: 4 * s, Worst: s, Steal: 2 * s, Throttled: 2 * s, Asleep: 3 * s, StoodStill: s / 2,
		Stall: host.Pressure{
			Known: true, CPU: host.Stall{Some: s}, Own: host.Stall{Some: s / 2},
			Memory: host.Stall{Some: 2 * s, Full: s}, IO: host.Stall{Some: 3 * s, Full: 2 * s},
		},
	}
	want := Disturbance{
		Others: 0.2, Worst: 1, Steal: 0.1, Throttled: 0.2, Asleep: 3, StoodStill: 0.5,
		Pressure: Pressure{CPU: 0.1, Own: 0.05, Memory: 0.2, MemoryFull: 0.1, IO: 0.3, IOFull: 0.2},
	}
	if got := Disturb(seen, 2); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	seen.Throttled = 15 * s // of several processors at once
	if got := Disturb(seen, 2).Throttled; got != 1 {
		t.Errorf("throttled %v", got)
	}
	if got := Disturb(host.Sight{}, 2); got != (Disturbance{}) {
		t.Errorf("nothing seen: %+v", got)
	}
}
