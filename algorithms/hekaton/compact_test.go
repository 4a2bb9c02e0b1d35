package hekaton_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/hekaton/internal/pairs"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

const records = 400

// A rig is a small store on a disk of its own.
type rig struct {
	*testing.T
	s *store.Store
}

func options(disk fs.FS, images store.Images) store.Options {
	images.FS = disk
	return store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: 100, Capacity: records}},
		Workers: 1, Images: images, Log: store.Log{Dir: "log", Interval: time.Millisecond},
	}
}

func open(t *testing.T, disk fs.FS, images store.Images) *rig {
	t.Helper()
	e, _ := algorithms.Find("hekaton")
	o := options(disk, images)
	e.Apply(&o)
	s, err := store.Open(o)
	if err == nil {
		err = s.Load(0, records/2, func(i uint64, buf []byte) (uint64, []byte) { return i, buf })
	}
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &rig{t, s}
}

// write has a transaction for each of n keys from the first on.
func (r *rig) write(first, n uint64, what func(tx *store.Txn)) {
	r.Helper()
	for key := first; key < first+n; key++ {
		q := store.Request{
			Access: []store.Access{{Key: key, Mode: store.Exclusive}},
			Body:   func(tx *store.Txn) error { what(tx); return nil },
		}
		if err := r.s.Worker(0).Do(&q); err != nil {
			r.Fatal(err)
		}
	}
}

func (r *rig) checkpoint() store.Report {
	r.Helper()
	report, err := r.s.Checkpoint(context.Background())
	if err != nil {
		r.Fatal(err)
	}
	return report
}

// state returns what is in the store, by key.
func (r *rig) state() map[uint64]string {
	m := map[uint64]string{}
	r.s.Each(func(_ int, key, stamp uint64, v []byte) { m[key] = fmt.Sprintf("%x %v %x", stamp, v == nil, v) })
	return m
}

// inPairs returns what is in the pairs of a folder.
func inPairs(t *testing.T, disk fs.FS, dir string) (map[uint64]string, uint64) {
	t.Helper()
	m := map[uint64]string{}
	p, err := pairs.Find(disk, dir)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Load(context.Background(), 1, func(_ int, row store.ImageRecord) error {
		if _, ok := m[row.Key]; ok {
			return errors.New("a key is there twice")
		}
		m[row.Key] = fmt.Sprintf("%x %v %x", row.Stamp, row.Absent, row.Value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, p.Epoch()
}

func same(t *testing.T, got, want map[uint64]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d records are in the pairs, want %d", len(got), len(want))
	}
	for key, w := range want {
		if got[key] != w {
			t.Errorf("key %d is %s, want %s", key, got[key], w)
		}
	}
}

// Where images are discarded the pairs are all there is, and they are a whole
// checkpoint: the state, and the epoch from which the log goes on. What they cost
// is in the report, and is by far less than the data where little was changed.
func TestCompactionAlone(t *testing.T) {
	mem := fstest.NewMem()
	r := open(t, mem, store.Images{Discard: true})
	check := func(changed string, lo, hi int64) {
		t.Helper()
		report := r.checkpoint()
		got, epoch := inPairs(t, mem, "log/own")
		same(t, got, r.state())
		if epoch != report.Image.Point.Seq {
			t.Errorf("the pairs are at epoch %d, the checkpoint at %v", epoch, report.Image.Point)
		}
		if w := report.OwnWritten; w < lo || w > hi || report.LogRead < lo || report.Image.Records != 0 {
			t.Errorf("%s: written %d bytes, want %d to %d; read %d bytes of log, want %d; %d records in an image",
				changed, w, lo, hi, report.LogRead, lo, report.Image.Records)
		}
	}
	check("nothing", 1, 500)
	r.write(0, records, func(tx *store.Txn) { tx.Write(0, store.Whole, bytes.Repeat([]byte{7}, 100)) })
	check("everything", 100*records, 400*records)
	r.write(10, 5, func(tx *store.Txn) { tx.Write(0, 50, []byte("part")) })
	r.write(300, 5, func(tx *store.Txn) { tx.Delete(0) })
	check("little", 500, 5000)
}

// The pairs begin with what the store was filled with: those of an earlier run on
// the same disk, which may have got further, do not show.
func TestBeginsAnew(t *testing.T) {
	mem := fstest.NewMem()
	r := open(t, mem, store.Images{Dir: "images"})
	r.write(0, records, func(tx *store.Txn) { tx.Write(0, store.Whole, []byte("of the first run")) })
	r.checkpoint()
	if err := r.s.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, mem, store.Images{Dir: "images"})
	got, _ := inPairs(t, mem, "images/own")
	same(t, got, r.state())
	r.write(3, 1, func(tx *store.Txn) { tx.Delete(0) })
	r.checkpoint()
	got, _ = inPairs(t, mem, "images/own")
	same(t, got, r.state())
}

// The log is not dropped before it was fed: while the pairs cannot be published,
// whatever else succeeds, the next checkpoint that can be taken has everything.
func TestLogStaysUntilFed(t *testing.T) {
	mem := fstest.NewMem()
	var broken atomic.Bool
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if broken.Load() && c.Op == "rename" && c.To == "images/own/PAIRS" {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	r := open(t, disk, store.Images{Dir: "images"})
	r.write(0, 50, func(tx *store.Txn) { tx.Write(0, 0, []byte("a")) })
	r.checkpoint()
	broken.Store(true)
	for i := range uint64(3) {
		r.write(40*i, 60, func(tx *store.Txn) { tx.Write(0, int(i), []byte("b")) })
		if _, err := r.s.Checkpoint(context.Background()); err == nil {
			t.Fatal("a checkpoint succeeded though its pairs could not be published")
		}
	}
	broken.Store(false)
	r.checkpoint()
	got, _ := inPairs(t, mem, "images/own")
	same(t, got, r.state())
}

// A record that was deleted before the store was recovered is in the pairs as
// deleted, by whom it was: an image made from them has to say so again.
func TestDeletedBefore(t *testing.T) {
	mem := fstest.NewMem()
	r := open(t, mem, store.Images{Dir: "images"})
	r.write(3, 2, func(tx *store.Txn) { tx.Delete(0) })
	r.checkpoint()
	want := r.state()
	if err := r.s.Close(); err != nil {
		t.Fatal(err)
	}
	e, _ := algorithms.Find("hekaton")
	o := options(mem, store.Images{Dir: "images"})
	e.Apply(&o)
	s, err := store.Open(o)
	if err == nil {
		defer s.Close()
		_, err = s.Recover(context.Background(), store.Source{Images: "images", Log: "log", FS: mem})
	}
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	got, _ := inPairs(t, mem, "images/own")
	same(t, got, want)
}
