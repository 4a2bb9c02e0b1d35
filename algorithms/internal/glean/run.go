package glean

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"ckptbench/algorithms/internal/fs"
)

// sort brings a batch into the order in which it is applied.
func (b *batch) sort() {
	slices.SortFunc(b.entries, func(a, o entry) int { return a.compare(&o) })
}

// fold drops from a sorted batch what a later change of the same record makes
// void, and returns how many changes that were. What is dropped stays in data.
func (b *batch) fold() (folded int64) {
	out := b.entries[:0]
	for _, e := range b.entries {
		for len(out) > 0 && e.same(&out[len(out)-1]) && e.supersedes(&out[len(out)-1]) {
			out = out[:len(out)-1]
			folded++
		}
		out = append(out, e)
	}
	b.entries = out
	return folded
}

// A stream is a sorted run being read.
type stream interface {
	// next returns the next entry and its value, good until the next call,
	// or io.EOF.
	next() (entry, []byte, error)
}

// A memoryRun reads a sorted batch.
type memoryRun struct{ b *batch }

func (r *memoryRun) next() (entry, []byte, error) {
	if len(r.b.entries) == 0 {
		return entry{}, nil, io.EOF
	}
	e := r.b.entries[0]
	r.b.entries = r.b.entries[1:]
	return e, r.b.value(&e), nil
}

// A run is a sorted batch in a file. It needs no sync: were it lost, the
// snapshot would be begun again from the log.
type run struct {
	path string
	n    int   // entries
	size int64 // bytes
	crc  uint32
}

// spill writes a sorted batch to a file.
func spill(fsys fs.FS, path string, b *batch) (r run, err error) {
	f, err := fsys.Create(path, false)
	if err != nil {
		return r, fmt.Errorf("create sorted run: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r = run{path: path, n: len(b.entries)}
	buf := make([]byte, 0, 1<<16)
	flush := func() error {
		if _, err := f.WriteAt(buf, r.size); err != nil {
			return fmt.Errorf("write %d bytes at offset %d of %s: %w", len(buf), r.size, path, err)
		}
		r.crc = crc32.Update(r.crc, castagnoli, buf)
		r.size += int64(len(buf))
		buf = buf[:0]
		return nil
	}
	for i := range b.entries {
		e := &b.entries[i]
		if len(buf) > 0 && len(buf)+entryHeader+int(e.n) > cap(buf) {
			if err := flush(); err != nil {
				return r, err
			}
		}
		buf = e.encode(buf, b.value(e))
	}
	return r, flush()
}

// readBytes is how much of a run is read at a time.
const readBytes = 1 << 16

// A runReader reads a run. What it hands out is not proven until it returned
// io.EOF: only then has it seen the checksum.
type runReader struct {
	run
	f    fs.File
	in   *bufio.Reader
	left int
	crc  uint32 // of what was read so far
	buf  []byte
}

func openRun(fsys fs.FS, r run) (*runReader, error) {
	f, err := fsys.Open(r.path, false)
	if err != nil {
		return nil, fmt.Errorf("open sorted run: %w", err)
	}
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, r.size), readBytes)
	return &runReader{run: r, f: f, in: in, left: r.n}, nil
}

func (r *runReader) next() (entry, []byte, error) {
	if r.left == 0 {
		if r.crc != r.run.crc {
			return entry{}, nil, fmt.Errorf("sorted run %s was changed on the disk", r.path)
		}
		return entry{}, nil, io.EOF
	}
	r.left--
	head, err := r.read(entryHeader)
	if err != nil {
		return entry{}, nil, err
	}
	e, err := decodeEntry(head)
	if err != nil || int64(e.n) > r.size {
		return entry{}, nil, fmt.Errorf("sorted run %s was changed on the disk", r.path)
	}
	v, err := r.read(int(e.n))
	return e, v, err
}

// read returns the next n bytes.
func (r *runReader) read(n int) ([]byte, error) {
	r.buf = slices.Grow(r.buf[:0], n)[:n]
	if _, err := io.ReadFull(r.in, r.buf); err != nil {
		return nil, fmt.Errorf("read sorted run %s: %w", r.path, errors.Join(err, io.ErrUnexpectedEOF))
	}
	r.crc = crc32.Update(r.crc, castagnoli, r.buf)
	return r.buf, nil
}
