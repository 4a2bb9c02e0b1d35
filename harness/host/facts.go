package host

import (
	"io/fs"
	"strings"
)

// A Fact is a setting of the machine, or what it lets a guest see. The value is
// empty where the machine does not say.
type Fact struct{ Name, Value string }

// Facts reads what a machine is set to.
// What is read here explains differences between machines; nothing is set.
func Facts(f Files) []Fact {
	return []Fact{
		{"governor", f.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")},
		{"clock source", f.line("/sys/devices/system/clocksource/clocksource0/current_clocksource")},
		{"transparent huge pages", chosen(f.line("/sys/kernel/mm/transparent_hugepage/enabled"))},
		{"reserved huge pages", f.line("/proc/sys/vm/nr_hugepages")},
		{"frequency", kilohertz(f.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"))},
		{"temperature", f.temperature()},
		{"hardware counters", f.counters()},
	}
}

// CPU returns the name of the processor's model, "" where the machine does not say.
func CPU(f Files) string {
	for line := range strings.Lines(f.text("/proc/cpuinfo")) {
		// The first core's: all are taken for equal.
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return ""
}

// chosen returns the choice in brackets: "always [madvise] never" is madvise.
func chosen(line string) string {
	_, after, ok := strings.Cut(line, "[")
	choice, _, closed := strings.Cut(after, "]")
	if !ok || !closed {
		return line
	}
	return choice
}

// kilohertz adds the unit to what is a number.
// No number means that the guest is not told.
func kilohertz(s string) string {
	if _, ok := number(s); !ok {
		return ""
	}
	return s + " kHz"
}

// temperature returns that of the first thermal zone, in thousandths of a degree.
func (f Files) temperature() string {
	zones, err := fs.Glob(f.FS, "sys/class/thermal/thermal_zone*/temp")
	if err != nil || len(zones) == 0 {
		return ""
	}
	if s := f.line(zones[0]); s != "" {
		return s + " millidegrees"
	}
	return ""
}

// counters says whether the processor's performance counters are there. A guest
// of most hypervisors has none.
func (f Files) counters() string {
	if f.has("/sys/bus/event_source/devices/cpu/type") {
		return "available"
	}
	return ""
}
