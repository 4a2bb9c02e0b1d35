package foedus

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// flip changes a byte in every file of pages, at an offset within each page.
func flip(t *testing.T, mem *fstest.Mem, dir string, at int) (files int) {
	t.Helper()
	names, err := mem.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "pages-") {
			continue
		}
		files++
		b, err := fs.ReadFile(mem, dir+"/"+name, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for page := 4096; page < len(b); page += 4096 {
			b[page+at] ^= 0x10
		}
		f, err := mem.Create(dir+"/"+name, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

const rigPages = "log/own/" + Folder

// A page that is damaged is reported when it is fetched, with its file and
// offset, by every transaction that needs it and by whoever looks on; none gets a
// value. Records that are in memory are as good as ever.
func TestFetchDamaged(t *testing.T) {
	for _, at := range []int{0, 5, 9, 20, 40, 4095} {
		mem := fstest.NewMem()
		r := newRig(t, mem, 1<<30, large...)
		for table := range large {
			if _, err := r.get(0, table, 3); err != nil {
				t.Fatal(err)
			}
		}
		r.alg.dir.Close() // or the old files would be read on
		if flip(t, mem, rigPages, at) == 0 {
			t.Fatal("there are no pages")
		}
		for table := range large {
			if v, err := r.get(0, table, 3); err != nil || string(v) != "loaded 3" {
				t.Errorf("byte %d: a record in memory is %q, %v", at, v, err)
			}
			for _, mode := range []store.Mode{store.Shared, store.Exclusive, store.Shared} {
				var got []byte
				err := r.do(0, table, 1000, mode, func(tx *store.Txn) error {
					got, _ = tx.Read(0)
					return nil
				})
				var damage *durable.Damage
				if !errors.As(err, &damage) || got != nil || !strings.Contains(damage.File, rigPages+"/pages-") ||
					damage.Offset < 4096 {
					t.Errorf("byte %d: table %d: read %q, %v", at, table, got, err)
				}
			}
			if v, ok := r.s.Value(table, 1000); ok {
				t.Errorf("byte %d: looking on gives %q", at, v)
			}
		}
		if r.s.Err() == nil {
			t.Errorf("byte %d: no error for who looks on", at)
		}
	}
}

// A disk that fails is an error of the transaction, and no more than that: when it
// works again so does the next.
func TestFetchFails(t *testing.T) {
	var broken atomic.Bool
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if broken.Load() && c.Op == "read" && strings.Contains(c.Name, "pages-") {
			return fstest.Outcome{Err: errors.New("no such luck")}
		}
		return fstest.Outcome{}
	})
	r := newRig(t, disk, 1, large...)
	for table := range large {
		r.shrink()
		broken.Store(true)
		for _, mode := range []store.Mode{store.Shared, store.Exclusive} {
			if err := r.do(0, table, 9, mode, func(*store.Txn) error { t.Error("the body ran"); return nil }); err == nil ||
				!strings.Contains(err.Error(), "no such luck") {
				t.Errorf("fetched from a broken disk: %v", err)
			}
		}
		if r.resident(table, 9) {
			t.Error("a page that could not be read is resident")
		}
		broken.Store(false)
		r.put(0, table, 9, []byte("written"))
	}
	r.check("the disk works again")
}

// Who comes while a page is being fetched sees all of it, or waits.
func TestHalfFetched(t *testing.T) {
	var slow atomic.Bool
	begun, goOn := make(chan bool), make(chan bool)
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if c.Op == "read" && strings.Contains(c.Name, "pages-") && slow.CompareAndSwap(true, false) {
			begun <- true
			<-goOn
		}
		return fstest.Outcome{}
	})
	r := newRig(t, disk, 1, large[0])
	r.shrink()
	slow.Store(true)
	results := make(chan string, 2)
	read := func(worker int, key uint64) {
		v, err := r.get(worker, 0, key)
		if err != nil {
			t.Error(err)
		}
		results <- string(v)
	}
	go read(0, 0)
	<-begun
	if s := r.alg.v.tables[0].pages[0].state.Load(); s != busy {
		t.Errorf("a page that is still on the disk is in state %d", s)
	}
	go read(1, 1)
	goOn <- true
	first := <-results
	if second := <-results; first == second || !strings.HasPrefix(first, "loaded ") ||
		!strings.HasPrefix(second, "loaded ") {
		t.Errorf("read %q and %q", first, second)
	}
}

// Where the pages are gone, or damaged, a store is recovered from its image, and
// says so; where there is no image it is not recovered at all.
func TestRecoverWithoutPages(t *testing.T) {
	check := func(name string, images bool, budget int64, ruin func(mem *fstest.Mem, dir string), problem string) {
		t.Run(name, func(t *testing.T) {
			mem := fstest.NewMem()
			r := &rig{t: t, tables: large, budget: budget, images: images, disk: mem}
			r.fill()
			r.must(r.checkpoint())
			r.put(0, 0, 11, []byte("in the log"))
			r.must(r.s.Close())
			dir := rigPages
			if images {
				dir = "images/own/" + Folder
			}
			ruin(mem, dir)
			r.open()
			got, err := r.recover()
			if !images {
				if err == nil {
					t.Errorf("recovered %+v from nothing", got)
				}
				return
			}
			r.must(err)
			r.must(r.s.Start())
			if got.Snapshot != 0 || (len(got.Problems) > 0) != (problem != "") ||
				problem != "" && !strings.Contains(got.Problems[0], problem) {
				t.Errorf("recovery %+v", got)
			}
			r.check("recovered")
			r.must(r.checkpoint())
			r.reopen()
			r.check("and again")
		})
	}
	gone := func(mem *fstest.Mem, dir string) {
		names, err := mem.List(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if err := mem.Remove(dir + "/" + n); err != nil {
				t.Fatal(err)
			}
		}
	}
	noManifest := func(mem *fstest.Mem, dir string) {
		names, _ := mem.List(dir)
		for _, n := range names {
			if strings.HasPrefix(n, "snapshot-") {
				_ = mem.Remove(dir + "/" + n)
			}
		}
	}
	noPages := func(mem *fstest.Mem, dir string) {
		names, _ := mem.List(dir)
		for _, n := range names {
			if strings.HasPrefix(n, "pages-") {
				_ = mem.Remove(dir + "/" + n)
			}
		}
	}
	flipped := func(mem *fstest.Mem, dir string) { flip(t, mem, dir, 100) }
	for _, budget := range []int64{0, 50_000} {
		suffix := "without budget"
		if budget > 0 {
			suffix = "with budget"
		}
		check("gone, "+suffix, true, budget, gone, "")
		check("no manifest, "+suffix, true, budget, noManifest, "")
		check("no pages, "+suffix, true, budget, noPages, "pages-")
		check("flipped, "+suffix, true, budget, flipped, "pages-")
		check("gone, no image, "+suffix, false, budget, gone, "")
		check("no pages, no image, "+suffix, false, budget, noPages, "")
	}
}

// fill opens and loads a rig that was put together by hand.
func (r *rig) fill() {
	r.t.Helper()
	r.open()
	r.t.Cleanup(func() { _ = r.s.Close() })
	for i, spec := range r.tables {
		r.model = append(r.model, map[uint64][]byte{})
		for k := range spec.Capacity * 3 / 4 {
			r.model[i][k] = []byte("loaded")
		}
		r.must(r.s.Load(i, spec.Capacity*3/4,
			func(k uint64, buf []byte) (uint64, []byte) { return k, append(buf[:0], "loaded"...) }))
	}
	r.must(r.s.Start())
}
