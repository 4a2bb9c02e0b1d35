package bench

import "testing"

// TestHugeOf reads what the system says of a process's memory.
func TestHugeOf(t *testing.T) {
	const text = "7f00-7f01 ---p 00000000 00:00 0 [rollup]\nRss:              280248 kB\nAnonHugePages:    262144 kB\n" +
		"ShmemPmdMapped:        0 kB\n"
	for in, want := range map[string]int64{text: 262144 << 10, "": 0, "AnonHugePages: many kB\n": 0} {
		if got := hugeOf(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}
