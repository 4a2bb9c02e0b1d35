package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// asleep is by how much the clock that goes on in suspension is ahead of the one
// that does not.
func asleep() time.Duration {
	return max(0, clock(unix.CLOCK_BOOTTIME)-clock(unix.CLOCK_MONOTONIC))
}

// ThreadUsed returns the processor time of the calling thread.
func ThreadUsed() time.Duration { return clock(unix.CLOCK_THREAD_CPUTIME_ID) }

// ProcessUsed returns the processor time of this process. Of a thread that is running
// meanwhile the last few milliseconds may be missing.
func ProcessUsed() time.Duration { return clock(unix.CLOCK_PROCESS_CPUTIME_ID) }

// clock reads one of the kernel's clocks; 0 where it has none of this number.
func clock(id int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// Cores returns the processors that this process may run on, nil where the
// system does not say.
func Cores() []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	var cores []int
	for i := range 8 * len(set) * 8 {
		if set.IsSet(i) {
			cores = append(cores, i)
		}
	}
	return cores
}

// Pin keeps the calling thread on one core.
func Pin(core int) error {
	var set unix.CPUSet
	set.Set(core)
	return unix.SchedSetaffinity(0, &set)
}
