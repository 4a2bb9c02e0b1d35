package host

import (
	"reflect"
	"testing"
	"testing/fstest"
	"time"
)

// files makes a machine's files of names and contents.
func files(content map[string]string) Files {
	m := fstest.MapFS{}
	for name, text := range content {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Files{m}
}

// Version 1 as systemd and most containers' hosts have it: cpu and cpuacct in
// one hierarchy, version 2 beside it without controllers.
const mountsV1 = `24 18 0:21 / /sys/fs/cgroup/unified rw shared:5 - cgroup2 cgroup2 rw
31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
32 23 0:28 / /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory
33 23 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
`

// A process two levels deep: its own group has no limit, its parent has a quota
// and its grandparent a limit of memory. All of them hold.
func TestCgroupVersion1(t *testing.T) {
	f := files(map[string]string{
		"proc/self/cgroup": "4:memory:/slurm/job\n3:cpuset:/\n" +
			"1:cpu,cpuacct:/slurm/job/step\n0::/\n",
		"proc/self/mountinfo":                                   mountsV1,
		"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":            "-1\n",
		"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":           "100000\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_quota_us":  "150000\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_period_us": "100000\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.stat": "nr_periods 9\nnr_throttled 3\n" +
			"throttled_time 2000000000\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/step/cpu.cfs_quota_us":  "-1\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/step/cpu.cfs_period_us": "100000\n",
		"sys/fs/cgroup/cpu,cpuacct/slurm/job/step/cpu.stat": "nr_periods 0\nnr_throttled 0\n" +
			"throttled_time 500000000\n",
		"sys/fs/cgroup/memory/slurm/memory.limit_in_bytes":     "104857600\n",
		"sys/fs/cgroup/memory/slurm/memory.usage_in_bytes":     "94371840\n",
		"sys/fs/cgroup/memory/slurm/memory.stat":               "cache 1\ninactive_file 1\ntotal_inactive_file 10485760\n",
		"sys/fs/cgroup/memory/slurm/job/memory.limit_in_bytes": "9223372036854771712\n",
		"sys/fs/cgroup/memory/slurm/job/memory.usage_in_bytes": "94371840\n",
		"sys/fs/cgroup/unified/cpu.stat":                       "usage_usec 7\n",
		"sys/fs/cgroup/unified/cpu.pressure":                   "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes":           "9223372036854771712\n",
	})
	c := FindCgroup(f)
	if want := (Limits{Cores: 1.5, Memory: 100 << 20, Available: 20 << 20}); c.Limits() != want {
		t.Errorf("limits %+v, want %+v", c.Limits(), want)
	}
	if got, want := c.throttled(), 2500*time.Millisecond; got != want {
		t.Errorf("throttled %v, want %v", got, want)
	}
	if c.own != "/sys/fs/cgroup/unified" {
		t.Errorf("version 2's folder is %q", c.own)
	}
}

// Version 2 seen from the host: the process is deep below the mount's root.
func TestCgroupVersion2(t *testing.T) {
	f := files(map[string]string{
		"proc/self/cgroup": "0::/system.slice/job.service\n",
		"proc/self/mountinfo": "26 22 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 " +
			"rw,nsdelegate\n",
		"sys/fs/cgroup/cpu.stat":                              "usage_usec 7\n",
		"sys/fs/cgroup/system.slice/cpu.max":                  "300000 100000\n",
		"sys/fs/cgroup/system.slice/memory.max":               "1073741824\n",
		"sys/fs/cgroup/system.slice/memory.current":           "1073741824\n",
		"sys/fs/cgroup/system.slice/memory.stat":              "anon 5\ninactive_file 73741824\n",
		"sys/fs/cgroup/system.slice/job.service/cpu.max":      "20000 100000\n",
		"sys/fs/cgroup/system.slice/job.service/cpu.stat":     "usage_usec 1\nthrottled_usec 2930000\n",
		"sys/fs/cgroup/system.slice/job.service/memory.max":   "max\n",
		"sys/fs/cgroup/system.slice/job.service/cpu.pressure": "some avg10=0.00 total=8\nfull avg10=0.00 total=6\n",
	})
	c := FindCgroup(f)
	if want := (Limits{Cores: 0.2, Memory: 1 << 30, Available: 73741824}); c.Limits() != want {
		t.Errorf("limits %+v, want %+v", c.Limits(), want)
	}
	if got, want := c.throttled(), 2930*time.Millisecond; got != want {
		t.Errorf("throttled %v, want %v", got, want)
	}
	if got, want := f.readPressure(c.own).Own, (Stall{8 * time.Microsecond, 6 * time.Microsecond}); got != want {
		t.Errorf("pressure %v, want %v", got, want)
	}
}

// What a group's folder and its ancestors are, by what is mounted where.
func TestFolders(t *testing.T) {
	for _, c := range []struct {
		name, mounts, group string
		want                []string
	}{
		{"the host's tree", "1 1 0:1 / /cg rw - cgroup2 x rw\n", "/a/b", []string{"/cg/a/b", "/cg/a", "/cg"}},
		{"the root group", "1 1 0:1 / /cg rw - cgroup2 x rw\n", "/", []string{"/cg"}},
		{"a container: the mount begins at the group", "1 1 0:1 /docker/4f /cg rw - cgroup2 x rw\n", "/docker/4f",
			[]string{"/cg"}},
		{"below that", "1 1 0:1 /docker/4f /cg rw - cgroup2 x rw\n", "/docker/4f/x", []string{"/cg/x", "/cg"}},
		{"another of the same beginning", "1 1 0:1 /docker/4 /cg rw - cgroup2 x rw\n", "/docker/4f", []string{"/cg"}},
		{"outside of the namespace", "1 1 0:1 / /cg rw - cgroup2 x rw\n", "/../../x", []string{"/cg/x", "/cg"}},
		{"a space", "1 1 0:1 / /c\\040g rw - cgroup2 x rw\n", "/a", []string{"/c g/a", "/c g"}},
		{"not mounted", "1 1 0:1 / /cg rw - tmpfs x rw\n", "/a", nil},
		{"a damaged line", "1 1\n", "/a", nil},
	} {
		if got := foldersOf(parseMounts(c.mounts), "cgroup2", "", c.group); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A machine without control groups, or without any of the files, has no limit.
func TestNoCgroup(t *testing.T) {
	for _, f := range []Files{files(nil),
		files(map[string]string{"proc/self/cgroup": "nonsense\n0::\n", "proc/self/mountinfo": mountsV1})} {
		if c := FindCgroup(f); c.Limits() != (Limits{}) || c.throttled() != 0 {
			t.Errorf("limits %+v, throttled %v", c.Limits(), c.throttled())
		}
	}
}
