package host

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A Disk is what the files of a folder lie on. What is not known is zero.
type Disk struct {
	FileSystem string // its type, as the kernel names it
	Device     string // the kernel's name of the block device, such as vda1; empty where there is none
	Sector     int64  // bytes of a logical sector of that device
}

// FindDisk returns the disk of the files whose device has these numbers, as stat(2)
// reports them. The subvolumes of btrfs have numbers that no mount has: of these
// nothing is found.
func FindDisk(f Files, major, minor uint32) (d Disk) {
	number := fmt.Sprintf("%d:%d", major, minor)
	for _, m := range parseMounts(f.text("/proc/self/mountinfo")) {
		if m.device == number {
			d.FileSystem = m.kind
			if name, ok := strings.CutPrefix(m.source, "/dev/"); ok && f.has("/sys/class/block/"+name) {
				d.Device = name
			}
		}
	}
	// A mount may have another name for the device, such as /dev/root.
	for line := range strings.Lines(f.text("/sys/dev/block/" + number + "/uevent")) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "DEVNAME="); ok {
			d.Device = name
		}
	}
	d.Sector = f.sector(d.Device)
	return d
}

// sector returns the bytes of a logical sector of a block device. A partition has
// those of its disk.
func (f Files) sector(device string) int64 {
	if device == "" {
		return 0
	}
	disk := device
	if parts, err := fs.Glob(f.FS, "sys/block/*/"+device); err == nil && len(parts) > 0 {
		disk = path.Base(path.Dir(parts[0]))
	}
	// 0 where it is not known.
	n, _ := number(f.line("/sys/block/" + disk + "/queue/logical_block_size"))
	return n
}
