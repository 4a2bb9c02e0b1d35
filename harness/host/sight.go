package host

import "time"

// A Sight is what a machine did beside this process over a span.
type Sight struct {
	Span time.Duration // that was watched
	// Processor time of other processes, in all and in the worst second. With
	// Known false the system does not say.
	Others, Worst time.Duration
	Known         bool          // the system tells these figures
	Steal         time.Duration // processor time, as the hypervisor reports it
	Throttled     time.Duration // held back by limits of the control group, over the processors
	Asleep        time.Duration // the machine was suspended
	StoodStill    time.Duration // the longest time for which this process did nothing at all
	Stall         Pressure      // what tasks waited for
}

// between puts together what was read over a span, in the order of time; the
// last is the span's end. After is read later, when all children have ended.
func between(cs []Counters, after Counters) Sight {
	if len(cs) < 2 {
		return Sight{}
	}
	first, last := cs[0], cs[len(cs)-1]
	s := Sight{
		Span:      last.At - first.At,
		Steal:     max(0, last.Steal-first.Steal),
		Throttled: max(0, last.Throttled-first.Throttled),
		Asleep:    max(0, last.Asleep-first.Asleep),
		Stall:     last.Stall.minus(first.Stall),
	}
	if first.Busy == 0 || last.Busy == 0 {
		return s
	}
	others := othersOf(cs, after)
	s.Known, s.Others, s.Worst = true, max(0, others[len(cs)-1]-others[0]), worst(cs, others)
	return s
}

// othersOf returns the processor time of other processes at each reading.
//
// The time of a child, such as a forked checkpointer, counts as this process's
// only when the child has ended; until then it looks like another process's.
// What others have used never shrinks, so the least of all later readings is an
// upper bound without such children.
func othersOf(cs []Counters, after Counters) []time.Duration {
	least := after.Busy - after.Own
	out := make([]time.Duration, len(cs))
	for i := len(cs) - 1; i >= 0; i-- {
		least = min(least, cs[i].Busy-cs[i].Own)
		out[i] = least
	}
	return out
}

// worst returns what others used in the worst second: from each reading to the
// first one at least a second later, scaled to a second. A shorter span is taken
// as it is.
func worst(cs []Counters, others []time.Duration) time.Duration {
	const window = time.Second
	if last := len(cs) - 1; cs[last].At-cs[0].At < window {
		return max(0, others[last]-others[0])
	}
	most := time.Duration(0)
	for i, j := 0, 0; i < len(cs); i++ {
		for j < len(cs) && cs[j].At-cs[i].At < window {
			j++
		}
		if j == len(cs) {
			break
		}
		used := float64(others[j] - others[i])
		most = max(most, time.Duration(used*float64(window)/float64(cs[j].At-cs[i].At)))
	}
	return most
}
