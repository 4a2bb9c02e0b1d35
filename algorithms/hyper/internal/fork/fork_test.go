//go:build linux

package fork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"ckptbench/algorithms/internal/arena"
)

// leavesNothing fails the test when it leaves a process or a file open.
func leavesNothing(t *testing.T) {
	t.Helper()
	s, err := New() // the runtime opens files of its own for the first pipe that is waited for
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	before := files(t)
	t.Cleanup(func() {
		if pid, err := unix.Wait4(-1, nil, unix.WALL|unix.WNOHANG, nil); err != unix.ECHILD {
			t.Errorf("a child is left: wait4 returns %d, %v", pid, err)
		}
		if after := files(t); after != before {
			t.Errorf("%d files are open, there were %d", after, before)
		}
	})
}

func files(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// random returns n bytes, outside the Go heap but for the race detector.
func random(t *testing.T, n int, huge bool) []byte {
	t.Helper()
	a, err := arena.New(n, arena.Options{Huge: huge}, new(arena.Meter))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Free() })
	scramble(a.Bytes(), 1)
	return a.Bytes()
}

func scramble(p []byte, seed byte) { rand.NewChaCha8([32]byte{seed}).Read(p) }

// nowhere is memory that no process can read.
func nowhere(t *testing.T) []byte {
	t.Helper()
	p, err := unix.Mmap(-1, 0, 4096, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(p) })
	return p
}

// take takes a snapshot, which is closed at the test's end.
func take(t *testing.T, ctx context.Context, memory ...[]byte) *Snapshot {
	t.Helper()
	leavesNothing(t)
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Take(ctx, memory); err != nil {
		t.Fatal(err)
	}
	return s
}

// What is read is what was in memory when the snapshot was taken, though all
// of it is overwritten meanwhile: on the heap and off it, with huge pages, in
// pieces of any length.
func TestFrozen(t *testing.T) {
	heap := make([]byte, 300_001)
	scramble(heap, 2)
	mapped, huge := random(t, 5<<20+3, false), random(t, 4<<20, true)
	memory := [][]byte{mapped[:1], nil, mapped[1:7777], heap, {}, mapped[7777:], huge}
	want := bytes.Join(memory, nil)
	s := take(t, context.Background(), memory...)
	scramble(heap, 3)
	scramble(mapped, 4)
	scramble(huge, 5)
	// No signal but the last resort reaches the clone.
	for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGURG, unix.SIGPROF, unix.SIGINT} {
		if err := unix.Kill(s.Pid(), sig); err != nil {
			t.Fatal(err)
		}
	}
	got := make([]byte, len(want))
	for rest, n := got, 1; len(rest) > 0; n = n*3 + 1 {
		part := rest[:min(n, len(rest))]
		if err := s.Read(part); err != nil {
			t.Fatal(err)
		}
		rest = rest[len(part):]
	}
	if copied := s.Copied(); copied < 4<<20 {
		t.Errorf("%d bytes were copied, and 9 MiB written", copied)
	}
	if err := s.End(); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the snapshot is not what was in memory")
	}
}

// Nothing to write is a snapshot, too.
func TestEmpty(t *testing.T) {
	if err := take(t, context.Background()).End(); err != nil {
		t.Error(err)
	}
}

// The runtime may be in any state at the clone: allocating, collecting,
// starting threads and stacks.
func TestBusyRuntime(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for !stop.Load() {
				var some sync.WaitGroup
				for i := range 20 {
					some.Go(func() { _ = fmt.Sprint(make([]byte, 10*i)) })
				}
				some.Wait()
			}
		})
	}
	defer wg.Wait()
	defer stop.Store(true)
	p := random(t, 100_000, false)
	got := make([]byte, len(p))
	for i := range rounds {
		scramble(p, byte(i))
		want := bytes.Clone(p)
		s, err := New()
		if err == nil {
			err = s.Take(context.Background(), [][]byte{p})
		}
		if err != nil {
			t.Fatal(err)
		}
		scramble(p, 255)
		err = errors.Join(s.Read(got), s.End(), s.Close())
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("snapshot %d: %v, or not what was in memory", i, err)
		}
	}
}
