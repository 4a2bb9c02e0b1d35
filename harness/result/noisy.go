package result

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Disturbance is what kept a trial from having the machine to itself, in the
// measured part. Shares are parts of 1. The zero Disturbance is none, or a system
// that does not say.
type Disturbance struct {
	Others    float64 `json:"others,omitempty"`    // of all processors' time, used by other processes
	Steal     float64 `json:"steal,omitempty"`     // of the same, given to others by the hypervisor, as it reports it
	Throttled float64 `json:"throttled,omitempty"` // of the clock's time, held back by a limit on the container, at most 1
	// Worst is the processor time that others used in the worst second.
	Worst float64 `json:"others_in_worst_second_s,omitempty"`
	// Host is the share of the workers' time in gaps in which their own processor
	// clocks went on: the host took the processor and reported no steal. HostWorst
	// is the time of all workers in such gaps in the worst bucket. Both are of the
	// buckets in which no checkpoint was under way.
	Host      float64 `json:"host,omitempty"`
	HostWorst float64 `json:"host_worst_bucket_s,omitempty"`
	// StoodStill is the longest time in which the process used no processor and
	// missed its timers: stopped by a signal, or kept off by other processes.
	StoodStill float64 `json:"stood_still_s,omitempty"`
	Asleep     float64 `json:"asleep_s,omitempty"` // the machine was suspended
	// Canary is by how much the canary's speed differed between just before and
	// just after the measured part, as a share.
	Canary   float64  `json:"canary_change,omitempty"`
	Pressure Pressure `json:"pressure,omitzero"`
}

// A Pressure is the share of the clock's time for which some, or all, tasks of
// the machine waited for a resource. Own is the processor's for this process's
// control group. Only memory's is a disturbance: the workers, the checkpointer
// and the collector wait for processors and for the disk themselves.
type Pressure struct {
	CPU        float64 `json:"cpu_some,omitempty"`     // some task waited for a processor
	Own        float64 `json:"own_cpu_some,omitempty"` // the same, within this process's control group
	Memory     float64 `json:"memory_some,omitempty"`  // some task waited for memory
	MemoryFull float64 `json:"memory_full,omitempty"`  // all tasks did
	IO         float64 `json:"io_some,omitempty"`      // some task waited for a disk
	IOFull     float64 `json:"io_full,omitempty"`      // all tasks did
}

// The most of each that a trial may have without being noisy.
const (
	mostOthers     = 0.05 // a daemon's background work is below 0.02
	mostWorst      = 0.3  // seconds; a busy loop beside two workers on two cores gets 0.6
	mostSteal      = 0.02
	mostThrottled  = 0.01
	mostHost       = 0.02  // a quiet virtual machine: 0.0005 to 0.01; a disturbed one: 0.05
	mostHostWorst  = 0.025 // seconds; a quiet virtual machine: 0.001; a disturbed one: 0.034
	mostStoodStill = 0.15  // seconds; a scheduler's slice is 0.004, a container's period 0.1
	mostAsleep     = 0.001 // seconds; between two readings of clocks lie microseconds
	mostCanary     = 0.25  // on a quiet virtual machine it moves by up to 0.18, with the clock frequency
	mostMemory     = 0.02
)

// A part is one kind of disturbance: how much of it there was, the most that is
// no disturbance, and what it is called.
type part struct {
	value, most float64
	name        string
}

// over reports whether this part alone makes a trial noisy.
func (p part) over() bool { return p.value > p.most }

// parts is the table of all kinds.
func (d Disturbance) parts() []part {
	return []part{
		{d.StoodStill, mostStoodStill, fmt.Sprintf("the process stood still for %.2f s", d.StoodStill)},
		{d.Asleep, mostAsleep, fmt.Sprintf("the machine was suspended for %.2f s", d.Asleep)},
		{d.Throttled, mostThrottled,
			fmt.Sprintf("held back by its container's limit for %.0f %% of the time", 100*d.Throttled)},
		{d.Steal, mostSteal, fmt.Sprintf("the hypervisor gave %.0f %% of the machine to others", 100*d.Steal)},
		{d.Host, mostHost, fmt.Sprintf("the host took %.1f %% of the processors' time", 100*d.Host)},
		{d.HostWorst, mostHostWorst,
			fmt.Sprintf("the host took %.0f ms of the processors' time within one bucket", 1000*d.HostWorst)},
		{d.Others, mostOthers, fmt.Sprintf("others used %.0f %% of the machine", 100*d.Others)},
		{d.Worst, mostWorst, fmt.Sprintf("others used %.2f s of processor time within a second", d.Worst)},
		{d.Pressure.Memory, mostMemory,
			fmt.Sprintf("processes waited for memory for %.0f %% of the time", 100*d.Pressure.Memory)},
		{d.Canary, mostCanary, fmt.Sprintf("the machine's speed changed by %.0f %% (canary)", 100*d.Canary)},
	}
}

// Noisy reports whether a trial under d is to be distrusted.
func (d Disturbance) Noisy() bool { return slices.ContainsFunc(d.parts(), part.over) }

// Hit reports whether something took processors, memory or time away, so that a
// trial is run again and an opening left out. What the canary alone saw is not
// enough: it looks at two moments, and a neighbour that fills the shared caches comes
// and goes within a tenth of a second. On such a day six openings of ten were left
// out for it, and the interval of the others was five times as wide as that of all:
// both sides of a pair meet the same neighbour.
func (d Disturbance) Hit() bool { return d.withoutCanary().Noisy() }

// withoutCanary is d as it was known before the canary ran.
func (d Disturbance) withoutCanary() Disturbance {
	d.Canary = 0
	return d
}

// Reasons names every kind of disturbance that is over its limit:
// "others used 12 % of the machine".
func (d Disturbance) Reasons() []string {
	var names []string
	for _, p := range d.parts() {
		if p.over() {
			names = append(names, p.name)
		}
	}
	return names
}

// String is the reasons in one line, empty where there is none.
func (d Disturbance) String() string { return strings.Join(d.Reasons(), "; ") }

// worse returns the more disturbing of two: the one that is further over a limit.
func (d Disturbance) worse(e Disturbance) Disturbance {
	if e.excess() > d.excess() {
		return e
	}
	return d
}

// excess is the largest of d's parts, in units of its limit.
func (d Disturbance) excess() float64 {
	p := slices.MaxFunc(d.parts(), func(a, b part) int { return cmp.Compare(a.value/a.most, b.value/b.most) })
	return p.value / p.most
}

// HostTook returns what the host took from the workers in the buckets of the
// measured part in which no checkpoint was under way: the share of their time,
// and the seconds of all of them in the worst bucket.
//
// Within a checkpoint the algorithm's own doings look the same to a worker: it
// spins on the latch of a checkpointer that is off its processor, it copies a
// page after a fork, and the disk's interrupts come to it. To run a trial again
// for these would choose among the algorithm's own trials.
func (t *Trial) HostTook() (share, worst float64) {
	var taken, elapsed float64
	_, between := t.Moments()
	for _, b := range t.Buckets {
		if between(b) {
			s := float64(b.HostTaken) / 1e9
			taken, elapsed, worst = taken+s, elapsed+b.Elapsed, max(worst, s)
		}
	}
	if elapsed > 0 && t.Workers > 0 {
		share = math.Round(1e4*taken/elapsed/float64(t.Workers)) / 1e4
	}
	return share, round(worst)
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
