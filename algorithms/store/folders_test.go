package store

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// Two stores cannot write to one folder, be it that of the images or of the log; a
// store that only reads what the other wrote needs none.
func TestLockedFolders(t *testing.T) {
	mem := fstest.NewMem()
	options := func(images, log string) func(*Options) {
		return func(o *Options) { o.Images, o.Log = Images{Dir: images, FS: mem}, Log{Dir: log} }
	}
	s := openTest(t, options("images", "log"))
	open := func(images, log string) error {
		o := s.opts
		options(images, log)(&o)
		other, err := Open(o)
		if err == nil {
			err = other.Close()
		}
		return err
	}
	for _, dirs := range [][2]string{{"images", "other"}, {"other", "log"}, {"log", "images"}, {"./images", ""}} {
		if err := open(dirs[0], dirs[1]); !errors.Is(err, fs.ErrLocked) || !strings.Contains(err.Error(), lockName) {
			t.Errorf("a second store on %v: %v", dirs, err)
		}
	}
	if err := open("other", "other"); err != nil { // what failed above holds no lock
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open("images", "log"); err != nil {
		t.Error(err)
	}
}

// When the log has failed no transaction commits any more, and the error says why.
func TestLogFails(t *testing.T) {
	var full atomic.Bool
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if full.Load() && c.Op == "write" && strings.HasPrefix(c.Name, "log/") {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	s, err := Open(Options{
		Algorithm: "plain", New: func(*Env) (Algorithm, error) { return plain{}, nil }, Workers: 1,
		Tables: []TableSpec{{Name: "dense", ValueSize: 16, Capacity: 8}},
		Images: Images{FS: disk}, Log: Log{Dir: "log", Interval: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	put := func() error {
		return s.Worker(0).Do(&Request{Access: rw(1),
			Body: func(tx *Txn) error { tx.Write(0, Whole, []byte("v")); return nil }})
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	if err := put(); err != nil && !errors.Is(err, ErrLog) {
		t.Fatal(err)
	}
	if err := s.Log().WaitDurable(context.Background(), s.Log().Epoch()); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the log goes on: %v", err)
	}
	for s.down.Load() == nil { // it is told right after those who wait
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		if err := put(); !errors.Is(err, ErrLog) || !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("a transaction after the failure: %v", err)
		}
	}
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("close: %v", err)
	}
	if err := put(); err != ErrClosed {
		t.Errorf("a transaction on a closed store: %v", err)
	}
}
