package hekaton_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

var imagesToo = store.Images{Dir: "images"}

// opened opens an empty store under hekaton that is not started, and says what it
// is to be recovered from.
func opened(t *testing.T, disk fs.FS, images store.Images) (*rig, store.Source) {
	t.Helper()
	e, _ := algorithms.Find("hekaton")
	o := options(disk, images)
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &rig{t, s}, store.Source{Images: images.Dir, Own: o.OwnFiles(), Log: "log", FS: disk, Parallel: 3}
}

// resumed recovers a store and starts it.
func resumed(t *testing.T, disk fs.FS, images store.Images) (*rig, store.Recovery) {
	t.Helper()
	r, src := opened(t, disk, images)
	got, err := r.s.Recover(context.Background(), src)
	if err == nil {
		err = r.s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, got
}

// read recovers a store under no algorithm from the same, and returns its state.
func read(t *testing.T, src store.Source) (map[uint64]string, store.Recovery, error) {
	t.Helper()
	o := options(src.FS, store.Images{})
	o.Algorithm, o.New, o.Log = "none", none.New, store.Log{}
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Recover(context.Background(), src)
	return (&rig{t, s}).state(), got, err
}

func (r *rig) close() {
	r.Helper()
	if err := r.s.Close(); err != nil {
		r.Fatal(err)
	}
}

// files returns the contents of the files in a folder.
func files(t *testing.T, disk fs.FS, dir string) map[string]string {
	t.Helper()
	names, err := disk.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, n := range names {
		if n == "own" { // a folder, by the log
			continue
		}
		b, err := fs.ReadFile(disk, filepath.Join(dir, n), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		m[n] = string(b)
	}
	return m
}

// Recovery is from the pairs and what the log holds after them, with images and
// without; the store goes on with those pairs, over several generations: until its
// next checkpoint not a byte of them changes, and then they have what was in the
// log before the recovery, and what came after. Who only reads them gets the same.
func TestResume(t *testing.T) {
	for _, images := range []store.Images{{Discard: true}, imagesToo} {
		t.Run(fmt.Sprintf("discard=%v", images.Discard), func(t *testing.T) {
			mem, dir := fstest.NewMem(), "images/own"
			if images.Discard {
				dir = "log/own"
			}
			r := open(t, mem, images)
			r.write(0, records, func(tx *store.Txn) { tx.Write(0, store.Whole, []byte("before the first checkpoint")) })
			r.checkpoint()
			for g := range uint64(3) {
				r.write(5*g, 40, func(tx *store.Txn) { tx.Write(0, 7, []byte{byte(g), 1}) })
				r.write(100+g, 9, func(tx *store.Txn) { tx.Delete(0) })
				want := r.state()
				r.close()
				before := files(t, mem, dir)
				_, src := opened(t, fstest.NewMem(), images)
				src.FS = mem
				state, got, err := read(t, src)
				if err != nil || !got.Own || len(got.Problems) > 0 {
					t.Fatalf("read by another store: %+v, %v", got, err)
				}
				same(t, state, want)
				r, got = resumed(t, mem, images)
				same(t, r.state(), want)
				if !got.Own || got.Records != records || got.Changes < 49 || got.Bytes == 0 || len(got.Problems) > 0 {
					t.Errorf("recovery %+v", got)
				}
				r.write(200+g, 30, func(tx *store.Txn) { tx.Write(0, 90, []byte("after")) })
				if !maps.Equal(files(t, mem, dir), before) {
					t.Error("the pairs were changed before a checkpoint")
				}
				if g == 1 { // otherwise the next generation has two recoveries to make up for
					continue
				}
				report := r.checkpoint()
				if report.OwnWritten > records*100/2 {
					t.Errorf("%d bytes were written for what is in the log", report.OwnWritten)
				}
				inThem, epoch := inPairs(t, mem, dir)
				same(t, inThem, r.state())
				if epoch != report.Image.Point.Seq {
					t.Errorf("the pairs are at epoch %d, the checkpoint at %v", epoch, report.Image.Point)
				}
			}
		})
	}
}

// No transaction gets an id again that is in the pairs, though the log behind them
// holds nothing.
func TestIDsGoOn(t *testing.T) {
	mem := fstest.NewMem()
	r := open(t, mem, imagesToo)
	for range 50 {
		r.write(3, 1, func(tx *store.Txn) { tx.Write(0, 0, []byte("x")) })
	}
	r.checkpoint()
	r.close()
	r, got := resumed(t, mem, imagesToo)
	largest, next := uint64(0), uint64(0)
	r.s.Each(func(_ int, _, stamp uint64, _ []byte) { largest = max(largest, stamp) })
	r.write(300, 1, func(tx *store.Txn) { tx.Write(0, 0, []byte("y")) })
	r.s.Each(func(_ int, key, stamp uint64, _ []byte) {
		if key == 300 {
			next = stamp
		}
	})
	if !got.Own || got.Changes != 0 || largest == 0 || next <= largest {
		t.Errorf("recovery %+v; the first id is %#x, %#x is in the pairs", got, next, largest)
	}
}

// The first pairs stand at no epoch that the log does not have: a store that dies
// right after it was loaded could not be recovered from such, as the log ends
// before it.
func TestLoadedIsInTheLog(t *testing.T) {
	mem := fstest.NewMem()
	r, _ := opened(t, mem, imagesToo)
	for r.s.Log().Epoch() < 8 { // nothing is logged meanwhile, and few epochs are marked
		time.Sleep(time.Millisecond)
	}
	if err := r.s.Start(); err != nil {
		t.Fatal(err)
	}
	durable := r.s.Log().Durable()
	if _, epoch := inPairs(t, mem, "images/own"); epoch == 0 || durable < epoch {
		t.Errorf("the first pairs are of epoch %d, the log of epoch %d", epoch, durable)
	}
}

// Where images are discarded the log goes that the pairs hold, and no more: with one
// manifest nothing could use it.
func TestDropsLog(t *testing.T) {
	mem, images := fstest.NewMem(), store.Images{Discard: true}
	r := open(t, mem, images)
	r.checkpoint()
	r.write(0, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("after the checkpoint")) })
	r.close() // only the log of an earlier run can be dropped: its files are whole
	old := files(t, mem, "log")
	r, _ = resumed(t, mem, images)
	check := func(when string, kept bool) {
		t.Helper()
		now := files(t, mem, "log")
		for name := range old {
			if _, ok := now[name]; ok != kept {
				t.Errorf("%s: %s is there: %v, want %v", when, name, ok, kept)
			}
		}
	}
	check("recovered", true)
	r.checkpoint()
	check("after a checkpoint", false)
	r.write(9, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("again")) })
	want := r.state()
	r.close()
	r, _ = resumed(t, mem, images)
	same(t, r.state(), want)
}

// Where there are no pairs, or one is damaged, the store is recovered from its
// image, and says what is damaged; it begins its pairs anew. Where there is no
// image it is not recovered.
func TestRecoverWithoutPairs(t *testing.T) {
	check := func(name string, images store.Images, ruin func(disk *fstest.Mem, dir string) (problem string)) {
		t.Run(fmt.Sprintf("%s,discard=%v", name, images.Discard), func(t *testing.T) {
			mem, dir := fstest.NewMem(), "images/own"
			if images.Discard {
				dir = "log/own"
			}
			r := open(t, mem, images)
			r.checkpoint()
			r.write(0, 60, func(tx *store.Txn) { tx.Write(0, 3, []byte("again")) })
			r.checkpoint()
			r.write(10, 5, func(tx *store.Txn) { tx.Delete(0) })
			want := r.state()
			r.close()
			problem := ruin(mem, dir)
			r, src := opened(t, mem, images)
			got, err := r.s.Recover(context.Background(), src)
			if images.Discard {
				if err == nil || !strings.Contains(err.Error(), problem) {
					t.Errorf("recovered %+v, %v from nothing", got, err)
				}
				return
			}
			if err == nil {
				err = r.s.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Own || len(got.Problems) > 0 != (problem != "") ||
				problem != "" && !strings.Contains(got.Problems[0], problem) {
				t.Errorf("recovery %+v, want a problem with %q", got, problem)
			}
			same(t, r.state(), want)
			inThem, _ := inPairs(t, mem, dir)
			same(t, inThem, want)
			r.write(20, 30, func(tx *store.Txn) { tx.Write(0, 3, []byte("and again")) })
			r.checkpoint()
			want = r.state()
			r.close()
			r, got = resumed(t, mem, images)
			if same(t, r.state(), want); !got.Own {
				t.Errorf("recovery %+v", got)
			}
		})
	}
	// every does something to all files of a kind, and returns the name of one.
	every := func(kind string, what func(disk *fstest.Mem, path, b string) error) func(*fstest.Mem, string) string {
		return func(disk *fstest.Mem, dir string) (one string) {
			for name, b := range files(t, disk, dir) {
				if !strings.HasPrefix(name, kind) {
					continue
				}
				if one = name; what(disk, filepath.Join(dir, name), b) != nil {
					t.Fatal("it cannot be ruined")
				}
			}
			if one == "" {
				t.Fatalf("there is no file %s", kind)
			}
			return strings.SplitAfter(one, "-")[0] // the number differs
		}
	}
	gone := func(disk *fstest.Mem, path, _ string) error { return disk.Remove(path) }
	put := func(disk *fstest.Mem, path, b string) error {
		f, err := disk.Create(path, false)
		if err == nil {
			_, err = f.WriteAt([]byte(b), 0)
		}
		return err
	}
	cut := func(disk *fstest.Mem, path, b string) error { return put(disk, path, b[:len(b)-1]) }
	flip := func(disk *fstest.Mem, path, b string) error {
		at := len(b) / 2
		return put(disk, path, b[:at]+string([]byte{b[at] ^ 4})+b[at+1:])
	}
	for _, images := range []store.Images{imagesToo, {Discard: true}} {
		for _, kind := range []string{"data-", "delta-", "PAIRS"} {
			check(kind+" flipped", images, every(kind, flip))
			check(kind+" cut", images, every(kind, cut))
			if kind != "PAIRS" {
				check(kind+" gone", images, every(kind, gone))
			}
		}
		check("none", images, func(disk *fstest.Mem, dir string) string {
			every("PAIRS", gone)(disk, dir)
			return ""
		})
	}
}

// A log that lost its end, which the pairs hold: who only reads passes the pairs
// over, as there is no telling what came after them; a store that goes on with
// them does so above their epoch.
func TestLogLost(t *testing.T) {
	mem := fstest.NewMem()
	var broken atomic.Bool
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if broken.Load() && c.Op == "rename" && strings.HasPrefix(c.Name, "images/image-") {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	r := open(t, disk, imagesToo)
	r.write(0, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("in both")) })
	r.checkpoint()
	old := r.state()
	r.close()
	kept := files(t, mem, "log")
	r, _ = resumed(t, disk, imagesToo)
	r.write(20, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("in the pairs")) })
	broken.Store(true)
	if _, err := r.s.Checkpoint(context.Background()); err == nil {
		t.Fatal("an image was published on a broken disk")
	}
	broken.Store(false)
	want := r.state()
	_, epoch := inPairs(t, mem, "images/own")
	r.close()
	for name := range files(t, mem, "log") {
		if _, ok := kept[name]; !ok {
			if err := mem.Remove("log/" + name); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, src := opened(t, fstest.NewMem(), imagesToo)
	src.FS = mem
	state, got, err := read(t, src)
	if err != nil || got.Own ||
		!slices.ContainsFunc(got.Problems, func(p string) bool { return strings.Contains(p, "the log ends at epoch") }) {
		t.Errorf("read by another store: %+v, %v", got, err)
	}
	same(t, state, old)
	for range 2 {
		r, got = resumed(t, disk, imagesToo)
		same(t, r.state(), want)
		if !got.Own || r.s.Log().Epoch() <= epoch {
			t.Errorf("recovery %+v; the log is at epoch %d, the pairs at %d", got, r.s.Log().Epoch(), epoch)
		}
		r.write(7, 9, func(tx *store.Txn) { tx.Write(0, 30, []byte("later")) })
		want = r.state()
		r.close()
	}
}

// A store that was recovered to an earlier epoch than the log's end does not go on
// with the pairs: they would get from the log what is not in it.
func TestRecoveredToEarlier(t *testing.T) {
	mem := fstest.NewMem()
	r := open(t, mem, imagesToo)
	r.write(0, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("wanted")) })
	to := r.checkpoint().Image.Point.Seq
	want := r.state()
	if err := r.s.Log().WaitDurable(context.Background(), to+3); err != nil {
		t.Fatal(err)
	}
	r.write(0, 30, func(tx *store.Txn) { tx.Write(0, 0, []byte("not wanted")) })
	r.close()
	r, src := opened(t, mem, imagesToo)
	src.LogTo = to
	got, err := r.s.Recover(context.Background(), src)
	if err == nil {
		err = r.s.Start()
	}
	if err != nil || !got.Own {
		t.Fatal(got, err)
	}
	same(t, r.state(), want)
	r.checkpoint()
	inThem, _ := inPairs(t, mem, "images/own")
	same(t, inThem, want)
}
