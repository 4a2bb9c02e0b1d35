package image

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

func benchOptions(b testing.TB, streams int) Options {
	return Options{Dir: b.TempDir(), Streams: streams, Tables: []durable.Table{{Name: "t", ValueSize: 100}}}
}

// BenchmarkPut is the cost of a record with nothing written: the larger of what
// Put takes and what BenchmarkSeal takes on other processors.
func BenchmarkPut(b *testing.B) {
	o := benchOptions(b, 1)
	o.Discard = true
	w, err := open(b, o).Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	ctx, s, v, key := context.Background(), w.Stream(0), make([]byte, 100), uint64(0)
	b.SetBytes(recordHeader + 100)
	for b.Loop() {
		if err := s.Room(ctx, len(v)); err != nil {
			b.Fatal(err)
		}
		s.Put(0, key, key, v)
		key++
	}
}

// BenchmarkSeal is what a block costs before it is written, per record of 100
// bytes: it is done beside the capture.
func BenchmarkSeal(b *testing.B) {
	buf := fs.Buffer(DefaultBlock)
	n := (len(buf) - blockHeader - blockTrailer) / (recordHeader + 100)
	for i := range n {
		putRecord(buf[blockHeader+i*(recordHeader+100):], 0, uint64(i), 1, 100, make([]byte, 100))
	}
	perTable := make([]counts, 1)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		seal(buf, n*(recordHeader+100), 0, 1, headerSize, perTable)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
}

func BenchmarkDigest(b *testing.B) {
	buf := make([]byte, 1<<14)
	for _, n := range []int{recordHeader + 4, recordHeader + 100, recordHeader + 1000} {
		b.Run(fmt.Sprintf("bytes=%d", n), func(b *testing.B) {
			sum, at := uint64(0), 0
			for b.Loop() {
				sum += digest(buf[at : at+n])
				if at += n; at > len(buf)-n {
					at = 0
				}
			}
		})
	}
}

const benchBytes = 256 << 20

func takeBench(b testing.TB, d *Dir) Info {
	n := benchBytes / (recordHeader + 100)
	ctx, v := context.Background(), make([]byte, 100)
	w, err := d.Begin()
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, w.Streams())
	for i := range w.Streams() {
		go func() {
			s := w.Stream(i)
			for key := i; key < n; key += w.Streams() {
				if err := s.Room(ctx, len(v)); err != nil {
					done <- err
					return
				}
				s.Put(0, uint64(key), 1, v)
			}
			done <- nil
		}()
	}
	for range w.Streams() {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	info, err := w.Commit(ctx, Point{})
	if err != nil {
		b.Fatal(err)
	}
	return info
}

// BenchmarkWrite is whole images, against the device's own sequential write.
func BenchmarkWrite(b *testing.B) {
	b.Run("raw", benchmarkRawWrite)
	for _, buffered := range []bool{false, true} {
		for _, streams := range []int{1, 2} {
			b.Run(fmt.Sprintf("buffered=%v/streams=%d", buffered, streams), func(b *testing.B) {
				o := benchOptions(b, streams)
				o.Buffered = buffered
				d := open(b, o)
				b.SetBytes(benchBytes)
				for b.Loop() {
					takeBench(b, d)
				}
			})
		}
	}
}

func benchmarkRawWrite(b *testing.B) {
	dir, buf := b.TempDir(), fs.Buffer(4<<20)
	for i := range buf {
		buf[i] = byte(i)
	}
	b.SetBytes(benchBytes)
	for b.Loop() {
		name := filepath.Join(dir, "raw")
		f, err := fs.OS().Create(name, true)
		if err != nil {
			b.Fatal(err)
		}
		for off := int64(0); off < benchBytes; off += int64(len(buf)) {
			if _, err := f.WriteAt(buf, off); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		f.Close()
		os.Remove(name)
	}
}

// BenchmarkScan is whole images, against the device's own sequential read.
func BenchmarkScan(b *testing.B) {
	info := takeBench(b, open(b, benchOptions(b, 1)))
	b.Run("raw", func(b *testing.B) {
		f, err := fs.OS().Open(info.Path, true)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		buf := fs.Buffer(1 << 20)
		b.SetBytes(info.Bytes)
		for b.Loop() {
			for off := int64(0); off < info.Bytes; off += int64(len(buf)) {
				f.ReadAt(buf, off)
			}
		}
	})
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			im, err := OpenImage(fs.OS(), info.Path)
			if err != nil {
				b.Fatal(err)
			}
			defer im.Close()
			b.SetBytes(info.Bytes)
			for b.Loop() {
				sums := make([]struct {
					n uint64
					_ [56]byte
				}, workers)
				err := im.Scan(context.Background(), workers, func(w int, r durable.Record) error {
					sums[w].n += r.Key
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
