package host

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Clocks are the clocks of a process.
type Clocks interface {
	// Now returns the monotonic time since some fixed moment. It stands still
	// while the machine is suspended.
	Now() time.Duration
	// Asleep returns for how long the machine has been suspended in all.
	Asleep() time.Duration
	// Used returns the processor time of this process and of its children that
	// have ended.
	Used() time.Duration
}

// A ThreadClock is the clocks of one thread, which alone may call it.
type ThreadClock interface {
	Now() time.Duration  // monotonic, since some fixed moment
	Used() time.Duration // the processor time of the thread
}

// Machine returns the files of this machine.
func Machine() Files { return Files{os.DirFS("/")} }

// SystemClocks returns the clocks of this process. They may be used
// concurrently.
func SystemClocks() Clocks { return systemClocks{time.Now()} }

// A systemClocks counts from a moment; time.Since reads the monotonic clock.
type systemClocks struct{ from time.Time }

func (c systemClocks) Now() time.Duration { return time.Since(c.from) }

func (systemClocks) Asleep() time.Duration { return asleep() }

func (systemClocks) Used() time.Duration {
	return usage(unix.RUSAGE_SELF) + usage(unix.RUSAGE_CHILDREN)
}

// usage is the processor time of this process or its children, in user and system mode.
func usage(who int) time.Duration {
	var r unix.Rusage
	if unix.Getrusage(who, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
