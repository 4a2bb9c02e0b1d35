package store_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// A store under CALC takes an image beside its transactions, and another store is recovered
// from it.
func Example() {
	ctx, disk := context.Background(), fstest.NewMem() // Images.FS left out is the real file system
	s := open("calc", disk)
	must(s.Load(0, 3, func(i uint64, buf []byte) (key uint64, v []byte) { return i, append(buf[:0], "old"...) }))
	must(s.Start())

	move := store.Request{
		Access: []store.Access{{Key: 0, Mode: store.Exclusive}, {Key: 1, Mode: store.Shared}},
		Body: func(tx *store.Txn) error {
			v, _ := tx.Read(1)
			tx.Write(0, store.Whole, append([]byte("was "), v...))
			return nil
		},
	}
	must(s.Worker(0).Do(&move))
	report, err := s.Checkpoint(ctx)
	must(err)
	fmt.Println("image at", report.Image.Point)
	must(s.Close())

	r := open("calc", disk)
	recovery, err := r.Recover(ctx, store.Source{Images: "images", FS: disk})
	must(err)
	must(r.Start())
	v, _ := r.Value(0, 0)
	fmt.Printf("%d records recovered, record 0 is %q\n", recovery.Records, v)
	must(r.Close())
	// Output:
	// image at commit 1
	// 3 records recovered, record 0 is "was old"
}

// A body that returns an error aborts its transaction: what it wrote is put back.
func ExampleWorker_Do_abort() {
	s := open("none", fstest.NewMem())
	must(s.Start())
	errPoor := errors.New("not enough money")
	err := s.Worker(0).Do(&store.Request{
		Access:   []store.Access{{Key: 7, Mode: store.Exclusive}},
		MayAbort: true, // the old values are kept
		Body: func(tx *store.Txn) error {
			tx.Write(0, store.Whole, []byte("spent"))
			return errPoor
		},
	})
	_, there := s.Value(0, 7)
	fmt.Println(err, there)
	must(s.Close())
	// Output: not enough money false
}

// open opens a store of one table for one worker.
func open(algorithm string, disk *fstest.Mem) *store.Store {
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "accounts", ValueSize: 16, Capacity: 10}},
		Workers: 1,
		Images:  store.Images{Dir: "images", FS: disk},
	}
	e, ok := algorithms.Find(algorithm)
	if !ok {
		log.Fatalf("there is no algorithm %s", algorithm)
	}
	e.Apply(&o)
	s, err := store.Open(o)
	must(err)
	return s
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
