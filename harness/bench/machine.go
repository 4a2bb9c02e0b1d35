package bench

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

// Machine reads the facts of the machine and of the program that a result
// depends on. dir is where the images will go. What cannot be read is left out.
// It is stored with the result, and shown beside its figures.
func Machine(dir string) result.Machine {
	m := result.Machine{
		CPU: cpuModel(host.Machine()), Cores: runtime.NumCPU(), Go: runtime.Version(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		OS: runtime.GOOS + "/" + runtime.GOARCH, Kernel: firstLine("/proc/sys/kernel/osrelease"),
		MemoryGiB: float64(host.TotalMemory(host.Machine())) / (1 << 30), FileSystem: folderOn("", dir).FileSystem,
		Facts: map[string]string{},
	}
	m.Commit, m.Dirty = revision()
	m.Build = build()
	// Facts that explain a difference, and that nobody should have to ask for later.
	for name, path := range map[string]string{
		"governor":     "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
		"huge pages":   "/sys/kernel/mm/transparent_hugepage/enabled",
		"clock source": "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		"load average": "/proc/loadavg",
		"overcommit":   "/proc/sys/vm/overcommit_memory",
	} {
		if v := firstLine(path); v != "" {
			m.Facts[name] = v
		}
	}
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "GODEBUG", "GOAMD64"} {
		if v := os.Getenv(name); v != "" {
			m.Facts[name] = v
		}
	}
	// The same machine gives the same id, and another one another: results of two are not mixed
	// unseen.
	m.ID = fmt.Sprintf("%x", sha256.Sum256([]byte(m.CPU+"|"+strconv.Itoa(m.Cores)+"|"+firstLine("/etc/machine-id"))))[:12]
	limits := host.FindCgroup(host.Machine()).Limits()
	limitFacts(m.Facts, limits)
	m.Warnings = Preflight(m, limits)
	return m
}

// The names of the facts that are limits of the container; absent without one.
const (
	cpuLimit    = "container's processor limit"
	memoryLimit = "container's memory limit"
)

// limitFacts adds the limits of the control group to the facts.
func limitFacts(facts map[string]string, l host.Limits) {
	if l.Cores > 0 {
		facts[cpuLimit] = fmt.Sprintf("%.2f processors", l.Cores)
	}
	if l.Memory > 0 {
		facts[memoryLimit] = fmt.Sprintf("%d MiB", l.Memory>>20)
	}
}

// Preflight says what about a machine, and about the limits of the container,
// makes its figures worth less.
// Each is a sentence for a warning.
func Preflight(m result.Machine, l host.Limits) []string {
	var ws []string
	if g := m.Facts["governor"]; g != "" && g != "performance" {
		ws = append(ws, "the CPU frequency governor is "+g+", not performance")
	}
	switch {
	case l.Cores > 0 && l.Cores < float64(m.GOMAXPROCS):
		ws = append(ws, fmt.Sprintf("the container may use %.2f processors and GOMAXPROCS is %d: it will be held back",
			l.Cores, m.GOMAXPROCS))
	case m.GOMAXPROCS < m.Cores:
		ws = append(ws, fmt.Sprintf("GOMAXPROCS is %d on %d cores", m.GOMAXPROCS, m.Cores))
	}
	if m.Dirty {
		ws = append(ws, "the program was built from changed sources")
	}
	return ws
}

// firstLine is the first line of a file, empty where there is none.
func firstLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}

// cpuModel names the processor; the architecture where the system does not.
func cpuModel(f host.Files) string { return cmp.Or(host.CPU(f), runtime.GOARCH) }

// AvailableMemory returns the bytes that can be had without swapping and within
// the limits of the container, or -1 where the system does not say.
func AvailableMemory() int64 { return host.AvailableMemory(host.Machine()) }

// stamped returns what go build wrote into the program: the commit, and "true" or "false"
// for whether the sources differed from it; empty where nothing was written.
func stamped() (commit, modified string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			modified = s.Value
		}
	}
	return commit, modified
}

// Version says which build this program is, in words: the commit that it is of, whether its
// sources differed from that, and the version of Go.
func Version() string {
	commit, modified := stamped()
	switch {
	case commit == "":
		commit = "of an unknown commit"
	case modified == "true":
		commit += " with changes"
	}
	return fmt.Sprintf("%s, %s, %s/%s", commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// revision returns the commit the program was built from. `go run` and `go
// build` of a package stamp it; where they did not, git is asked.
func revision() (commit string, dirty bool) {
	commit, modified := stamped()
	if commit != "" {
		return commit, modified == "true"
	}
	out, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false
	}
	changed, err := exec.Command("git", "status", "--porcelain").Output()
	return strings.TrimSpace(string(out)), err == nil && len(changed) > 0
}
