// Package doctor looks at a machine for some seconds and says, in plain words,
// whether figures that are measured on it now will be disturbed, and how small a
// difference between two algorithms would show.
package doctor

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

// Findings are what was seen of a machine.
type Findings struct {
	CPU   string // the model's name
	Cores int    // logical processors
	// Of this process; may be less than Cores.
	GOMAXPROCS int
	Span       time.Duration // for how long was looked
	Gaps       []host.Gaps   // a core each; nil where threads cannot be kept on a core
	// In ns a step.
	Speeds []host.Speed // of the canary, in the order they were read
	Sight  host.Sight   // while the gaps were looked for
	Limits host.Limits  // of the control group
	Facts  []host.Fact  // settings of the system that matter
	// Least is the half-width of the 95 % interval of the ratio of two loops that
	// are the same, after pairedFor; 0 where it was not measured.
	Least float64
}

// pairedFor is the time that two algorithms are compared for, by which Least is
// extrapolated.
const pairedFor = 20 * time.Second

// Least and longest time to look.
const (
	ShortestLook = 1 * time.Second
	LongestLook  = 10 * time.Minute
)

// readings of the canary, at even distances in the first part of the time.
const readings = 10

// Examine looks at this machine for a time: canaries, then gaps on every core,
// then two equal loops in turns. Nothing else should run in the process. An error
// is ctx's.
func Examine(ctx context.Context, span time.Duration) (Findings, error) {
	clocks := host.SystemClocks()
	reader := host.NewReader(host.Machine(), clocks)
	f := Findings{
		CPU: host.CPU(host.Machine()), Cores: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0), Span: span,
		Limits: reader.Cgroup().Limits(), Facts: host.Facts(host.Machine()),
	}
	// A fifth of the time; the gaps and the two loops get two fifths each.
	speeds, err := canaries(ctx, clocks, span/5)
	if err != nil {
		return f, err
	}
	f.Speeds = speeds

	// Over the gaps' part of the time alone.
	watch := reader.Begin()
	stop := watch.Keep()
	f.Gaps, err = host.SpinCores(host.Cores(), span*2/5)
	stop()
	watch.End()
	f.Sight = watch.Sight()
	if err != nil {
		// Where threads cannot be kept on a core, which is no error of the look: Reasons says
		// what is not known.
		f.Gaps = nil
	}
	// Returns early where ctx ends; the error below is then ctx's.
	f.Least = compareEqual(ctx, f.Cores, span*2/5)
	return f, ctx.Err()
}

// canaries runs the canary at regular times over span. It returns early when ctx ends.
func canaries(ctx context.Context, c host.Clocks, span time.Duration) ([]host.Speed, error) {
	k := host.NewCanary(c)
	var out []host.Speed
	for range readings {
		// The distance is from start to start, however long the canary itself takes.
		next := time.Now().Add(span / readings)
		out = append(out, k.Run())
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Until(next)):
		}
	}
	return out, nil
}

// Disturbance returns what was seen as a trial that ran in this time would have
// had it. The canary is not in it: an idle machine changes its frequency.
func (f Findings) Disturbance() result.Disturbance {
	// By the same rule as for trials, so that doctor and a report agree.
	d := result.Disturb(f.Sight, f.Cores)
	var host, watched time.Duration
	for _, g := range f.Gaps {
		host, watched = host+g.Host, watched+g.Watched
	}
	// By the gaps, where they could be looked for.
	if watched > 0 {
		d.Host = host.Seconds() / watched.Seconds()
	}
	return d
}

// The most that a machine may have without a warning, beside a trial's limits.
const (
	longestGap = 25 * time.Millisecond // of the host: a transaction then takes ten thousand times as long
	mostSpread = 0.4                   // of the canary: twice a trial's, for the machine is idle in between
	mostLeast  = 0.03                  // the threshold of the comparison of builds
	// share of the time for which tasks waited for a processor, with one of this program's on each
	mostWaiting = 0.2
)

// Reasons says why figures will be disturbed; empty: they will not be.
func (f Findings) Reasons() []string {
	var out []string
	add := func(yes bool, format string, args ...any) {
		if yes {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	// Nothing known is a reason: silence must not pass for quiet.
	add(len(f.Gaps) == 0 && !f.Sight.Known, "this system does not show what else runs on it")
	d := f.Disturbance()
	out = append(out, d.Reasons()...)
	for _, g := range f.Gaps {
		add(g.LongestHost > longestGap, "the host took core %d for %.0f ms at a stretch", g.Core,
			1000*g.LongestHost.Seconds())
	}
	// In percent of the time in which some task waited, not of processor time.
	waiting := share(f.Sight.Stall.CPU.Some, f.Sight.Span)
	add(waiting > mostWaiting, "processes waited for a processor for %.0f %% of the time", 100*waiting)
	add(f.Limits.Cores > 0 && f.Limits.Cores < float64(f.GOMAXPROCS),
		"the container may use %.2f processors, and the program uses %d", f.Limits.Cores, f.GOMAXPROCS)
	arithmetic, chase := f.spreads()
	add(arithmetic > mostSpread, "the speed of arithmetic varied by %.0f %%", 100*arithmetic)
	add(chase > mostSpread, "the speed of memory varied by %.0f %%", 100*chase)
	add(f.Least > mostLeast, "only differences over %.1f %% could be seen", 100*f.Least)
	return out
}

// spreads are the largest changes of the canary's two loops.
func (f Findings) spreads() (arithmetic, chase float64) {
	if len(f.Speeds) == 0 {
		return 0, 0
	}
	// Each loop has its own extremes: they need not be of one reading.
	lo, hi := f.Speeds[0], f.Speeds[0]
	for _, s := range f.Speeds {
		lo = host.Speed{Arithmetic: min(lo.Arithmetic, s.Arithmetic), Chase: min(lo.Chase, s.Chase)}
		hi = host.Speed{Arithmetic: max(hi.Arithmetic, s.Arithmetic), Chase: max(hi.Chase, s.Chase)}
	}
	return hi.Arithmetic/lo.Arithmetic - 1, hi.Chase/lo.Chase - 1
}

// share is the part that a is of b, 0 where b is none.
func share(a, b time.Duration) float64 {
	if b <= 0 {
		return 0
	}
	return a.Seconds() / b.Seconds()
}
