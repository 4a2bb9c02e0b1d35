package image

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/limit"
)

// Options say where and how images are written.
// What is in them is the same for all images of the Dir, but for SetRate.
type Options struct {
	Dir string
	FS  fs.FS // nil is the operating system's
	// More than one lets several goroutines capture at the same time; each has a block of its
	// own.
	Streams int   // goroutines that write one image; 0 is 1
	Rate    int64 // bytes per second over all streams; 0 is without limit
	// Disk limits the images in place of Rate, with what else is written to the
	// same disk; nil: each image is limited for itself.
	Disk     *limit.Limiter
	Discard  bool // do everything but the I/O: no file, no manifest, no rate
	Buffered bool // go through the page cache, where I/O would otherwise be direct
	// A block is the unit of a write.
	BlockSize int    // bytes; 0 is DefaultBlock; grown to hold the largest value
	Algorithm string // at most MaxAlgorithm bytes
	Tables    []durable.Table
}

// A Dir is a directory that images are written to, one after another, by one
// process. Its methods may be called concurrently.
type Dir struct {
	o    Options
	head header // of the next image, but for the numbers
	// The wall clock, but in tests.
	clock limit.Clock

	mu sync.Mutex
	// All below is protected by mu.
	images   []entry // those that count, newest first
	manifest uint64  // number of the manifest that names them; 0 if none
	// More than two after a crash, or where publishing failed halfway: see publish.
	known []uint64 // manifests that may be on the disk
	// Merges are numbered by it as well.
	lastImage    uint64    // highest number ever taken
	lastManifest uint64    // highest number ever taken
	uncertain    []id      // images of which nobody knows whether their manifests count
	merged       []string  // files that a merge has replaced; waste when the manifest before the merge's is
	waste        []string  // files to be removed after the next commit
	buffers      [][]byte  // from image to image
	problems     []Problem // met so far
	// An image and a merge may be written at the same time, two images not.
	busy    bool // a Writer is at work on a new image
	merging bool // one merges
}

// Open makes the directory if need be, reads the newest manifest that is whole
// and removes what a crash left behind: temporary files and images that no
// manifest names. What it had to pass over is in Problems.
// A damaged directory is an error only if no image in it can be used.
func Open(o Options) (*Dir, error) {
	if o.FS == nil {
		o.FS = fs.OS()
	}
	if o.Buffered { // images that are merged are read
		o.FS = fs.Buffered(o.FS)
	}
	o.Tables = slices.Clone(o.Tables)
	if o.Streams == 0 {
		o.Streams = 1
	}
	if o.Streams < 0 || o.Streams > MaxStreams || o.Rate < 0 || o.BlockSize < 0 || o.BlockSize > MaxBlock {
		return nil, fmt.Errorf("open image directory %s: %d streams, rate %d or block size %d is out of range",
			o.Dir, o.Streams, o.Rate, o.BlockSize)
	}
	if o.BlockSize == 0 {
		o.BlockSize = DefaultBlock
	}
	// The block size is rounded up to whole pages, and to what the largest value needs.
	size := max(int(fs.RoundUp(int64(o.BlockSize))), blockFor(max(0, largest(o.Tables))))
	d := &Dir{o: o, clock: limit.Wall{}, head: header{blockSize: size, algorithm: o.Algorithm, tables: o.Tables}}
	if err := d.head.check(); err != nil {
		return nil, fmt.Errorf("open image directory %s: %w", o.Dir, err)
	}
	// Nothing is looked at: images are only counted.
	if o.Discard {
		return d, nil
	}
	if err := d.load(); err != nil {
		return nil, fmt.Errorf("open image directory %s: %w", o.Dir, err)
	}
	return d, nil
}

// Problems returns what was passed over by Open, and what could not be removed.
func (d *Dir) Problems() []Problem {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.problems)
}

// Newest returns the sequence number of the newest image, or 0.
func (d *Dir) Newest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.images) == 0 {
		return 0
	}
	return d.images[0].seq
}

// Begin begins a full image.
// Only one Writer at a time works on a new image. Commit or Abort has to follow.
func (d *Dir) Begin() (*Writer, error) { return d.BeginPartial(0) }

// BeginPartial begins an image that holds only what is new since image base, on
// which it is based. Base must be one of the images that count; with 0 the
// image is full.
func (d *Dir) BeginPartial(base uint64) (*Writer, error) {
	// The number is taken even if the image comes to nothing.
	seq, err := d.claim(base)
	if err != nil {
		return nil, fmt.Errorf("begin image in %s: %w", d.o.Dir, err)
	}
	limiter := d.o.Disk
	if limiter == nil {
		limiter = d.limiter(d.o.Rate)
	}
	return d.writer(id{seq: seq}, base, limiter)
}

// limiter returns a limiter for one image alone.
func (d *Dir) limiter(rate int64) *limit.Limiter {
	return limit.New(rate, int64(d.head.blockSize), d.clock)
}

// writer makes the writer of an image whose number is claimed.
// It creates the file under its temporary name, and writes the header; the rest is written by
// the streams.
func (d *Dir) writer(image id, base uint64, limiter *limit.Limiter) (w *Writer, err error) {
	w = &Writer{dir: d, header: d.head, merge: image.merge}
	w.header.seq, w.header.base = image.seq, base
	first := fs.Buffer(headerSize)
	w.header.encode(first)
	// The first block begins behind the header.
	w.next.Store(headerSize)
	if !d.o.Discard {
		w.limit = limiter
		if w.file, err = d.o.FS.Create(w.tmp(), !d.o.Buffered); err != nil {
			d.release(w.merge != 0)
			return nil, explain(fmt.Errorf("begin image: %w", err))
		}
	}
	for i := range d.o.Streams {
		w.streams = append(w.streams, newStream(w, i))
	}
	if err := w.writeAt(first, 0); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// claim takes the next sequence number for an image based on base.
func (d *Dir) claim(base uint64) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		return 0, errors.New("another image is being written")
	}
	if base != 0 {
		e := find(d.images, base)
		if e == nil {
			return 0, fmt.Errorf("base %d is not an image that counts", base)
		}
		// With more, two chains would not fit in one manifest.
		if n := len(chain(d.images, *e)); n > MaxBases && !d.o.Discard {
			return 0, fmt.Errorf("base %d lies on %d images; write a full one", base, n)
		}
	}
	d.busy = true
	d.lastImage++
	return d.lastImage, nil
}

// release ends an image, or a merge: the next one may begin.
func (d *Dir) release(merging bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if merging {
		d.merging = false
		return
	}
	d.busy = false
}

// buffer returns a buffer of one block. A new one is touched, so that no Put
// meets a page fault.
func (d *Dir) buffer() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.buffers); n > 0 {
		b := d.buffers[n-1]
		d.buffers = d.buffers[:n-1]
		return b
	}
	b := fs.Buffer(d.head.blockSize)
	for i := 0; i < len(b); i += fs.Align {
		b[i] = 1
	}
	return b
}

// giveBack returns blocks to the pool that buffer takes them from.
// They are not given back to the system: the next image needs as many.
func (d *Dir) giveBack(buffers ...[]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.buffers = append(d.buffers, buffers...)
}

// path returns the path of a file in the directory.
func (d *Dir) path(name string) string { return filepath.Join(d.o.Dir, name) }
