package host

// TotalMemory returns the machine's memory in bytes, -1 where it does not say.
func TotalMemory(f Files) int64 { return f.meminfo("MemTotal:") }

// AvailableMemory returns the bytes that this process can take without swapping
// and without being killed for it: what the machine has left, or what its control
// groups leave, whichever is less. It is -1 where the system says neither.
func AvailableMemory(f Files) int64 {
	free := f.meminfo("MemAvailable:")
	if l := FindCgroup(f).Limits(); l.Memory > 0 && (free < 0 || l.Available < free) {
		return l.Available
	}
	return free
}

// meminfo returns a line of /proc/meminfo, which is in KiB, or -1.
func (f Files) meminfo(key string) int64 {
	n, ok := f.value("/proc/meminfo", key)
	if !ok {
		return -1
	}
	return n << 10
}
