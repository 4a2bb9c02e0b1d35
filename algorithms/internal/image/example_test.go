package image_test

import (
	"context"
	"fmt"
	"log"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/image"
)

// An image is written, published, found again and read.
func Example() {
	ctx, disk := context.Background(), fstest.NewMem()
	dir, err := image.Open(image.Options{
		FS: disk, Dir: "images", Algorithm: "calc", Streams: 1,
		Tables: []durable.Table{{Name: "t", ValueSize: 8, Capacity: 10}},
	})
	must(err)
	w, err := dir.Begin()
	must(err)
	s := w.Stream(0)
	must(s.Room(ctx, 8))
	s.Put(0, 3, 1<<16, []byte("value"))
	must(s.Room(ctx, 0))
	s.Absent(0, 4, 2<<16) // deleted by transaction 2<<16
	_, err = w.Commit(ctx, image.Point{Kind: "commit", Seq: 2})
	must(err)

	set, _, err := image.Latest(disk, "images")
	must(err)
	im, err := image.OpenImage(disk, set.Newest().Path)
	must(err)
	fmt.Println("point:", im.Point(), "present:", im.Records(), "deleted:", im.Tombstones())
	must(im.Scan(ctx, 1, func(_ int, r durable.Record) error {
		fmt.Printf("key %d stamp %#x %q\n", r.Key, r.Stamp, r.Value)
		return nil
	}))
	must(im.Close())
	// Output:
	// point: commit 2 present: 1 deleted: 1
	// key 3 stamp 0x10000 "value"
	// key 4 stamp 0x20000 ""
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
