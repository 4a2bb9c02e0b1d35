package storetest

import (
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/store"
)

// newest returns the point of the newest image on a disk.
func newest(disk fs.FS) (store.Point, error) {
	set, _, err := image.Latest(disk, imageDir)
	if err != nil {
		return store.Point{}, err
	}
	return set.Newest().Point, nil
}
