package flink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/flink/internal/cowmap"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

const records = 600

// open returns a loaded store under build's algorithm, whose records are of two
// tables, and the algorithm.
func open(t *testing.T, disk fs.FS, first uint64, build store.New) (*store.Store, store.Algorithm) {
	t.Helper()
	var alg store.Algorithm
	s, err := store.Open(store.Options{
		Algorithm: "flink", Workers: 2, First: first,
		New: func(env *store.Env) (_ store.Algorithm, err error) {
			alg, err = build(env)
			return alg, err
		},
		Tables: []store.TableSpec{{Name: "a", ValueSize: 200, Capacity: records},
			{Name: "b", ValueSize: 40, Capacity: records, Hash: true}},
		Images: store.Images{Dir: "images", FS: disk, Streams: 2, BlockSize: 4096},
	})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	for table, size := range []int{200, 40} {
		must(t, s.Load(table, records/2, func(i uint64, buf []byte) (uint64, []byte) {
			return i, buf[:int(i)%(size+1)]
		}))
	}
	must(t, s.Start())
	return s, alg
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// work runs n transactions, the same ones for the same seed: reads, writes of a
// part and of the whole, deletes, inserts, and aborts of all these.
func work(t *testing.T, s *store.Store, seed uint64, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	fail := errors.New("abort")
	v := make([]byte, 200)
	for range n {
		table := rng.IntN(2)
		size := []int{200, 40}[table]
		for i := range v[:size] {
			v[i] = byte(rng.Uint32())
		}
		op, aborts, length, off := rng.IntN(5), rng.IntN(4) == 0, rng.IntN(size+1), rng.IntN(size)
		err := s.Worker(rng.IntN(2)).Do(&store.Request{
			MayAbort: aborts,
			Access:   []store.Access{{Table: uint16(table), Key: rng.Uint64N(records), Mode: store.Exclusive}},
			Body: func(tx *store.Txn) error {
				switch op {
				case 0:
					tx.Read(0)
				case 1:
					tx.Write(0, store.Whole, v[:length])
				case 2:
					tx.Delete(0)
				default:
					tx.Write(0, off, v[:min(length, size-off)])
				}
				if aborts {
					return fail
				}
				return nil
			},
		})
		if (err != nil) != aborts {
			t.Fatal(err)
		}
	}
}

// image returns the records of an image, in order.
func image(t *testing.T, disk fs.FS, path string) (out []string) {
	t.Helper()
	var rs []store.ImageRecord
	must(t, store.ReadImage(context.Background(), disk, path, 1, func(_ int, r store.ImageRecord) error {
		r.Value = slices.Clone(r.Value)
		rs = append(rs, r)
		return nil
	}))
	slices.SortFunc(rs, func(a, b store.ImageRecord) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key, b.Key))
	})
	for _, r := range rs {
		out = append(out, fmt.Sprintf("%d/%d %x %v %x", r.Table, r.Key, r.Stamp, r.Absent, r.Value))
	}
	return out
}

// The copy-on-write tables and the nested maps write the same images.
func TestSameImages(t *testing.T) {
	var want [][]string
	for name, build := range map[string]store.New{"flink": New, "flink-cow-write": NewCowWrite,
		"flink-nested": NewNested} {
		disk := fstest.NewMem()
		s, _ := open(t, disk, 0, build)
		var got [][]string
		for i := range uint64(3) {
			work(t, s, i, 1000)
			r, err := s.Checkpoint(context.Background())
			must(t, err)
			got = append(got, image(t, disk, r.Image.Path))
		}
		if want == nil {
			want = got
		}
		if len(got[0]) < records/2 || !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s writes other images, or too small ones: of %d, %d and %d records", name, len(got[0]), len(got[1]),
				len(got[2]))
		}
	}
}

// checkGroups reports snapshots that were not released, and memory that is
// miscounted.
func checkGroups(t *testing.T, f *flink, when string) {
	t.Helper()
	for i, g := range f.groups {
		if n := g.m.Outstanding(); n != 0 || g.snap != nil || g.kept != 0 || g.toldOwn != 0 {
			t.Fatalf("%s: group %d has %d snapshots outstanding and %d bytes set aside", when, i, n, g.toldOwn)
		}
		s, err := g.m.Snapshot()
		must(t, err)
		states, n := int64(0), 0
		must(t, s.Each(func(_ uint32, _ uint64, v *store.Version) error {
			states, n = states+bytes(v), n+1
			return nil
		}))
		s.Release()
		if states != g.states || n != g.m.Len() {
			t.Fatalf("%s: group %d has %d states of %d bytes, and counts %d of %d", when, i, n, states, g.m.Len(), g.states)
		}
	}
}

// Wherever a checkpoint fails, no snapshot outlives it: none is outstanding, and
// nothing is copied any more.
func TestNothingOutlivesFailure(t *testing.T) {
	for name, build := range map[string]store.New{"flink": New, "flink-cow-write": NewCowWrite} {
		var left atomic.Int64 // calls that succeed before one fails; negative when none is to
		left.Store(-1)
		disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
			if strings.HasPrefix(c.Name, "images") && left.Load() >= 0 && left.Add(-1) == -1 {
				return fstest.NoSpace()
			}
			return fstest.Outcome{}
		})
		s, alg := open(t, disk, 0, build)
		f := alg.(*flink)
		failed := 0
		for n := 0; ; n += 1 + n/8 {
			work(t, s, uint64(n), 50)
			left.Store(int64(n))
			_, err := s.Checkpoint(context.Background())
			fired := left.Swap(-1) < 0
			checkGroups(t, f, fmt.Sprintf("%s, call %d failed", name, n))
			before := copied(f)
			work(t, s, uint64(n), 20)
			if after := copied(f); after != before {
				t.Fatalf("%s, call %d failed: %d copies were made without a snapshot", name, n, after-before)
			}
			if err == nil && !fired {
				break
			}
			failed++
		}
		if failed < 5 {
			t.Errorf("%s: only %d calls could fail", name, failed)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.Checkpoint(ctx); err == nil {
			t.Errorf("%s: a cancelled checkpoint succeeded", name)
		}
		checkGroups(t, f, name+", cancelled")
	}
}

// copied returns how many nodes and states the maps have copied.
func copied(f *flink) (n uint64) {
	for _, g := range f.groups {
		nodes, states := g.m.Copied()
		n += nodes + states
	}
	return n
}

// While a snapshot is outstanding every access of a record but a deleting or
// replacing one copies its state, once; in the variant only what writes does.
func TestCopiesOnce(t *testing.T) {
	check := func(name string, build store.New, want int) {
		t.Helper()
		s, alg := open(t, fstest.NewMem(), 0, build)
		f := alg.(*flink)
		for _, g := range f.groups {
			must(t, g.snapshot())
		}
		for range 2 {
			for key := range uint64(100) {
				must(t, s.Worker(0).Do(&store.Request{
					Access: []store.Access{{Key: key, Mode: store.Exclusive}},
					Body: func(tx *store.Txn) error {
						tx.Read(0)
						if key >= 50 {
							tx.Write(0, 0, []byte{1})
						}
						return nil
					},
				}))
			}
		}
		states := 0
		for _, g := range f.groups {
			_, n := g.m.Copied()
			states += int(n)
		}
		if states != want {
			t.Errorf("%s copied %d states, want %d", name, states, want)
		}
		f.release()
		checkGroups(t, f, name)
	}
	check("flink", New, 100)
	check("flink-cow-write", NewCowWrite, 50)
}

// When the versions are used up the checkpoint says so, and the store goes on.
func TestVersionsEnd(t *testing.T) {
	s, alg := open(t, fstest.NewMem(), math.MaxUint64-1, New)
	work(t, s, 1, 50)
	_, err := s.Checkpoint(context.Background())
	must(t, err)
	work(t, s, 2, 50)
	if _, err := s.Checkpoint(context.Background()); !errors.Is(err, cowmap.ErrVersions) {
		t.Errorf("a checkpoint beyond the last version: %v, want %v", err, cowmap.ErrVersions)
	}
	work(t, s, 3, 50)
	for _, g := range alg.(*flink).groups {
		if g.m.Outstanding() != 0 {
			t.Fatal("the checkpoint that failed left a snapshot outstanding")
		}
	}
}

// The keys of one group do not crowd in a few buckets of its map, and the groups
// are about as large as each other.
func TestSpread(t *testing.T) {
	const n = keyGroups * 1000
	var size [keyGroups]int
	m := cowmap.New(1, 0, func(s int) int { return s })
	for key := range uint64(n) {
		i := groupOf(key)
		if size[i]++; i == 7 {
			m.Put(0, key, 0)
		}
	}
	if lo, hi := slices.Min(size[:]), slices.Max(size[:]); lo < 800 || hi > 1200 {
		t.Errorf("groups have %d to %d keys, want about 1000", lo, hi)
	}
	// The path to a state is copied as far as the state is deep in its chain.
	if _, err := m.Snapshot(); err != nil {
		t.Fatal(err)
	}
	deepest := uint64(0)
	for key := range uint64(n) {
		before, _ := m.Copied()
		m.Get(0, key)
		after, _ := m.Copied()
		deepest = max(deepest, after-before)
	}
	if deepest == 0 || deepest > 8 {
		t.Errorf("the deepest of %d keys was %d deep in its chain", size[7], deepest)
	}
}

// A group is released as soon as it is written: when the first block goes to the
// disk, which holds several groups, some are released and others are not.
func TestReleasedGroupByGroup(t *testing.T) {
	var f *flink
	var once sync.Once
	outstanding := -1
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 && strings.HasPrefix(c.Name, "images/image") {
			once.Do(func() {
				outstanding = 0
				for _, g := range f.groups {
					outstanding += g.m.Outstanding()
				}
			})
		}
		return fstest.Outcome{}
	})
	s, alg := open(t, disk, 0, New)
	f = alg.(*flink)
	work(t, s, 1, 1000)
	_, err := s.Checkpoint(context.Background())
	must(t, err)
	if outstanding <= 0 || outstanding >= keyGroups {
		t.Errorf("%d of %d groups were outstanding at the first block's write, want some, and not all", outstanding,
			keyGroups)
	}
}

// A checkpoint reports the copies that were made because of it.
func TestReportsCopies(t *testing.T) {
	var s *store.Store
	// no stream writes on until they have run: it comes no further than its buffers, and the last
	// groups are still outstanding
	var mu sync.Mutex
	during := 0 // transactions to run at the next write of a block; protected by mu
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 && strings.HasPrefix(c.Name, "images/image") {
			mu.Lock()
			defer mu.Unlock()
			if n := during; n > 0 {
				during = 0
				work(t, s, 7, n)
			}
		}
		return fstest.Outcome{}
	})
	s, alg := open(t, disk, 0, New)
	f := alg.(*flink)
	check := func(transactions int) {
		t.Helper()
		var before, after uint64
		for _, g := range f.groups {
			_, n := g.m.Copied()
			before += n
		}
		mu.Lock()
		during = transactions
		mu.Unlock()
		r, err := s.Checkpoint(context.Background())
		must(t, err)
		for _, g := range f.groups {
			_, n := g.m.Copied()
			after += n
		}
		if r.Copies != int64(after-before) || (r.Copies > 0) != (transactions > 0) ||
			(r.CopiedBytes > 16*r.Copies) != (transactions > 0) {
			t.Errorf("%d transactions beside it: %d copies of %d bytes reported, %d made", transactions, r.Copies, r.CopiedBytes,
				after-before)
		}
	}
	check(500)
	check(0)
}

// A state that is held is the record's: where a record was declared twice, and is
// replaced, deleted or taken back by way of one declaration, the other has it; and
// in transactions of so many records that none is held.
func TestHeld(t *testing.T) {
	for name, build := range map[string]store.New{"flink": New, "flink-cow-write": NewCowWrite,
		"flink-nested": NewNested} {
		for _, more := range []int{0, mostHeld - 2, mostHeld} {
			s, _ := open(t, fstest.NewMem(), 0, build)
			access := []store.Access{{Key: 1, Mode: store.Exclusive}, {Key: 1, Mode: store.Exclusive}}
			for i := range more {
				access = append(access, store.Access{Key: uint64(2 + i), Mode: store.Exclusive})
			}
			check := func(tx *store.Txn, i int, want string) {
				t.Helper()
				if v, ok := tx.Read(i); ok != (want != "") || string(v) != want {
					t.Errorf("%s, %d records: %q, %v, want %q", name, len(access), v, ok, want)
				}
			}
			run := func(wantErr error, body func(tx *store.Txn)) {
				t.Helper()
				err := s.Worker(0).Do(&store.Request{Access: access, MayAbort: true, Body: func(tx *store.Txn) error {
					body(tx)
					return wantErr
				}})
				if !errors.Is(err, wantErr) {
					t.Fatal(err)
				}
			}
			fail := errors.New("abort")
			long := strings.Repeat("x", 150)
			run(nil, func(tx *store.Txn) {
				tx.Read(1)
				for _, v := range []string{"a", long, "bcd", "efg"} {
					tx.Write(0, store.Whole, []byte(v))
					check(tx, 1, v)
					check(tx, 0, v)
				}
				tx.Write(1, 3, []byte(long))
				check(tx, 0, "efg"+long)
			})
			run(fail, func(tx *store.Txn) {
				tx.Delete(0)
				check(tx, 1, "")
				tx.Write(1, store.Whole, []byte("h"))
				check(tx, 0, "h")
			})
			run(nil, func(tx *store.Txn) {
				check(tx, 0, "efg"+long)
				tx.Delete(1)
				check(tx, 0, "")
			})
			if _, ok := s.Value(0, 1); ok {
				t.Errorf("%s: the record is there after it was deleted", name)
			}
		}
	}
}

// Declaring a record is no access: while a snapshot is outstanding a transaction
// that touches none of its records copies nothing.
func TestDeclaringCopiesNothing(t *testing.T) {
	for name, build := range map[string]store.New{"flink": New, "flink-cow-write": NewCowWrite} {
		s, alg := open(t, fstest.NewMem(), 0, build)
		f := alg.(*flink)
		for _, g := range f.groups {
			must(t, g.snapshot())
		}
		var access []store.Access
		for key := range uint64(40) {
			access = append(access, store.Access{Key: key, Mode: store.Exclusive})
		}
		s.Worker(0).Soon(0, 1)
		must(t, s.Worker(0).Do(&store.Request{Access: access, Body: func(*store.Txn) error { return nil }}))
		if n := copied(f); n != 0 {
			t.Errorf("%s: %d copies were made", name, n)
		}
		f.release()
	}
}
