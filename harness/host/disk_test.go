package host

import "testing"

// What is below a folder is found by the number of its device: a disk, a partition,
// whose sectors are its disk's, a file system without a device, and one whose
// subvolumes have numbers of their own.
func TestFindDisk(t *testing.T) {
	f := files(map[string]string{
		"proc/self/mountinfo": `22 1 254:0 / / rw - ext4 /dev/root rw
23 22 259:2 / /data rw - xfs /dev/nvme0n1p2 rw
24 22 0:30 / /dev/shm rw - tmpfs tmpfs rw
25 22 0:31 / /b rw - btrfs /dev/nvme0n1p2 rw
26 22 0:32 / /over rw - overlay overlay rw
27 22 7:0 / /big rw - xfs /dev/loop0 rw
`,
		"sys/dev/block/254:0/uevent":                   "MAJOR=254\nMINOR=0\nDEVNAME=vda\nDEVTYPE=disk\n",
		"sys/dev/block/259:2/uevent":                   "DEVNAME=nvme0n1p2\nDEVTYPE=partition\n",
		"sys/dev/block/7:0/uevent":                     "DEVNAME=loop0\n",
		"sys/block/vda/queue/logical_block_size":       "512\n",
		"sys/block/nvme0n1/queue/logical_block_size":   "4096\n",
		"sys/block/nvme0n1/nvme0n1p2/partition":        "2\n",
		"sys/block/loop0/queue/logical_block_size":     "16384\n",
		"sys/class/block/nvme0n1p2/partition":          "2\n",
		"sys/class/block/vda/queue/logical_block_size": "512\n",
	})
	for _, c := range []struct {
		major, minor uint32
		want         Disk
	}{
		{254, 0, Disk{"ext4", "vda", 512}},
		{259, 2, Disk{"xfs", "nvme0n1p2", 4096}},
		{0, 30, Disk{FileSystem: "tmpfs"}},
		{0, 31, Disk{"btrfs", "nvme0n1p2", 4096}},
		{0, 32, Disk{FileSystem: "overlay"}},
		{7, 0, Disk{"xfs", "loop0", 16384}},
		{0, 99, Disk{}},
	} {
		if got := FindDisk(f, c.major, c.minor); got != c.want {
			t.Errorf("device %d:%d: %+v, want %+v", c.major, c.minor, got, c.want)
		}
	}
	if got := FindDisk(files(nil), 254, 0); got != (Disk{}) {
		t.Errorf("a machine that says nothing: %+v", got)
	}
}
