package foedus_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// asked counts the page files that are opened, and those of them with direct I/O.
type asked struct {
	fs.FS
	pages, direct atomic.Int64
}

func (a *asked) note(name string, direct bool) {
	if strings.Contains(name, "pages-") {
		a.pages.Add(1)
		if direct {
			a.direct.Add(1)
		}
	}
}

func (a *asked) Create(name string, direct bool) (fs.File, error) {
	a.note(name, direct)
	return a.FS.Create(name, direct)
}

func (a *asked) Open(name string, direct bool) (fs.File, error) {
	a.note(name, direct)
	return a.FS.Open(name, direct)
}

// The page files go the way that the images go: past the page cache, or through it.
func TestBuffered(t *testing.T) {
	for _, buffered := range []bool{false, true} {
		disk := &asked{FS: fstest.NewMem()}
		e, _ := algorithms.Find("foedus")
		o := store.Options{
			Workers: 1, Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 100}},
			Images: store.Images{Dir: "images", FS: disk, Buffered: buffered},
			Log:    store.Log{Dir: "log", Interval: time.Millisecond},
		}
		e.Apply(&o)
		s, err := store.Open(o)
		if err == nil {
			err = s.Start()
		}
		if err == nil {
			err = s.Worker(0).Do(&store.Request{
				Access: []store.Access{{Key: 7, Mode: store.Exclusive}},
				Body:   func(tx *store.Txn) error { tx.Write(0, store.Whole, []byte("v")); return nil },
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Checkpoint(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if disk.pages.Load() == 0 || (disk.direct.Load() > 0) == buffered {
			t.Errorf("buffered %t: %d page files were opened, %d of them with direct I/O", buffered, disk.pages.Load(),
				disk.direct.Load())
		}
	}
}
