package bench

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ckptbench/harness/host"
	"ckptbench/harness/result"
)

// folders describes the folders that a run writes to: that of images and logs, and
// that of its results.
func folders(images, results string) []result.Folder {
	return []result.Folder{folderOn("images and log", images), folderOn("results", results)}
}

// folderOn describes what dir, or the nearest folder above it that exists, lies on.
// What is not known stays empty: it is shown as such.
func folderOn(use, dir string) result.Folder {
	folder := result.Folder{Use: use}
	dir = existing(dir)
	var st unix.Stat_t
	if unix.Stat(dir, &st) == nil {
		number := uint64(st.Dev)
		d := host.FindDisk(host.Machine(), unix.Major(number), unix.Minor(number))
		folder.FileSystem, folder.Device, folder.Sector = d.FileSystem, d.Device, d.Sector
	}
	folder.FileSystem = cmp.Or(folder.FileSystem, fileSystem(dir))
	return folder
}

// fileSystem names the type of the file system below dir.
// A type without a name here is its number.
func fileSystem(dir string) string {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return ""
	}
	names := map[int64]string{ // Linux's numbers, by value: only there are they declared
		0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs",
		0x01021994: "tmpfs", 0x794c7630: "overlay", 0x6969: "nfs",
	}
	if name, ok := names[int64(s.Type)]; ok {
		return name
	}
	return fmt.Sprintf("%#x", s.Type)
}

// FreeDisk returns the bytes free on the file system of dir or of the nearest
// folder above it that exists, or -1.
// Blocks that only root may use are not counted.
func FreeDisk(dir string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(existing(dir), &s) != nil {
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize)
}

// existing returns dir, or the nearest folder above it that exists.
func existing(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "."
	}
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
