package image

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const testDir = "/images"

var testTables = []durable.Table{
	{Name: "small", ValueSize: 16, Capacity: 1000},
	{Name: "large", ValueSize: 5000, Capacity: 77, Hash: true},
}

// testOptions are those of most tests: small blocks in memory.
func testOptions(fsys fs.FS) Options {
	return Options{Dir: testDir, FS: fsys, BlockSize: fs.Align, Algorithm: "test", Tables: testTables}
}

func open(t testing.TB, o Options) *Dir {
	t.Helper()
	d, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// someRecords returns n records that depend on seed alone.
func someRecords(seed uint64, n int) []durable.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]durable.Record, n)
	for i := range out {
		r := durable.Record{Table: rng.IntN(len(testTables)), Key: uint64(i), Stamp: seed<<32 | rng.Uint64N(1000)}
		if rng.IntN(8) == 0 {
			r.Absent = true
		} else {
			r.Value = make([]byte, rng.IntN(testTables[r.Table].ValueSize+1))
			for j := range r.Value {
				r.Value[j] = byte(rng.Uint32())
			}
		}
		out[i] = r
	}
	return out
}

// fill puts the records into the streams of w in turn, one goroutine each.
func fill(ctx context.Context, w *Writer, recs []durable.Record) error {
	errs := make([]error, w.Streams())
	var wg sync.WaitGroup
	for i := range w.Streams() {
		wg.Go(func() {
			for j := i; j < len(recs) && errs[i] == nil; j += w.Streams() {
				errs[i] = put(ctx, w.Stream(i), recs[j])
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, s *Stream, r durable.Record) error {
	if err := s.Room(ctx, len(r.Value)); err != nil {
		return err
	}
	if r.Absent {
		s.Absent(r.Table, r.Key, r.Stamp)
	} else {
		s.Put(r.Table, r.Key, r.Stamp, r.Value)
	}
	return nil
}

// take writes one image.
func take(d *Dir, base uint64, recs []durable.Record, p Point) (Info, error) {
	ctx := context.Background()
	w, err := d.BeginPartial(base)
	if err != nil {
		return Info{}, err
	}
	defer w.Abort()
	if err := fill(ctx, w, recs); err != nil {
		return Info{}, err
	}
	return w.Commit(ctx, p)
}

func mustTake(t testing.TB, d *Dir, base uint64, recs []durable.Record, p Point) Info {
	t.Helper()
	info, err := take(d, base, recs, p)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// scanAll returns the records of an image, sorted by key.
func scanAll(fsys fs.FS, path string, workers int) ([]durable.Record, error) {
	im, err := OpenImage(fsys, path)
	if err != nil {
		return nil, err
	}
	defer im.Close()
	var mu sync.Mutex
	var out []durable.Record
	err = im.Scan(context.Background(), workers, func(_ int, r durable.Record) error {
		r.Value = bytes.Clone(r.Value)
		mu.Lock()
		defer mu.Unlock()
		out = append(out, r)
		return nil
	})
	slices.SortFunc(out, func(a, b durable.Record) int { return int(a.Key) - int(b.Key) })
	return out, err
}

func sameRecords(a, b []durable.Record) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d records, want %d", len(a), len(b))
	}
	for i := range a {
		x, y := a[i], b[i]
		if x.Table != y.Table || x.Key != y.Key || x.Stamp != y.Stamp || x.Absent != y.Absent ||
			!bytes.Equal(x.Value, y.Value) {
			return fmt.Errorf("record %d is %+v, want %+v", i, x, y)
		}
	}
	return nil
}

// names returns what is in the directory.
func names(t testing.TB, fsys fs.FS) []string {
	t.Helper()
	out, err := fsys.List(testDir)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// content returns the bytes of a file in the directory.
func content(t testing.TB, fsys fs.FS, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(fsys, filepath.Join(testDir, name), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// overwrite replaces a file in the directory.
func overwrite(t testing.TB, fsys fs.FS, name string, b []byte) {
	t.Helper()
	f, err := fsys.Create(filepath.Join(testDir, name), false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}
