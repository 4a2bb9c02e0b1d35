package host

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Cgroup is the control group of a process with all its ancestors that can be
// seen, for the controllers of the processor and of memory. A limit of any of
// them holds for the process. It is found once: a process rarely moves.
// It does not change, so its methods may be called concurrently.
type Cgroup struct {
	// The real files, or a test's.
	files  Files
	cpu    []level // the group's own folder first
	memory []level
	own    string // folder of the version 2 group, "" without one
}

// A level is the folder of a group in the hierarchy of one controller.
type level struct {
	dir string
	v2  bool
}

// FindCgroup finds the control group of this process from /proc/self/cgroup and
// /proc/self/mountinfo. With both versions mounted it takes the folders of both:
// a controller is in one of them, and the other has no such file.
func FindCgroup(f Files) Cgroup {
	c := Cgroup{files: f}
	mounts := parseMounts(f.text("/proc/self/mountinfo"))
	for line := range strings.Lines(f.text("/proc/self/cgroup")) {
		// hierarchy:controllers:path
		part := strings.SplitN(strings.TrimRight(line, "\n"), ":", 3)
		if len(part) != 3 {
			continue
		}
		// The line of version 2 has no controllers: all of them are in its one hierarchy.
		if part[0] == "0" && part[1] == "" {
			dirs := foldersOf(mounts, "cgroup2", "", part[2])
			c.cpu, c.memory = append(c.cpu, levels(dirs, true)...), append(c.memory, levels(dirs, true)...)
			if len(dirs) > 0 {
				c.own = dirs[0]
			}
			continue
		}
		// In version 1 each controller may have a hierarchy of its own.
		for _, controller := range strings.Split(part[1], ",") {
			dirs := levels(foldersOf(mounts, "cgroup", controller, part[2]), false)
			switch controller {
			case "cpu":
				c.cpu = append(c.cpu, dirs...)
			case "memory":
				c.memory = append(c.memory, dirs...)
			}
		}
	}
	return c
}

// levels are the groups of these folders.
func levels(dirs []string, v2 bool) []level {
	var out []level
	for _, d := range dirs {
		out = append(out, level{d, v2})
	}
	return out
}

// A mount is a line of /proc/self/mountinfo.
type mount struct {
	device  string // its number, such as "254:0"
	root    string // the folder of the file system that is mounted
	point   string // where
	kind    string // type of the file system
	source  string // what is mounted: a device's path, or a name
	options []string
}

// parseMounts reads lines like
// "31 23 0:27 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct".
func parseMounts(text string) []mount {
	var out []mount
	for line := range strings.Lines(text) {
		// Optional fields end at the dash, so what is behind it is found from there.
		before, after, ok := strings.Cut(line, " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 5 || len(g) < 3 {
			continue
		}
		out = append(out, mount{f[2], unescape(f[3]), unescape(f[4]), g[0], unescape(g[1]), strings.Split(g[2], ",")})
	}
	return out
}

// unescape replaces the octal escapes that mountinfo has for spaces and the like.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// foldersOf returns the folder of a group and those of its ancestors up to the
// mount's root. In a container the mount often begins at the group itself, and
// what is above cannot be seen.
// The group's own folder comes first.
func foldersOf(mounts []mount, kind, controller, group string) []string {
	for _, m := range mounts {
		if m.kind != kind || controller != "" && !slices.Contains(m.options, controller) {
			continue
		}
		below, ok := strings.CutPrefix(path.Clean("/"+group), strings.TrimSuffix(m.root, "/"))
		if !ok || below != "" && below[0] != '/' {
			below = "" // the group lies outside: the mount's root is the nearest that can be seen
		}
		var dirs []string
		for d := path.Join(m.point, below); ; d = path.Dir(d) {
			dirs = append(dirs, d)
			if d == m.point || d == "/" {
				return dirs
			}
		}
	}
	return nil
}
