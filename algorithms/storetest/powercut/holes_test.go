package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// Holes: images and own files, and a log that does not lead to them, or from one to
// the next.

// A bench is a store with a log whose states are told by hand.
type bench struct {
	t *testing.T
	s *store.Store
	o store.Options
}

// openBench opens a store that has not been recovered or started.
func openBench(t *testing.T, name string, disk fs.FS, sync, images bool) *bench {
	t.Helper()
	e, ok := algorithms.Find(name)
	if !ok {
		t.Fatalf("there is no algorithm %q", name)
	}
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: 16, Capacity: 64}},
		Workers: 1, Images: store.Images{Dir: imageDir, FS: disk, Discard: !images},
		Log: store.Log{Dir: logDir, Sync: sync, Interval: time.Millisecond},
	}
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &bench{t, s, o}
}

func (b *bench) start() *bench {
	b.t.Helper()
	if err := b.s.Start(); err != nil {
		b.t.Fatal(err)
	}
	return b
}

func (b *bench) recover(disk fs.FS) (store.Recovery, error) {
	return b.s.Recover(context.Background(),
		store.Source{Images: imageDir, Own: b.o.OwnFiles(), Log: logDir, FS: disk, Parallel: 2})
}

// put commits a value and waits until its epoch is over.
func (b *bench) put(key uint64, v string) {
	b.t.Helper()
	err := b.s.Worker(0).Do(&store.Request{Access: []store.Access{{Key: key, Mode: store.Exclusive}},
		Body: func(tx *store.Txn) error { tx.Write(0, store.Whole, []byte(v)); return nil }})
	if err == nil {
		err = b.s.Log().WaitDurable(context.Background(), b.s.Worker(0).Epoch())
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) checkpoint() store.Report {
	b.t.Helper()
	r, err := b.s.Checkpoint(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) state() string {
	var out []string
	for key, v := range b.s.All(0) {
		out = append(out, fmt.Sprintf("%d=%s", key, v))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// worstCut returns, of many power cuts, the one that leaves the least of the log.
func worstCut(mem *fstest.Mem) (worst *fstest.Mem) {
	least := int64(1) << 60
	for seed := range uint64(200) {
		c := mem.CrashClone(rand.New(rand.NewPCG(seed, 0)))
		sum := int64(0)
		names, _ := c.List(logDir)
		for _, n := range names {
			if b, err := fs.ReadFile(c, filepath.Join(logDir, n), 1<<30); err == nil {
				sum += int64(len(b))
			}
		}
		if sum < least {
			worst, least = c, sum
		}
	}
	return worst
}

func damage(t *testing.T, mem *fstest.Mem, path string, at int) {
	t.Helper()
	b, err := fs.ReadFile(mem, path, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	b[at] ^= 1
	f, err := mem.Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}

// removeLog removes the files of the log: all, or the newest of each logger.
func removeLog(t *testing.T, mem *fstest.Mem, newest bool) {
	t.Helper()
	names, err := mem.List(logDir)
	if err != nil {
		t.Fatal(err)
	}
	files := slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "log-") })
	if newest {
		files = files[len(files)-1:]
	}
	for _, n := range files {
		if err := mem.Remove(filepath.Join(logDir, n)); err != nil {
			t.Fatal(err)
		}
	}
}

// Power cuts, removed logs: then the store goes on from the newest image, and that one
// is damaged. What lies between the image before it and the present is in no file: the
// store is not recovered, or to a state with all of it.
func TestHole(t *testing.T) {
	cases := []string{"power cut", "log removed", "newest file removed"}
	for _, name := range []string{"calc", "naive", "pagestore", "pcalc", "cpr", "flink"} {
		for _, how := range cases {
			for _, sync := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/sync=%t", name, how, sync), func(t *testing.T) {
					t.Parallel()
					testHole(t, name, how, sync)
				})
			}
		}
	}
}

func testHole(t *testing.T, name, how string, sync bool) {
	mem := fstest.NewMem()
	b := openBench(t, name, mem, sync, true).start()
	b.put(1, "one")
	b.checkpoint()
	b.put(2, "two")
	newest := b.checkpoint().Image.Path
	after := mem
	if how == "power cut" {
		after = worstCut(mem)
	}
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	if how != "power cut" {
		removeLog(t, mem, how == "newest file removed")
	}
	b = openBench(t, name, after, sync, true)
	got, err := b.recover(after)
	if err != nil {
		t.Fatal(err)
	}
	if state := b.start().state(); state != "1=one 2=two" {
		t.Errorf("recovered %q from the newest image", state)
	}
	if lost := how != "power cut"; (len(got.Problems) > 0) != lost {
		t.Errorf("problems %q; the log was lost: %t", got.Problems, lost)
	}
	b.put(3, "three")
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	damage(t, after, newest, 4096+100)
	b = openBench(t, name, after, sync, true)
	got, err = b.recover(after)
	if err == nil {
		if state := b.start().state(); state != "1=one 2=two 3=three" {
			t.Errorf("recovered %q, with problems %q, a state that never was", state, got.Problems)
		}
	}
	if how == "power cut" && err != nil {
		t.Errorf("nothing was lost, and it is not recovered: %v", err)
	}
}

// A power cut right after a checkpoint that returned: its image is there with what it
// needs, whatever the mode of the log.
func TestCutAfterCheckpoint(t *testing.T) {
	for _, e := range algorithms.All() {
		if e.Baseline || e.Unsound {
			continue
		}
		for _, sync := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/sync=%t", e.Name, sync), func(t *testing.T) {
				t.Parallel()
				mem := fstest.NewMem()
				b := openBench(t, e.Name, mem, sync, true).start()
				b.put(1, "one")
				b.checkpoint()
				b.put(2, "two")
				b.checkpoint()
				want := b.state()
				after := worstCut(mem)
				b = openBench(t, e.Name, after, sync, true)
				got, err := b.recover(after)
				if err != nil || len(got.Problems) > 0 {
					t.Fatalf("problems %q, error %v", got.Problems, err)
				}
				if state := b.start().state(); state != want {
					t.Errorf("recovered %q, want %q", state, want)
				}
			})
		}
	}
}

// An image that mixes versions is not used without the part of the log that repairs
// it: after a power cut it has it; where the log was removed, or only the image before
// fits what is left, nobody gets the torn one.
func TestMixedImageWithoutItsLog(t *testing.T) {
	for _, name := range []string{"fuzzy", "pfuzzy"} {
		for _, how := range []string{"power cut", "log removed", "newest file removed"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				testMixed(t, name, how)
			})
		}
	}
}

const mixedRecords = 20_000

// mixedOptions are those of a store whose image takes a while.
func mixedOptions(name string, disk fs.FS) store.Options {
	e, _ := algorithms.Find(name)
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: 16, Capacity: mixedRecords}},
		Workers: 1, Images: store.Images{Dir: imageDir, FS: disk, Rate: 20 << 20, BlockSize: 8192},
		Log: store.Log{Dir: logDir, Interval: time.Millisecond},
	}
	e.Apply(&o)
	return o
}

func testMixed(t *testing.T, name, how string) {
	mem := fstest.NewMem()
	s, err := store.Open(mixedOptions(name, mem))
	if err == nil {
		err = s.Load(0, mixedRecords,
			func(i uint64, buf []byte) (uint64, []byte) { return i, append(buf[:0], make([]byte, 8)...) })
	}
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan bool)
	var client sync.WaitGroup
	client.Go(func() { writePairs(s, stop) })
	for range 2 {
		if _, err := s.Checkpoint(context.Background()); err != nil {
			t.Error(err)
		}
	}
	after := mem
	if how == "power cut" {
		after = worstCut(mem)
	}
	close(stop)
	client.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if how != "power cut" {
		removeLog(t, mem, how == "newest file removed")
	}
	for range 2 { // the second time there is a session of the log above the images
		o := mixedOptions(name, after)
		if s, err = store.Open(o); err != nil {
			t.Fatal(err)
		}
		r, err := s.Recover(context.Background(), store.Source{Images: imageDir, Log: logDir, FS: after, Parallel: 2})
		switch {
		case how == "power cut" && (err != nil || len(r.Problems) > 0):
			t.Errorf("problems %q, error %v", r.Problems, err)
		case err == nil:
			checkPairs(t, s)
		case !strings.Contains(err.Error(), "the log"):
			t.Errorf("the reason is missing: %v", err)
		}
		_ = s.Close()
	}
}

// writePairs writes the same value to both records of a pair until it is stopped.
func writePairs(s *store.Store, stop chan bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	v := make([]byte, 8)
	for x := uint64(1); ; x++ {
		select {
		case <-stop:
			return
		default:
		}
		if x%64 == 0 {
			time.Sleep(50 * time.Microsecond)
		}
		k := rng.Uint64N(mixedRecords / 2)
		binary.LittleEndian.PutUint64(v, x)
		_ = s.Worker(0).Do(&store.Request{
			Access: []store.Access{{Key: k, Mode: store.Exclusive}, {Key: mixedRecords - 1 - k, Mode: store.Exclusive}},
			Body:   func(tx *store.Txn) error { tx.Write(0, store.Whole, v); tx.Write(1, store.Whole, v); return nil },
		})
	}
}

func checkPairs(t *testing.T, s *store.Store) {
	t.Helper()
	values := map[uint64]string{}
	for key, v := range s.All(0) {
		values[key] = string(v)
	}
	torn := 0
	for k := range uint64(mixedRecords / 2) {
		if values[k] != values[mixedRecords-1-k] {
			torn++
		}
	}
	if torn > 0 {
		t.Errorf("%d of %d pairs that every transaction writes alike differ", torn, mixedRecords/2)
	}
}

// Where the newest snapshot of pages is damaged, foedus goes on from the one before
// and its log; so does a store that only reads them.
func TestSnapshotBefore(t *testing.T) {
	for _, reader := range []string{"foedus", "none"} {
		t.Run(reader, func(t *testing.T) {
			mem := fstest.NewMem()
			b := openBench(t, "foedus", mem, true, false).start()
			b.put(1, "one")
			b.checkpoint()
			b.put(2, "two")
			b.checkpoint()
			b.put(3, "three")
			want, own := b.state(), b.o.OwnFiles()
			if err := b.s.Close(); err != nil {
				t.Fatal(err)
			}
			names, err := mem.List(own.Dir)
			if err != nil {
				t.Fatal(err)
			}
			newest := slices.Max(slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "pages-") }))
			damage(t, mem, filepath.Join(own.Dir, newest), 4096+100)
			for generation := range 3 {
				b = openBench(t, reader, mem, true, false)
				src := store.Source{Own: own, Log: logDir, FS: mem, Parallel: 2}
				got, err := b.s.Recover(context.Background(), src)
				if err != nil || b.state() != want {
					t.Fatalf("generation %d: recovered %q, want %q: %v", generation, b.state(), want, err)
				}
				named := slices.ContainsFunc(got.Problems, func(p string) bool { return strings.Contains(p, newest) })
				if first := generation == 0 || reader == "none"; named != first || !got.Own {
					t.Errorf("generation %d: recovery %+v", generation, got)
				}
				if reader == "none" {
					return // it leaves all as it was
				}
				b.start()
				if generation == 1 {
					b.checkpoint()
				}
				if err := b.s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Both snapshots are damaged: that is an error that names both.
func TestBothSnapshotsDamaged(t *testing.T) {
	mem := fstest.NewMem()
	b := openBench(t, "foedus", mem, true, false).start()
	for i := range uint64(3) {
		b.put(i, "value")
		b.checkpoint()
	}
	own := b.o.OwnFiles()
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := mem.List(own.Dir)
	pages := slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "pages-") })
	for _, n := range pages {
		damage(t, mem, filepath.Join(own.Dir, n), 4096+100)
	}
	b = openBench(t, "foedus", mem, true, false)
	_, err := b.recover(mem)
	if !own.Kind.Damaged(err) {
		t.Fatalf("recovered from damaged snapshots: %v", err)
	}
	for _, n := range pages[len(pages)-2:] {
		if !strings.Contains(err.Error(), n) {
			t.Errorf("%s is not named: %v", n, err)
		}
	}
}

// The power goes when own files were just published, and the image was not: the log
// is on the disk as far as they reach, so nothing is said to be lost.
func TestCutAfterOwnFiles(t *testing.T) {
	for name, manifest := range map[string]string{"foedus": "snapshot-", "hekaton": "PAIRS"} {
		t.Run(name, func(t *testing.T) {
			mem := fstest.NewMem()
			renamed, cuts := false, []*fstest.Mem(nil)
			// Calls while a checkpoint publishes come from its goroutine, or are the log's.
			disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
				switch {
				case c.Op == "rename" && strings.HasPrefix(filepath.Base(c.To), manifest):
					renamed = true
				case renamed && c.Op == "sync" && cuts == nil && strings.HasPrefix(c.Name, logDir):
					for seed := range uint64(100) {
						cuts = append(cuts, mem.CrashClone(rand.New(rand.NewPCG(seed, 0))))
					}
				}
				return fstest.Outcome{}
			})
			b := openBench(t, name, disk, false, true).start()
			b.put(1, "one")
			renamed = false
			b.checkpoint()
			if err := b.s.Close(); err != nil {
				t.Fatal(err)
			}
			if len(cuts) == 0 {
				t.Fatal("the log was not synced for the image")
			}
			for _, after := range cuts {
				b := openBench(t, name, after, false, true)
				got, err := b.recover(after)
				if err != nil || len(got.Problems) > 0 || b.state() != "1=one" {
					t.Fatalf("recovered %q, problems %q, error %v", b.state(), got.Problems, err)
				}
				if err := b.s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
