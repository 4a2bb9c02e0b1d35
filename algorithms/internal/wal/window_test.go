package wal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// written is a log of several sessions, with other numbers of loggers, several
// segments, and loggers that never get a record.
func written(t *testing.T, seed uint64) *fstest.Mem {
	mem := fstest.NewMem()
	rng := rand.New(rand.NewPCG(seed, 0))
	stamp := uint64(0)
	for _, loggers := range []int{1, 3, 2} {
		l, err := Open(Options{Dir: dir, FS: mem, Workers: 3, Loggers: loggers, Interval: time.Millisecond,
			SegmentBytes: 2000})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			b := l.Worker(rng.IntN(2)) // the third never does anything
			b.Begin()
			stamp++
			b.Put(1, stamp%7, make([]byte, rng.IntN(200)))
			b.Set(0, stamp%5, 3, []byte{byte(stamp)})
			b.Delete(2, stamp)
			epoch := b.Commit(stamp)
			if i%10 == 0 {
				if err := l.WaitDurable(context.Background(), epoch); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return mem
}

// text is a change as one compares it.
func text(c Change) string {
	return fmt.Sprint(c.Epoch, c.Stamp, c.Table, c.Key, c.Kind, c.Off, c.Value)
}

// replayed is what Replay hands over of (from, to].
func replayed(t *testing.T, mem *fstest.Mem, from, to uint64) (out []string) {
	_, err := Replay(context.Background(), mem, dir, from, to, 1, func(_ int, c Change) error {
		out = append(out, text(c))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// windowed is what a Window has of it.
func windowed(t *testing.T, mem *fstest.Mem, from, to uint64, unit int) (out []string) {
	w, err := OpenWindow(mem, dir, from, to)
	if err != nil {
		t.Fatal(err)
	}
	w.ReadBytes = unit
	for i := range w.Streams() {
		err := w.Read(context.Background(), i, func(c Change) error {
			if c.Epoch <= from || c.Epoch > w.To() {
				t.Errorf("epoch %d in the window (%d, %d]", c.Epoch, from, w.To())
			}
			out = append(out, text(c))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

// A window holds what a replay hands over, wherever it begins and ends, and
// however much is read at a time: so frames end exactly where a read does, or
// begin just before.
func TestWindow(t *testing.T) {
	mem := written(t, rand.Uint64())
	w, err := OpenWindow(mem, dir, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	end := w.To()
	all := replayed(t, mem, 0, 0)
	for unit := 0; unit <= 1200; unit += 8 {
		if got := windowed(t, mem, 0, 0, unit); !slices.Equal(got, all) {
			t.Fatalf("%d changes, want %d, reading %d bytes at a time", len(got), len(all), unit)
		}
	}
	for from := uint64(0); from <= end; from += 1 + end/20 {
		for to := from + 1; to <= end; to += 1 + end/20 {
			if got, want := windowed(t, mem, from, to, 0), replayed(t, mem, from, to); !slices.Equal(got, want) {
				t.Fatalf("(%d, %d]: %d changes, want %d", from, to, len(got), len(want))
			}
		}
	}
}

// A window beyond the end, one whose beginning is gone, and one with a bad byte
// are refused; so is one that is cancelled.
func TestWindowRefused(t *testing.T) {
	mem := written(t, 1)
	w, err := OpenWindow(mem, dir, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenWindow(mem, dir, 0, w.To()+1); err == nil {
		t.Error("a window beyond the end was opened")
	}
	if _, err := OpenWindow(mem, dir, w.To()+5, 0); err == nil {
		t.Error("a window that begins beyond the end was opened")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.Read(ctx, 0, func(Change) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	boom := errors.New("boom")
	if err := w.Read(context.Background(), 0, func(Change) error { return boom }); err != boom {
		t.Errorf("error of the caller: %v", err)
	}
	names, err := mem.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := dir + "/" + names[0]
	spoil(t, mem, path)
	var damage *durable.Damage
	if err := w.Read(context.Background(), 0, func(Change) error { return nil }); !errors.As(err, &damage) ||
		damage.File != path {
		t.Errorf("a bad byte: %v", err)
	}
	if err := mem.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenWindow(mem, dir, 0, 0); !errors.As(err, &damage) {
		t.Errorf("a missing file: %v", err)
	}
}

// spoil changes a byte in the middle of a file.
func spoil(t *testing.T, mem *fstest.Mem, path string) {
	b, err := fs.ReadFile(mem, path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	b[segHeader+frameHeader+1] ^= 1
	f, err := mem.Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}

// A record of a later epoch may stand before the mark of an earlier one: it is
// not in the window of that.
func TestWindowEndsWithinAGroup(t *testing.T) {
	mem := fstest.NewMem()
	h := header{loggers: 1, number: 1, session: 1, first: 1}
	b := h.encode()
	frame := func(kind byte, epoch, stamp uint64, body []byte) {
		f := append(make([]byte, frameHeader), body...)
		pad := -len(f) & 7
		f = append(f, make([]byte, pad)...)
		seal(f, seed(1, 0), kind, pad, epoch, stamp)
		b = append(b, f...)
	}
	for i, epoch := range []uint64{1, 2, 1, 0, 3, 2, 0} {
		if stamp := uint64(i + 1); epoch > 0 {
			frame(frameChanges, epoch, stamp, appendPut(nil, 0, stamp, []byte("v")))
		} else {
			frame(frameMark, uint64(i/3), 0, nil) // 1, then 2
		}
	}
	if err := mem.MkdirAll(dir); err != nil {
		t.Fatal(err)
	}
	f, err := mem.Create(dir+"/"+h.name(), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		from, to uint64
		want     int
	}{{0, 1, 2}, {1, 2, 2}, {0, 2, 4}, {0, 0, 4}} {
		if got := windowed(t, mem, x.from, x.to, 0); len(got) != x.want {
			t.Errorf("(%d, %d]: %v, want %d changes", x.from, x.to, got, x.want)
		}
	}
}

// Window after window of a log that is written meanwhile, with records of later
// epochs before a mark, gives what one replay gives, and does not read again what
// was read; a window that was not read to its end is no place to go on from.
func TestWindowNext(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	mem, r := fstest.NewMem(), newRig(6)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var read atomic.Int64
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if c.Op == "read" && c.Off > 0 {
			read.Add(c.Len)
		}
		return fstest.Outcome{}
	})
	l := manual(t, Options{FS: mem, Workers: 3, Loggers: 2, SegmentBytes: 4000})
	step(t, l)
	from := l.Durable()
	w, err := OpenWindow(disk, dir, from, l.Durable())
	must(err)
	var got []string
	next := func(whole bool) {
		t.Helper()
		n, err := w.Next(l.Durable())
		must(err)
		for i := range n.Streams() {
			stop := errors.New("enough")
			err := n.Read(t.Context(), i, func(c Change) error {
				if !whole {
					return stop
				}
				got = append(got, text(c))
				return nil
			})
			if err != nil && err != stop {
				t.Fatal(err)
			}
		}
		if whole {
			w = n
		}
	}
	for range 60 {
		for range rng.IntN(12) {
			k := rng.IntN(3)
			r.txn(l.Worker(k), k, rng)
		}
		early(t, l, r, rng)
		if rng.IntN(2) == 0 {
			next(rng.IntN(4) > 0)
		}
		step(t, l)
		if rng.IntN(2) == 0 {
			next(true)
		}
	}
	next(true)
	slices.Sort(got)
	if want := replayed(t, mem, from, l.Durable()); !slices.Equal(got, want) {
		t.Errorf("%d changes, want %d", len(got), len(want))
	}
	read.Store(0)
	step(t, l)
	next(true)
	if n := read.Load(); n > 2*2*8000 {
		t.Errorf("%d bytes were read where next to nothing is new", n)
	}
	must(l.Close())
}
