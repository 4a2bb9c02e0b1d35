package result

import (
	"math"
	"time"

	"ckptbench/harness/host"
)

// Disturb returns what was seen beside a process, on a machine with so many
// cores, as shares.
// s is what was seen beside the process over the trial. Shares are of all cores' time, or of the span for what
// a process waits.
func Disturb(s host.Sight, cores int) Disturbance {
	if s.Span <= 0 {
		return Disturbance{}
	}
	all := s.Span * time.Duration(cores)
	return Disturbance{
		Others: share(s.Others, all), Worst: round(s.Worst.Seconds()), Steal: share(s.Steal, all),
		Throttled:  min(1, share(s.Throttled, s.Span)),
		StoodStill: round(s.StoodStill.Seconds()), Asleep: round(s.Asleep.Seconds()),
		Pressure: Pressure{
			CPU: share(s.Stall.CPU.Some, s.Span), Own: share(s.Stall.Own.Some, s.Span),
			Memory: share(s.Stall.Memory.Some, s.Span), MemoryFull: share(s.Stall.Memory.Full, s.Span),
			IO: share(s.Stall.IO.Some, s.Span), IOFull: share(s.Stall.IO.Full, s.Span),
		},
	}
}

// share is a/b to three places.
// b is not 0: the span was looked at.
func share(a, b time.Duration) float64 { return round(a.Seconds() / b.Seconds()) }

// round rounds to three decimals.
func round(v float64) float64 { return math.Round(1000*v) / 1000 }
