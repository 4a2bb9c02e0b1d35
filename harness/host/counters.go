package host

import (
	"strings"
	"time"
)

// Counters are what a machine had counted by some moment.
type Counters struct {
	At        time.Duration // monotonic
	Asleep    time.Duration // suspended in all
	Busy      time.Duration // processor time of all processes; 0: the system does not say
	Steal     time.Duration // processor time that the hypervisor says it gave to others
	Own       time.Duration // processor time of this process and of its children that have ended
	Throttled time.Duration // held back by limits of the control group, over the processors
	Stall     Pressure
}

// A Reader reads counters. It may be used concurrently.
type Reader struct {
	files  Files
	clocks Clocks
	group  Cgroup
}

// NewReader returns a reader of a machine's files and of this process's clocks.
func NewReader(f Files, c Clocks) *Reader {
	return &Reader{files: f, clocks: c, group: FindCgroup(f)}
}

// Cgroup returns the control group of this process.
func (r *Reader) Cgroup() Cgroup { return r.group }

// Read reads all counters.
func (r *Reader) Read() Counters {
	c := r.readCPU()
	c.Asleep = r.clocks.Asleep()
	c.Throttled = r.group.throttled()
	c.Stall = r.files.readPressure(r.group.own)
	return c
}

// readCPU reads the counters of processor time alone.
func (r *Reader) readCPU() Counters {
	c := Counters{At: r.clocks.Now(), Own: r.clocks.Used()}
	c.Busy, c.Steal = parseStat(r.files.line("/proc/stat"))
	return c
}

// tick is the unit of /proc/stat, whatever the kernel's own.
const tick = 10 * time.Millisecond

// parseStat reads the first line of /proc/stat, in ticks:
// cpu user nice system idle iowait irq softirq steal guest. User has guest in it.
func parseStat(line string) (busy, steal time.Duration) {
	f := strings.Fields(line)
	for i := 1; i < min(len(f), 9); i++ {
		n, ok := number(f[i])
		switch d := time.Duration(n) * tick; {
		case !ok:
			return 0, 0
		case i == 8:
			steal = d
		case i != 4 && i != 5: // idle, and idle while waiting for a disk
			busy += d
		}
	}
	return busy, steal
}
