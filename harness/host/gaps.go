package host

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Gaps are the times for which a thread that did nothing but read the clock was
// not running, on one core.
type Gaps struct {
	Core    int           // the processor watched
	Watched time.Duration // for how long
	// The thread's own processor clock went on: the machine below this one took
	// the processor away and says nothing of it.
	Host, LongestHost time.Duration
	// It did not: another thread had the core.
	Others, LongestOthers time.Duration
	N                     int // gaps of both kinds
}

// leastGap is the shortest gap that counts. An interrupt takes a few
// microseconds, and a page fault of the host some tens.
const leastGap = 100 * time.Microsecond

// Spin reads a thread's clock for a time and notes the gaps.
//
// The processor clock takes a system call, so it is read only now and then
// between gaps: at a gap, what it went on since then, less what was spun since
// then, is what it went on in the gap.
func Spin(c ThreadClock, span time.Duration) Gaps {
	var g Gaps
	const readUsed = 2000 // iterations, some tens of microseconds
	start := c.Now()
	last, used, usedAt := start, c.Used(), start
	for n := 0; last-start < span; n++ {
		now := c.Now()
		gap := now - last
		if gap >= leastGap || n%readUsed == 0 {
			u := c.Used()
			if inGap := u - used - (last - usedAt); gap >= leastGap {
				g.add(gap, inGap >= gap/2)
			}
			used, usedAt = u, now
		}
		last = now
	}
	g.Watched = last - start
	return g
}

// add counts a gap: one in which no process ran was the host's, any other a process's.
func (g *Gaps) add(gap time.Duration, host bool) {
	g.N++
	if host {
		g.Host, g.LongestHost = g.Host+gap, max(g.LongestHost, gap)
		return
	}
	g.Others, g.LongestOthers = g.Others+gap, max(g.LongestOthers, gap)
}

// SpinCores spins on every core at once, a thread on each, and returns a Gaps
// for each. The error says that a thread could not be kept on its core.
func SpinCores(cores []int, span time.Duration) ([]Gaps, error) {
	out := make([]Gaps, len(cores))
	errs := make([]error, len(cores))
	var wg sync.WaitGroup
	for i, core := range cores {
		wg.Go(func() {
			// Never unlocked: the thread ends with the goroutine, so that none
			// that is kept on a core is used for anything else.
			runtime.LockOSThread()
			if errs[i] = Pin(core); errs[i] == nil {
				out[i] = Spin(threadClock{time.Now()}, span)
				out[i].Core = core
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("keep a thread on core %d: %w", cores[i], err)
		}
	}
	return out, nil
}

// A threadClock counts from a moment; the thread must not change.
type threadClock struct{ from time.Time }

func (c threadClock) Now() time.Duration { return time.Since(c.from) }
func (threadClock) Used() time.Duration  { return ThreadUsed() }
