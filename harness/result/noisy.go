package result

import "fmt"

// A Disturbance is what kept a trial from having the machine to itself, as parts
// of 1. The zero Disturbance is none, or a system that does not tell.
type Disturbance struct {
	Others    float64 `json:"others,omitempty"`    // of all processors' time, used by other processes
	Steal     float64 `json:"steal,omitempty"`     // of the same, given to others by the hypervisor
	Throttled float64 `json:"throttled,omitempty"` // of the clock's time, held back by a limit on the container
}

// The most of each that a trial may have without being noisy.
const (
	mostOthers    = 0.05
	mostSteal     = 0.02
	mostThrottled = 0.01
)

// Noisy reports whether a trial under d is to be distrusted.
func (d Disturbance) Noisy() bool {
	return d.Others > mostOthers || d.Steal > mostSteal || d.Throttled > mostThrottled
}

// String says what d is: "others used 12 % of the machine".
func (d Disturbance) String() string {
	switch {
	case d.Throttled > mostThrottled:
		return fmt.Sprintf("held back by its container's limit for %.0f %% of the time", 100*d.Throttled)
	case d.Steal > mostSteal:
		return fmt.Sprintf("the hypervisor gave %.0f %% of the machine to others", 100*d.Steal)
	}
	return fmt.Sprintf("others used %.0f %% of the machine", 100*d.Others)
}

// worse returns the more disturbing of two.
func (d Disturbance) worse(e Disturbance) Disturbance {
	if max(e.Others, e.Steal, e.Throttled) > max(d.Others, d.Steal, d.Throttled) {
		return e
	}
	return d
}

// Again is the name under which none runs a second time in every round, so that
// the two can be compared: an A/A test.
const Again = "none-again"

// NoiseFloor returns how far from 1 the ratio of none to itself was, at the worse
// end of its range, if r is of that.
func (r *Row) NoiseFloor() (float64, bool) {
	if r.Algorithm != Again || r.Relative.N == 0 {
		return 0, false
	}
	return max(r.Relative.Hi-1, 1-r.Relative.Lo), true
}
