package glean

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"unsafe"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// A buffer holds batches as they came and, once sorted, the order of their
// entries.
type buffer struct {
	batches []*batch
	n       int // entries
	// A ref is two words where an entry is eight: the sort moves those instead.
	refs  []ref // those that were not folded, sorted
	other []ref // as long; what a pass of the sort writes to
	// Options.BufferBytes is compared with bytes, which counts entries and values; the refs come
	// on top.
	bytes   int
	counted int // refs allocated, as accounted
}

// add takes a batch in.
func (u *buffer) add(b *batch) {
	u.batches = append(u.batches, b)
	u.n += len(b.entries)
	u.bytes += b.bytes()
}

// empty forgets all batches, and returns them.
// The batches belong to the caller, until the buffer is filled again.
func (u *buffer) empty() []*batch {
	bs := u.batches
	u.batches, u.refs, u.n, u.bytes = u.batches[:0], u.refs[:0], 0, 0
	return bs
}

// grown returns by how many bytes of memory the refs have grown.
// The refs are kept over empty, as the next run will need as many.
func (u *buffer) grown() int64 {
	by := cap(u.refs) + cap(u.other) - u.counted
	u.counted += by
	return int64(by) * int64(unsafe.Sizeof(ref{}))
}

// entry and value resolve a reference: the batch in its upper half, the entry in its lower.
// 32 bits each: a buffer of 2^32 batches or a batch of 2^32 entries does not fit into memory.
func (u *buffer) entry(r ref) *entry { return &u.batches[r.At>>32].entries[uint32(r.At)] }

func (u *buffer) value(r ref) []byte { return u.batches[r.At>>32].value(u.entry(r)) }

// A stream is a sorted run being read.
type stream interface {
	// next returns the next entry and its value, valid until the next call,
	// or io.EOF.
	next() (entry, []byte, error)
}

// A memoryRun reads a sorted buffer.
// A reducer's last run is of this kind.
type memoryRun struct {
	u  *buffer
	at int
}

// next implements stream over the sorted references.
func (r *memoryRun) next() (entry, []byte, error) {
	if r.at == len(r.u.refs) {
		return entry{}, nil, io.EOF
	}
	x := r.u.refs[r.at]
	r.at++
	// The entry is copied, the value is not: the batch stays as it is until the merge is over.
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
	// buf is sent to the disk when the next entry does not fit; a larger entry makes it grow.
	buf := make([]byte, 0, 1<<16)
	flush := func() error {
		if _, err := f.WriteAt(buf, r.size); err != nil {
			return fmt.Errorf("write %d bytes at offset %d of %s: %w", len(buf), r.size, path, err)
		}
		// The checksum is kept in memory beside the path: a run outlives no process.
		r.crc = durable.Extend(r.crc, buf)
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
// A wrong value could thus reach a page before the error shows; but the error fails the whole
// job, and its pages are never published.
type runReader struct {
	run
	f    fs.File
	in   *bufio.Reader
	left int
	crc  uint32 // of what was read so far
	buf  []byte
}

// openRun opens a spilled run for reading from its start.
func openRun(fsys fs.FS, r run) (*runReader, error) {
	f, err := fsys.Open(r.path, false)
	if err != nil {
		return nil, fmt.Errorf("open sorted run: %w", err)
	}
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, r.size), readBytes)
	return &runReader{run: r, f: f, in: in, left: r.n}, nil
}

// next implements stream. The checksum of the whole run is compared at its end.
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
	// A length beyond the whole file cannot be right, and must not be allocated.
	if err != nil || int64(e.n) > r.size {
		return entry{}, nil, fmt.Errorf("sorted run %s was changed on the disk", r.path)
	}
	v, err := r.read(int(e.n))
	return e, v, err
}

// read returns the next n bytes.
// The header is overwritten by the value: entry has copied it by then.
func (r *runReader) read(n int) ([]byte, error) {
	r.buf = slices.Grow(r.buf[:0], n)[:n]
	if _, err := io.ReadFull(r.in, r.buf); err != nil {
		return nil, fmt.Errorf("read sorted run %s: %w", r.path, errors.Join(err, io.ErrUnexpectedEOF))
	}
	r.crc = durable.Extend(r.crc, r.buf)
	return r.buf, nil
}
