package host

import (
	"math"
	"strings"
	"time"
)

// Limits are what the control groups of a process allow it.
// It is what a container may use of the machine.
type Limits struct {
	Cores     float64 // processor time a second; 0: no limit
	Memory    int64   // bytes; 0: no limit
	Available int64   // bytes that may still be taken below the tightest limit; meaningless without one
}

// Limits reads the tightest limits of the group and its ancestors.
func (c Cgroup) Limits() Limits {
	var l Limits
	// The tightest of the group's own and its ancestors': each holds.
	for _, g := range c.cpu {
		if q := c.quota(g); q > 0 && (l.Cores == 0 || q < l.Cores) {
			l.Cores = q
		}
	}
	for _, g := range c.memory {
		most, used := c.memoryOf(g)
		if most == 0 {
			continue
		}
		// The level with the least left is not always the one with the lowest limit.
		if l.Memory == 0 || most-used < l.Available {
			l.Available = max(0, most-used)
		}
		if l.Memory == 0 || most < l.Memory {
			l.Memory = most
		}
	}
	return l
}

// quota returns a group's processor time a second, 0 without a limit.
func (c Cgroup) quota(g level) float64 {
	most, period := c.files.line(g.dir+"/cpu.cfs_quota_us"), c.files.line(g.dir+"/cpu.cfs_period_us")
	if g.v2 { // "max 100000" or "20000 100000"
		most, period, _ = strings.Cut(c.files.line(g.dir+"/cpu.max"), " ")
	}
	q, ok := number(most) // "max" and -1 are none
	p, valid := number(period)
	if !ok || !valid || p == 0 {
		return 0
	}
	return float64(q) / float64(p)
}

// memoryOf returns a group's limit, 0 without one, and what counts against it
// and cannot simply be dropped: pages of files that were not used lately can.
func (c Cgroup) memoryOf(g level) (most, used int64) {
	limit, usage, idle := "/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file"
	if g.v2 {
		limit, usage, idle = "/memory.max", "/memory.current", "inactive_file"
	}
	most, ok := number(c.files.line(g.dir + limit))
	if !ok || most > math.MaxInt64/2 { // version 1 has a number near the largest for none
		return 0, 0
	}
	used, _ = number(c.files.line(g.dir + usage))
	// The kernel gives such pages back before it kills anything.
	cache, _ := c.files.value(g.dir+"/memory.stat", idle)
	return most, max(0, used-cache)
}

// throttled returns for how long the group and its ancestors were held back by
// their limits, added up over the processors.
// It only grows; a trial compares two readings.
func (c Cgroup) throttled() time.Duration {
	var sum time.Duration
	for _, g := range c.cpu {
		key, unit := "throttled_time", time.Nanosecond
		if g.v2 {
			key, unit = "throttled_usec", time.Microsecond
		}
		n, _ := c.files.value(g.dir+"/cpu.stat", key)
		sum += time.Duration(n) * unit
	}
	return sum
}
