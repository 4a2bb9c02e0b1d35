package wal

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// null is a file system that forgets what is written.
type null struct{ fs.FS }

type nullFile struct{ fs.File }

func (n null) Create(name string, direct bool) (fs.File, error) {
	f, err := n.FS.Create(name, direct)
	return nullFile{f}, err
}

func (nullFile) WriteAt(p []byte, off int64) (int, error) { return len(p), nil }
func (nullFile) Allocate(int64) error                     { return nil }
func (nullFile) Truncate(int64) error                     { return nil }

// BenchmarkAppend is one transaction of one 100-byte record: Begin, Put, Commit.
func BenchmarkAppend(b *testing.B) {
	for _, disk := range []string{"null", "async", "sync"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("disk=%s/workers=%d", disk, workers), func(b *testing.B) {
				o := Options{Dir: b.TempDir(), FS: fs.OS(), Workers: workers, Sync: disk == "sync"}
				if disk == "null" {
					o.Dir, o.FS = "log", null{fstest.NewMem()}
				}
				benchmarkAppend(b, o)
			})
		}
	}
}

func benchmarkAppend(b *testing.B, o Options) {
	l, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	v := make([]byte, 100)
	b.SetBytes(100)
	b.ReportAllocs()
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for i := range o.Workers {
		wg.Go(func() {
			buf := l.Worker(i)
			for s := uint64(1); left.Add(-1000) > -1000; s += 1000 {
				for k := range uint64(1000) {
					buf.Begin()
					buf.Put(0, k, v)
					buf.Commit(s + k)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	s := l.Stats()
	b.ReportMetric(float64(s.Stalls), "stalls")
	b.ReportMetric(float64(s.StallTime)/float64(b.Elapsed())/float64(o.Workers), "stalled")
}

// BenchmarkCommit tells apart what a record of 100 bytes costs its worker and its
// logger: they take turns on one goroutine, so that neither waits for the other
// nor for a processor, and the ring stays in the cache. Both are the least of all
// bursts, which a busy machine disturbs least; ns/op is of both and all.
func BenchmarkCommit(b *testing.B) {
	const burst = 2000 // well below half of the ring
	o := Options{Dir: "log", FS: null{fstest.NewMem()}, Workers: 1, Interval: time.Hour}
	l, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	buf, v := l.Worker(0), make([]byte, 100)
	worker, logger := time.Hour, time.Hour
	for n := 0; n < b.N; n += burst {
		start := time.Now()
		for k := range uint64(burst) {
			buf.Begin()
			buf.Put(0, k, v)
			buf.Commit(k)
		}
		end := time.Now()
		if err := l.loggers[0].round(); err != nil {
			b.Fatal(err)
		}
		worker, logger = min(worker, end.Sub(start)), min(logger, time.Since(end))
	}
	b.ReportMetric(float64(worker)/burst, "worker-ns")
	b.ReportMetric(float64(logger)/burst, "logger-ns")
}

// BenchmarkReplay reads a log of one million 100-byte records.
func BenchmarkReplay(b *testing.B) {
	o := Options{Dir: b.TempDir(), FS: fs.OS(), Workers: 2, Loggers: 2, Interval: time.Millisecond}
	appendRecords(b, o, 500_000)
	for _, parts := range []int{1, 2} {
		b.Run(fmt.Sprintf("parts=%d", parts), func(b *testing.B) {
			b.SetBytes(1_000_000 * 152) // header, change and padding
			for b.Loop() {
				info, err := Replay(b.Context(), o.FS, o.Dir, 0, 0, parts, func(int, Change) error { return nil })
				if err != nil || info.Changes != 1_000_000 {
					b.Fatal(info.Changes, err)
				}
			}
		})
	}
}

// BenchmarkReplayRatio tells how much faster a log is replayed than it was
// appended to by as many workers as there are parts: records a second, and the
// ratio, of one go each. Below 1 recovery falls behind a run that does nothing
// but log.
func BenchmarkReplayRatio(b *testing.B) {
	const each = 500_000
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			var appended, replayed time.Duration
			for range b.N {
				o := Options{Dir: b.TempDir(), FS: fs.OS(), Workers: workers, Loggers: workers}
				appended += appendRecords(b, o, each)
				start := time.Now()
				info, err := Replay(b.Context(), o.FS, o.Dir, 0, 0, workers, func(int, Change) error { return nil })
				if err != nil || info.Changes != int64(each*workers) {
					b.Fatal(info.Changes, err)
				}
				replayed += time.Since(start)
			}
			n := float64(b.N) * float64(each*workers)
			b.ReportMetric(n/appended.Seconds(), "appended/s")
			b.ReportMetric(n/replayed.Seconds(), "replayed/s")
			b.ReportMetric(float64(appended)/float64(replayed), "ratio")
		})
	}
}

// appendRecords has every worker log each records of 100 bytes, and returns how
// long that took until the log was closed.
func appendRecords(b *testing.B, o Options, each uint64) time.Duration {
	l, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	v := make([]byte, 100)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range o.Workers {
		wg.Go(func() {
			buf := l.Worker(i)
			for k := range each {
				buf.Begin()
				buf.Put(0, k, v)
				buf.Commit(k<<16 | uint64(i))
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}
