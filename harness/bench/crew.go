package bench

import (
	"runtime"
	"sync"
	"time"

	"ckptbench/harness/host"
)

// A crew are the threads that a side's workers run on, one each, for as long as the side
// is open. Where the workers need more than half of the processors, each is kept on one
// of its own: all of them wake at the same moment with every slice, and the kernel put
// two on the same processor in more than every second slice, beside an idle one (two
// workers, two processors, slices of 5 ms). In a trial they run on, and it soon moves one.
// One goroutine uses it.
type crew struct {
	turns []chan func(worker int) // an unbuffered one each; closed: the thread ends
	used  []time.Duration
	busy  sync.WaitGroup
}

// newCrew starts n threads. cores are the processors that they may run on, nil where the
// system does not say.
func newCrew(n int, cores []int) *crew {
	c := &crew{used: make([]time.Duration, n)}
	for i := range n {
		turns := make(chan func(worker int))
		c.turns = append(c.turns, turns)
		core := ownCore(i, n, cores)
		go func() {
			// Never unlocked: the thread ends with the goroutine, so that none that is
			// kept on a core is used for anything else.
			runtime.LockOSThread()
			if core >= 0 {
				_ = host.Pin(core) // where it may not, the kernel places it
			}
			for work := range turns {
				from := host.ThreadUsed()
				work(i)
				c.used[i] = host.ThreadUsed() - from
				c.busy.Done()
			}
		}()
	}
	return c
}

// ownCore returns the processor that worker i of n is kept on, or -1.
func ownCore(i, n int, cores []int) int {
	if n > len(cores) || 2*n <= len(cores) {
		return -1
	}
	return cores[i]
}

// run calls work on every thread and waits for all of them. It returns the processor time
// that the other threads of the process used meanwhile.
func (c *crew) run(work func(worker int)) (rest time.Duration) {
	from := host.ProcessUsed()
	c.busy.Add(len(c.turns))
	for _, turns := range c.turns {
		turns <- work
	}
	c.busy.Wait()
	rest = host.ProcessUsed() - from
	for _, used := range c.used {
		rest -= used
	}
	return max(0, rest)
}

// end ends the threads.
func (c *crew) end() {
	for _, turns := range c.turns {
		close(turns)
	}
}

// blameOthers moves what the kernel gave to threads of other processes from what laps were
// preempted to what the host took: it is as little the side's own. rest is the processor
// time that the threads of this process used that run no transactions; no more than that
// was preempted for the side's sake.
func blameOthers(laps []lap, rest time.Duration) {
	var preempted time.Duration
	for i := range laps {
		preempted += laps[i].gaps.Preempted
	}
	if preempted <= rest {
		return
	}
	others := float64(preempted-rest) / float64(preempted)
	for i := range laps {
		g := &laps[i].gaps
		part := time.Duration(others * float64(g.Preempted))
		g.Host, g.Preempted = g.Host+part, g.Preempted-part
	}
}
