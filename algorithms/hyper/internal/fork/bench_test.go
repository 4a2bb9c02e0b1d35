//go:build linux

package fork

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ckptbench/algorithms/internal/arena"
)

const (
	benchBytes = 256 << 20
	page       = 4096
)

// region returns memory for a benchmark, every page of it present, and what
// frees it. Writing a cloned huge page leaves small ones, so that each round
// needs memory of its own.
func region(b *testing.B, huge bool) (p []byte, free func()) {
	b.Helper()
	a, err := arena.New(benchBytes, arena.Options{Huge: huge}, new(arena.Meter))
	if err != nil {
		b.Fatal(err)
	}
	a.Touch()
	return a.Bytes(), func() {
		if err := a.Free(); err != nil {
			b.Fatal(err)
		}
	}
}

// takeIn takes a snapshot and returns how long the clone took.
func takeIn(b *testing.B, memory ...[]byte) (*Snapshot, time.Duration) {
	b.Helper()
	s, err := New()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := s.Take(context.Background(), memory); err != nil {
		b.Fatal(err)
	}
	return s, time.Since(start)
}

// BenchmarkClone is the clone of a process with 256 MiB of records.
func BenchmarkClone(b *testing.B) {
	for _, huge := range []bool{false, true} {
		b.Run(fmt.Sprintf("huge=%v", huge), func(b *testing.B) {
			_, free := region(b, huge)
			defer free()
			var sum time.Duration
			for b.Loop() {
				s, took := takeIn(b)
				sum += took
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(sum.Seconds()*1e3/float64(b.N)*(1<<30/benchBytes), "ms/GiB")
		})
	}
}

// BenchmarkFirstWrite is what a writer pays: one write to every page, or to one
// in each 2 MiB, while a clone lives, and the same when none does.
func BenchmarkFirstWrite(b *testing.B) {
	for _, step := range []int{page, 2 << 20} {
		for _, huge := range []bool{false, true} {
			for _, cloned := range []bool{false, true} {
				b.Run(fmt.Sprintf("step=%d/huge=%v/cloned=%v", step, huge, cloned), func(b *testing.B) {
					var sum time.Duration
					var copied int64
					for b.Loop() {
						took, n := firstWrites(b, step, huge, cloned)
						sum, copied = sum+took, copied+n
					}
					writes := float64(b.N) * float64(benchBytes/step)
					b.ReportMetric(float64(sum.Nanoseconds())/writes, "ns/write")
					b.ReportMetric(float64(copied)/writes, "copied-B/write")
				})
			}
		}
	}
}

// firstWrites returns how long the writes to a new region took and how many
// bytes were copied for them.
func firstWrites(b *testing.B, step int, huge, cloned bool) (took time.Duration, copied int64) {
	p, free := region(b, huge)
	defer free()
	if cloned {
		s, _ := takeIn(b)
		defer s.Close()
		before := s.Copied()
		defer func() { copied = s.Copied() - before }()
	}
	start := time.Now()
	for i := 0; i < len(p); i += step {
		p[i]++
	}
	return time.Since(start), 0
}

// BenchmarkRead is how fast memory comes through the pipe.
func BenchmarkRead(b *testing.B) {
	p, free := region(b, true)
	defer free()
	buf := make([]byte, 256<<10)
	b.SetBytes(benchBytes)
	for b.Loop() {
		s, _ := takeIn(b, p)
		for n := 0; n < len(p); n += len(buf) {
			if err := s.Read(buf); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.End(); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// BenchmarkCopied is the counting of the copied pages of 256 MiB.
func BenchmarkCopied(b *testing.B) {
	for _, huge := range []bool{false, true} {
		b.Run(fmt.Sprintf("huge=%v", huge), func(b *testing.B) {
			_, free := region(b, huge)
			defer free()
			s, _ := takeIn(b)
			defer s.Close()
			for b.Loop() {
				s.Copied()
			}
		})
	}
}
