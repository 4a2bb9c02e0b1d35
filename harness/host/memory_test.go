package host

import "testing"

// The tightest of the machine's memory and the control groups' limits holds.
func TestAvailableMemory(t *testing.T) {
	limited := map[string]string{
		"proc/meminfo":                                 "MemTotal:  4000 kB\nMemFree: 1 kB\nMemAvailable:  3000 kB\n",
		"proc/self/cgroup":                             "4:memory:/x\n",
		"proc/self/mountinfo":                          mountsV1,
		"sys/fs/cgroup/memory/x/memory.stat":           "total_inactive_file 4096\n",
		"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "1048576\n",
		"sys/fs/cgroup/memory/x/memory.usage_in_bytes": "1000000\n",
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"a limit below what is free", limited, 1048576 - 1000000 + 4096},
		{"no limit", map[string]string{"proc/meminfo": limited["proc/meminfo"]}, 3000 << 10},
		{"nothing known", nil, -1},
	} {
		if got := AvailableMemory(files(c.files)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	limited["sys/fs/cgroup/memory/x/memory.limit_in_bytes"] = "104857600\n"
	if got := AvailableMemory(files(limited)); got != 3000<<10 {
		t.Errorf("a limit over what is free: %d", got)
	}
	if got := TotalMemory(files(limited)); got != 4000<<10 {
		t.Errorf("in all %d", got)
	}
}
