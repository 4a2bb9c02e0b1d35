package bench

import (
	"ckptbench/harness/host"

	"golang.org/x/sys/unix"
)

// linuxThread reads the use of the calling thread. It takes about a microsecond.
type linuxThread struct{}

// ownThread returns the clock of whatever thread calls it; nil where there is none.
func ownThread() threadClock { return linuxThread{} }

func (linuxThread) use() threadUse { return useOf(threadCounts, host.ThreadUsed) }

// threadCounts returns what the calling thread has used but its CPU time.
func threadCounts() threadUse {
	var r unix.Rusage
	// It does not fail with these arguments; if it did, the figures would stay 0.
	_ = unix.Getrusage(unix.RUSAGE_THREAD, &r)
	return threadUse{slept: int64(r.Nvcsw), preempted: int64(r.Nivcsw), faults: int64(r.Majflt) + int64(r.Minflt)}
}
