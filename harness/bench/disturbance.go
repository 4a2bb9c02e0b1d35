package bench

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

// A lookout sees what the machine does beside the measured parts of trials. It
// serves one at a time. A nil lookout sees nothing.
type lookout struct {
	reader *host.Reader
	canary *host.Canary
}

// newLookout looks at the machine that this process runs on.
func newLookout() *lookout {
	clocks := host.SystemClocks()
	return &lookout{host.NewReader(host.Machine(), clocks), host.NewCanary(clocks)}
}

// begin runs the canary and begins to watch. It is called just before a trial's
// workers start: the warm-up is watched too, but does not count.
func (l *lookout) begin() *lookedAt {
	if l == nil {
		return nil
	}
	return &lookedAt{l: l, before: l.canary.Run()}
}

// A lookedAt is what a lookout sees of one trial, or of one opening of a pair.
type lookedAt struct {
	l      *lookout
	before host.Speed
	watch  *host.Watch
	stop   func() // of the goroutine that looks; nil where the caller does
}

// measuring begins the span that counts. A goroutine looks at the machine meanwhile.
func (a *lookedAt) measuring() {
	if a != nil {
		a.watch = a.l.reader.Begin()
		a.stop = a.watch.Keep()
	}
}

// measuringTurns begins the span that counts, in which the caller looks between
// slices: with a goroutine that looks, the kernel took a worker off its core in a
// third of all quads of 20 ms, and in a tenth without.
func (a *lookedAt) measuringTurns() {
	if a != nil {
		a.watch = a.l.reader.Begin()
	}
}

// look looks at the machine, between two slices.
func (a *lookedAt) look() {
	if a != nil {
		a.watch.Look()
	}
}

// skip looks after a slice in which the algorithm may have kept all workers waiting,
// so that the process did nothing.
func (a *lookedAt) skip() {
	if a != nil {
		a.watch.Skip()
	}
}

// measured ends the span.
func (a *lookedAt) measured() {
	if a == nil {
		return
	}
	if a.stop != nil {
		a.stop()
	}
	a.watch.End()
}

// into stores what was seen. It is called when the trial's workers and children
// have ended: the canary runs again, alone.
func (a *lookedAt) into(out *result.Trial) {
	if a == nil {
		return
	}
	out.Canary, out.Disturbed = a.report()
}

// report runs the canary again and returns what was seen; nil and the zero
// Disturbance where nothing looked.
func (a *lookedAt) report() (*result.Canary, result.Disturbance) {
	if a == nil {
		return nil, result.Disturbance{}
	}
	after := a.l.canary.Run()
	d := result.Disturb(a.watch.Sight(), runtime.NumCPU())
	d.Canary = math.Round(1000*a.before.Change(after)) / 1000
	return &result.Canary{Before: a.before, After: after}, d
}

// lookBefore sees what else runs on the machine before an experiment begins. In
// this time the program runs the canary on one processor and nothing else, so
// that its own earlier work, or the compiler that built it, is not in it.
func (l *lookout) lookBefore() (host.Speed, []string) {
	const span = 100 * time.Millisecond
	w := l.reader.Begin()
	speed := l.canary.Run()
	for start := time.Now(); time.Since(start) < span; w.Look() {
		speed = speed.Best(l.canary.Run())
	}
	w.End()
	return speed, warnBefore(w.Sight(), runtime.NumCPU())
}

// The most that may go on before an experiment without a warning: the time is
// short, and a tick of one process is a twentieth of it on two processors.
const mostBefore = 0.2

// warnBefore says what else ran before an experiment.
func warnBefore(s host.Sight, cores int) []string {
	var ws []string
	warn := func(part float64, format string) {
		if part > mostBefore {
			ws = append(ws, fmt.Sprintf(format, 100*part))
		}
	}
	d := result.Disturb(s, cores)
	warn(d.Others, "just before the run others used %.0f %% of the machine")
	warn(d.Pressure.CPU, "just before the run processes waited for a processor for %.0f %% of the time")
	warn(d.Pressure.Memory, "just before the run processes waited for memory for %.0f %% of the time")
	return ws
}
