package harness

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ckptbench/harness/result"
)

// A cpuUse is what the machine's processors had done by some moment, in seconds
// of processor time.
type cpuUse struct {
	at        time.Time
	busy      float64 // all processes
	steal     float64 // the hypervisor gave it to others
	own       float64 // this process and its children that have ended
	throttled float64 // the container was kept from running, seconds of the clock
}

// ticksPerSecond is the unit of /proc/stat on Linux, whatever the kernel's own.
const ticksPerSecond = 100

// readCPU reads what has been used so far. What the system does not say is 0.
func readCPU() cpuUse {
	u := cpuUse{at: time.Now()}
	f := strings.Fields(firstLine("/proc/stat"))
	// cpu user nice system idle iowait irq softirq steal; user has the guests' in it
	for i := 1; i < min(len(f), 9); i++ {
		v, err := strconv.ParseFloat(f[i], 64)
		switch {
		case err != nil:
			return cpuUse{at: u.at}
		case i == 8:
			u.steal = v / ticksPerSecond
		case i != 4 && i != 5:
			u.busy += v / ticksPerSecond
		}
	}
	u.own = processSeconds(unix.RUSAGE_SELF) + processSeconds(unix.RUSAGE_CHILDREN)
	u.throttled = throttledSeconds()
	return u
}

func processSeconds(who int) float64 {
	var r unix.Rusage
	if unix.Getrusage(who, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()).Seconds()
}

// throttledSeconds is for how long the control group was held back by its limit.
func throttledSeconds() float64 {
	data, err := os.ReadFile("/sys/fs/cgroup/cpu.stat")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, "throttled_usec "); ok {
			usec, _ := strconv.ParseFloat(strings.TrimSpace(v), 64)
			return usec / 1e6
		}
	}
	return 0
}

// since returns what disturbed the process from u until now.
func (u cpuUse) since() result.Disturbance { return u.until(readCPU()) }

func (u cpuUse) until(now cpuUse) result.Disturbance {
	span := now.at.Sub(u.at).Seconds()
	if span <= 0 || now.busy == 0 {
		return result.Disturbance{}
	}
	all := span * float64(runtime.NumCPU())
	return result.Disturbance{
		Others:    part(now.busy-u.busy-(now.own-u.own), all),
		Steal:     part(now.steal-u.steal, all),
		Throttled: part(now.throttled-u.throttled, span),
	}
}

// part is a/b, and 0 where rounding made a negative.
func part(a, b float64) float64 { return float64(int(1000*max(0, a/b)+0.5)) / 1000 }
