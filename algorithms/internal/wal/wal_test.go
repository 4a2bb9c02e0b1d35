package wal

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A full ring makes Commit wait for the logger, and counts it; a transaction
// larger than the ring goes through.
func TestFullRing(t *testing.T) {
	gate := make(chan struct{})
	m := fstest.NewMem()
	hooked := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 {
			<-gate
		}
		return fstest.Outcome{}
	})
	l, err := Open(Options{Dir: dir, FS: hooked, Workers: 2, RingBytes: 512, Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	big := bytes.Repeat([]byte("big"), 400_000)
	for w := range 2 {
		wg.Go(func() {
			b := l.Worker(w)
			for i := range uint64(100) {
				b.Begin()
				v := []byte("small value")
				if i == 50 {
					v = big
				}
				b.Put(0, uint64(w), v)
				b.Commit(i + 1)
			}
		})
	}
	for l.Stats().Stalls == 0 {
		runtime.Gosched()
	}
	close(gate)
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.StallTime <= 0 {
		t.Fatalf("%+v", s)
	}
	n := [2]int{}
	bigs := 0
	_, err = Replay(t.Context(), m, dir, 0, 0, 1, func(_ int, c Change) error {
		n[c.Key]++
		if c.Stamp != uint64(n[c.Key]) {
			return fmt.Errorf("stamp %d after %d changes", c.Stamp, n[c.Key])
		}
		if bytes.Equal(c.Value, big) {
			bigs++
		}
		return nil
	})
	if err != nil || n != [2]int{100, 100} || bigs != 2 {
		t.Fatal(n, bigs, err)
	}
}

func TestAllocs(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 1})
	defer l.Close()
	b, v, s := l.Worker(0), make([]byte, 100), uint64(0)
	check := func(what string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	check("commit", func() {
		s++
		b.Begin()
		b.Set(0, s, 8, v)
		b.Put(1, s, v)
		b.Delete(2, s)
		b.Commit(s)
	})
	check("abort", func() {
		b.Begin()
		b.Put(1, s, v)
		b.Abort()
	})
}

func TestOptions(t *testing.T) {
	m := fstest.NewMem()
	for _, o := range []Options{
		{}, {Dir: dir, Workers: 1}, {FS: m, Workers: 1}, {Dir: dir, FS: m},
		{Dir: dir, FS: m, Workers: 1, Loggers: -1}, {Dir: dir, FS: m, Workers: 1, Loggers: maxLoggers + 1},
		{Dir: dir, FS: m, Workers: 1, Interval: -1}, {Dir: dir, FS: m, Workers: 1, RingBytes: -1},
	} {
		if l, err := Open(o); err == nil {
			l.Close()
			t.Errorf("opened with %+v", o)
		}
	}
	l := manual(t, Options{FS: m, Workers: 1})
	defer l.Close()
	defer func() {
		if recover() == nil {
			t.Error("a negative offset was accepted")
		}
	}()
	l.Worker(0).Set(0, 1, -1, nil)
}
