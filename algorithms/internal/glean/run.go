package glean

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"unsafe"

	"ckptbench/algorithms/internal/fs"
)

// A buffer holds batches as they came, and the order of their entries.
type buffer struct {
	batches []*batch
	refs    []ref
	other   []ref // as long; what a pass of the sort writes to
	bytes   int
	counted int // refs allocated, as accounted
}

// A ref stands for an entry while it is sorted. Its key is a prefix of what the
// order goes by, so most comparisons need not look at the entry.
type ref struct {
	key      uint64
	batch, i uint32
}

// prefix returns the table, 16 bits, and the first 48 bits of what decides
// within it: an array's keys ascend with its leaves.
func (e *entry) prefix(s *shape) uint64 {
	at := e.key
	if s.Hash {
		at = e.leaf<<16 | e.key>>48
	}
	return uint64(e.table)<<48 | at
}

// add takes a batch in.
func (u *buffer) add(b *batch, shapes []shape) {
	n := uint32(len(u.batches))
	u.batches = append(u.batches, b)
	for i := range b.entries {
		e := &b.entries[i]
		u.refs = append(u.refs, ref{e.prefix(&shapes[e.table]), n, uint32(i)})
	}
	u.bytes += b.bytes()
}

// grown returns by how many bytes of memory the refs have grown.
func (u *buffer) grown() int64 {
	by := cap(u.refs) + cap(u.other) - u.counted
	u.counted += by
	return int64(by) * int64(unsafe.Sizeof(ref{}))
}

func (u *buffer) entry(r ref) *entry { return &u.batches[r.batch].entries[r.i] }

func (u *buffer) value(r ref) []byte { return u.batches[r.batch].value(u.entry(r)) }

// fold drops from what is sorted what a later change of the same record makes
// void, and returns how many changes that were.
func (u *buffer) fold() (folded int64) {
	out := u.refs[:0]
	for _, r := range u.refs {
		e := u.entry(r)
		for len(out) > 0 && e.same(u.entry(out[len(out)-1])) && e.supersedes(u.entry(out[len(out)-1])) {
			out = out[:len(out)-1]
			folded++
		}
		out = append(out, r)
	}
	u.refs = out
	return folded
}

// A stream is a sorted run being read.
type stream interface {
	// next returns the next entry and its value, good until the next call,
	// or io.EOF.
	next() (entry, []byte, error)
}

// A memoryRun reads a sorted buffer.
type memoryRun struct {
	u  *buffer
	at int
}

func (r *memoryRun) next() (entry, []byte, error) {
	if r.at == len(r.u.refs) {
		return entry{}, nil, io.EOF
	}
	x := r.u.refs[r.at]
	r.at++
	return *r.u.entry(x), r.u.value(x), nil
}

// A run is a sorted buffer in a file. It needs no sync: were it lost, the
// snapshot would be begun again from the log.
type run struct {
	path string
	n    int   // entries
	size int64 // bytes
	crc  uint32
}

// spill writes a sorted buffer to a file.
func spill(fsys fs.FS, path string, u *buffer) (r run, err error) {
	f, err := fsys.Create(path, false)
	if err != nil {
		return r, fmt.Errorf("create sorted run: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r = run{path: path, n: len(u.refs)}
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
	for _, x := range u.refs {
		e := u.entry(x)
		if len(buf) > 0 && len(buf)+entryHeader+int(e.n) > cap(buf) {
			if err := flush(); err != nil {
				return r, err
			}
		}
		buf = e.encode(buf, u.value(x))
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
