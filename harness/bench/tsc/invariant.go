package tsc

import (
	"os"
	"runtime"
	"slices"
	"strings"
)

// Invariant reports whether the processor promises that its counter ticks at one
// rate whatever its frequency, and goes on when it sleeps. On arm64 the
// architecture promises it. On amd64 Linux says so, with two flags in cpuinfo;
// where it does not, nothing is promised.
func Invariant() bool {
	switch runtime.GOARCH {
	case "arm64":
		return true
	case "amd64":
		info, err := os.ReadFile("/proc/cpuinfo")
		return err == nil && promised(string(info))
	}
	return false
}

// promised reports whether every processor in the text of /proc/cpuinfo has the
// flags of an invariant counter.
func promised(cpuinfo string) bool {
	n := 0
	for line := range strings.Lines(cpuinfo) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) != "flags" {
			continue
		}
		flags := strings.Fields(value)
		if !slices.Contains(flags, "constant_tsc") || !slices.Contains(flags, "nonstop_tsc") {
			return false
		}
		n++
	}
	return n > 0
}
