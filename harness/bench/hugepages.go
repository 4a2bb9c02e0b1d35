package bench

import (
	"os"
	"strconv"
	"strings"
)

// hugeBytes returns how much of the process's memory really is in huge pages, or 0
// where the system does not say. Asking for them is no promise.
func hugeBytes() int64 {
	data, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		return 0
	}
	return hugeOf(string(data))
}

// hugeOf reads the text of smaps_rollup.
// The kernel counts in KiB.
func hugeOf(text string) int64 {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "AnonHugePages:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}

// hugeShare returns which part of n bytes of records may be in huge pages, at most.
func hugeShare(n int64) float64 {
	return min(1, float64(hugeBytes())/float64(max(n, 1)))
}
