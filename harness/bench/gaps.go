package bench

import (
	"time"

	"ckptbench/harness/bench/tsc"
)

// gaps are stretches in which a client's thread did not get on, though its
// transactions are short and none of them waited for a lock or a checkpoint.
type gaps struct {
	// Host is what the host of a virtual machine took: nothing on this machine ran
	// in the thread's place, so that its own clock of CPU time went on.
	Host time.Duration
	// Preempted is what the kernel gave to another thread. That may be one of this
	// process: with as many workers as processors, the checkpointer's.
	Preempted time.Duration
	// Slept is what the thread slept of itself: Go's scheduler or collector put it
	// aside, or it waited for a page or a signal. It is the process's own.
	Slept time.Duration

	N       int           // gaps with a part that is Host or Preempted
	Longest time.Duration // of these
}

// add adds the gaps of another worker.
func (g *gaps) add(o gaps) {
	g.Host += o.Host
	g.Preempted += o.Preempted
	g.Slept += o.Slept
	g.N += o.N
	g.Longest = max(g.Longest, o.Longest)
}

// A threadUse is what a thread has used since it began.
type threadUse struct {
	cpu       time.Duration // its clock of CPU time
	slept     int64         // voluntary context switches
	preempted int64         // involuntary ones
	faults    int64         // page faults, of both kinds
}

// useOf reads what a thread has used, its CPU clock last. A kernel that preempts lazily
// takes a thread off its processor where a system call returns, so often just here. With
// the clock first, the counts would hold a switch whose gap is yet to come, that gap would
// have no switch, and the host would be blamed for it.
func useOf(counts func() threadUse, cpu func() time.Duration) threadUse {
	u := counts()
	u.cpu = cpu()
	return u
}

// A threadClock reads the use of the thread that calls it.
type threadClock interface{ use() threadUse }

const (
	// leastGap is how far apart two readings are that have a gap between them: the
	// longest of short transactions take a quarter of it.
	leastGap = 200 * time.Microsecond
	// lookEvery is how often the thread's use is read where there is no gap, so
	// that what is charged to a gap is no older. It costs under a thousandth.
	lookEvery = 2 * time.Millisecond
)

// A looker finds the gaps between one client's readings of the clock, and finds
// out who had the time. The client's goroutine is locked to its thread while it is
// used.
type looker struct {
	clock  *tsc.Clock
	thread threadClock
	least  uint64 // leastGap, ticks
	every  uint64 // lookEvery, ticks

	before threadUse // at the last look
	at     uint64    // when that was, ticks
}

// newLooker returns a looker, or nil where threads do not tell what they use.
func newLooker(c *tsc.Clock, thread threadClock) *looker {
	if thread == nil {
		return nil
	}
	return &looker{clock: c, thread: thread, least: c.In(leastGap), every: c.In(lookEvery)}
}

// begin looks at the thread of the caller, which all further calls are made on.
func (l *looker) begin(now uint64) {
	if l != nil {
		l.before, l.at = l.thread.use(), now
	}
}

// due reports whether observe has anything to do: two successive readings are a
// gap apart, or the last look was long ago.
func (l *looker) due(from, now uint64) bool {
	return l != nil && (now-l.at >= l.every || tsc.Ticks(from, now) >= l.least)
}

// observe takes two successive readings. short reports that what lies between is
// short by nature and did not wait, so that a gap is one. It adds to g.
func (l *looker) observe(from, now uint64, short bool, g *gaps) {
	use := l.thread.use()
	if gap := tsc.Ticks(from, now); short && gap >= l.least {
		wall := time.Duration(l.clock.Between(l.at, now))
		g.add(blame(time.Duration(l.clock.Nanoseconds(gap)), wall, l.before, use))
	}
	l.before, l.at = use, now
}

// blame finds out who had the time of a gap, from what the thread used within a
// stretch of wall time at whose end the gap lies.
//
// A thread that was not switched from lost the gap to the host, whether or not the
// host's time is in its CPU clock, which depends on the kernel. One that was
// switched from lost as much as its CPU clock stood still, to others if the kernel
// did it, to itself if it slept; the rest, if it is a gap by itself, to the host.
// A gap with a page fault in it is nobody's but the process's own: the host backs a
// page when it is first used, and that may take tens of milliseconds. It is the
// price of fresh memory, and an algorithm that needs some pays it. To leave such
// slices out would flatter it.
func blame(gap, wall time.Duration, before, after threadUse) gaps {
	var g gaps
	rest := gap
	if slept, preempted := after.slept-before.slept, after.preempted-before.preempted; slept+preempted > 0 {
		away := min(gap, max(0, wall-(after.cpu-before.cpu)))
		if slept > 0 {
			g.Slept = away
		} else {
			g.Preempted = away
		}
		rest -= away
	}
	if rest >= leastGap && after.faults == before.faults {
		g.Host = rest
	}
	if g.Host+g.Preempted > 0 {
		g.N, g.Longest = 1, g.Host+g.Preempted
	}
	return g
}
