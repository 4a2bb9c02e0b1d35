package algorithms_test

import (
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/store"
)

// BenchmarkRecover is recovery of an image of 2 GiB into a fresh store, beside
// reading the same file unbuffered from end to end.
func BenchmarkRecover(b *testing.B) {
	calc, _ := algorithms.Find("calc")
	none, _ := algorithms.Find("none")
	spec := store.TableSpec{Name: "t", ValueSize: 1000, Capacity: 2 << 20}
	s := open(b, calc, spec, 1)
	s.SetDiskRate(0)
	began := time.Now()
	report, err := s.Checkpoint(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	wrote := time.Since(began)
	size := float64(report.Image.Bytes)
	var read, recovered time.Duration
	for b.Loop() {
		read += rawRead(b, report.Image.Path)
		o := store.Options{Tables: []store.TableSpec{spec}, Workers: 1, Huge: true}
		none.Apply(&o)
		fresh, err := store.Open(o)
		if err != nil {
			b.Fatal(err)
		}
		r, err := fresh.Recover(b.Context(), store.Source{Image: report.Image.Path, Parallel: 8})
		if err != nil || r.Records != spec.Capacity {
			b.Fatal(r.Records, err)
		}
		recovered += r.Load
		if err := fresh.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(size/wrote.Seconds()/1e6, "checkpoint-MB/s")
	b.ReportMetric(size*float64(b.N)/read.Seconds()/1e6, "read-MB/s")
	b.ReportMetric(size*float64(b.N)/recovered.Seconds()/1e6, "recover-MB/s")
	b.ReportMetric(read.Seconds()/recovered.Seconds(), "of-read")
}

func rawRead(b *testing.B, path string) time.Duration {
	f, err := fs.OS().Open(path, true)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	n, err := f.Size()
	if err != nil {
		b.Fatal(err)
	}
	buf := fs.Buffer(4 << 20)
	began := time.Now()
	for at := int64(0); at < n; at += int64(len(buf)) {
		if _, err := f.ReadAt(buf[:min(int64(len(buf)), fs.RoundUp(n-at))], at); err != nil && at+int64(len(buf)) < n {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}
