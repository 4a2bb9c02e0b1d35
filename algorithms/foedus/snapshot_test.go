package foedus

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

var tables = []store.TableSpec{
	{Name: "array", ValueSize: 100, Capacity: 900},
	{Name: "hash", ValueSize: 100, Capacity: 900, Hash: true},
}

// open opens a store without images, loaded with half its records, whose gleaner
// has small pages and buffers.
func open(t *testing.T, mem *fstest.Mem, fill bool) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{
		Algorithm: "foedus", NeedsLog: true, Tables: tables, Workers: 2,
		New: func(env *store.Env) (store.Algorithm, error) {
			return build(env, glean.Options{Fanout: 3, Partitions: 3, BufferBytes: 9000})
		},
		Images: store.Images{FS: mem}, Log: store.Log{Dir: "log", Loggers: 2, Interval: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, spec := range tables {
		if !fill {
			break
		}
		err := s.Load(i, spec.Capacity/2, func(k uint64, buf []byte) (uint64, []byte) {
			return k, fmt.Appendf(buf[:0], "loaded %d", k)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// work writes, lengthens, inserts and deletes records.
func work(t *testing.T, s *store.Store, round uint64) {
	t.Helper()
	for i := range uint64(300) {
		key := (i*7 + round*13) % tables[0].Capacity
		q := store.Request{
			Access: []store.Access{{Key: key, Mode: store.Exclusive}, {Key: key, Table: 1, Mode: store.Exclusive}},
			Body: func(tx *store.Txn) error {
				tx.Write(0, int(i%50), []byte("field"))
				tx.Write(0, 0, []byte{byte(round), byte(i)})
				if i%5 == 0 {
					tx.Delete(1)
				} else {
					tx.Write(1, store.Whole, fmt.Appendf(nil, "round %d", round))
				}
				return nil
			},
		}
		if err := s.Worker(int(i % 2)).Do(&q); err != nil {
			t.Fatal(err)
		}
	}
}

// same compares the snapshot on the disk with the store.
func same(t *testing.T, mem *fstest.Mem, s *store.Store) {
	t.Helper()
	o := glean.Options{FS: mem, Dir: "log/own/" + Folder, Tombstones: true}
	o.Tables = append(o.Tables, tables...)
	d, err := glean.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	n := 0
	s.Each(func(table int, key, stamp uint64, v []byte) {
		n++
		r, ok, err := d.Current().Read(table, key)
		if err != nil || !ok || r.Stamp != stamp || r.Absent != (v == nil) || !bytes.Equal(r.Value, v) {
			t.Fatalf("key %d of table %d is %q by %d, in the snapshot %+v, %v, %v", key, table, v, stamp, r, ok, err)
		}
	})
	err = d.Current().Scan(context.Background(), func(store.ImageRecord) error { n--; return nil })
	if err != nil || n != 0 {
		t.Errorf("the snapshot lacks %d records: %v", n, err)
	}
	if err := d.Current().Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// Where images are discarded, snapshots are made all the same, from the log; the
// log that the last two do not need goes.
func TestWithoutImages(t *testing.T) {
	mem := fstest.NewMem()
	s := open(t, mem, true)
	same(t, mem, s)
	for round := range uint64(4) {
		work(t, s, round)
		r, err := s.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if r.Image.Path != "" || r.Image.Records != 0 {
			t.Errorf("image %+v was written", r.Image)
		}
		same(t, mem, s)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := logs(t, mem)
	s = open(t, mem, false)
	for range 2 {
		work(t, s, 9)
		if _, err := s.Checkpoint(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	same(t, mem, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	after := logs(t, mem)
	for name := range before {
		if after[name] {
			t.Errorf("%s is still there", name)
		}
	}
}

func logs(t *testing.T, mem *fstest.Mem) map[string]bool {
	t.Helper()
	names, err := mem.List("log")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, n := range names {
		if n != "own" {
			out[n] = true
		}
	}
	return out
}

// A snapshot whose image could not be published is not lost: the next checkpoint
// builds upon it, and gleans only what came after.
func TestImageFails(t *testing.T) {
	mem := fstest.NewMem()
	var broken atomic.Bool
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if broken.Load() && c.Op == "rename" && strings.HasPrefix(c.Name, "images/image-") {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	s, err := store.Open(store.Options{
		Algorithm: "foedus", NeedsLog: true, Tables: tables, Workers: 2, New: New,
		Images: store.Images{Dir: "images", FS: disk}, Log: store.Log{Dir: "log", Interval: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for round := range uint64(6) {
		work(t, s, round)
		fails := round%3 != 2
		broken.Store(fails)
		if _, err := s.Checkpoint(context.Background()); (err != nil) != fails {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	names, err := mem.List("images/own/" + Folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 || names[len(names)-1] != fmt.Sprintf("snapshot-%08d", 7) {
		t.Errorf("files %v, want snapshot 7 as the newest: one loaded, six gleaned", names)
	}
}
