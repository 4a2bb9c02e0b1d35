package pairs

import (
	"errors"
	"fmt"
	"io"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	dataMagic  = "ckptdata"
	deltaMagic = "ckptdead"
	// Of both kinds of files.
	version = 1
	// Bytes before the first block, and before a block's payload.
	fileHeader  = 24
	blockHeader = 16
)

// seed begins the checksums of a file, so that a block is good in its own only.
func seed(number uint64) uint32 {
	var b [8]byte
	le.PutUint64(b[:], number)
	return durable.Checksum(b[:])
}

// encodeHeader is the header of a file: magic, version, checksum and number. The number
// seeds the checksums of its blocks.
// doc.go has the layout.
func encodeHeader(magic string, number uint64) []byte {
	b := make([]byte, fileHeader)
	copy(b, magic)
	le.PutUint32(b[8:], version)
	le.PutUint64(b[16:], number)
	le.PutUint32(b[12:], headerSum(b))
	return b
}

// headerSum is the checksum of a header, the checksum's own place left out.
func headerSum(b []byte) uint32 {
	return durable.Extend(durable.Checksum(b[:12]), b[16:fileHeader])
}

// checkHeader reports what is wrong with a header.
// The checksum comes first: if it is wrong, the other fields are worth no message.
func checkHeader(b []byte, magic string, number uint64) error {
	switch {
	case len(b) < fileHeader:
		return errors.New("no whole header")
	case headerSum(b) != le.Uint32(b[12:]):
		return errors.New("bad header checksum")
	case string(b[:8]) != magic:
		return fmt.Errorf("magic %q, want %q", b[:8], magic)
	case le.Uint32(b[8:]) != version:
		return fmt.Errorf("format version %d, this program reads %d", le.Uint32(b[8:]), version)
	case le.Uint64(b[16:]) != number:
		return fmt.Errorf("it is file %d, want %d", le.Uint64(b[16:]), number)
	}
	return nil
}

// A block is a decoded block; its payload lies in the bytes it was read from.
type block struct {
	// In a delta file first counts dead rows, not rows of the data file.
	rows, first uint32
	payload     []byte
}

// seal fills the header of b, a whole block.
func seal(b []byte, seed, rows, first uint32) {
	le.PutUint32(b[4:], uint32(len(b)-blockHeader))
	le.PutUint32(b[8:], rows)
	le.PutUint32(b[12:], first)
	le.PutUint32(b, durable.Extend(seed, b[4:]))
}

// openBlock decodes b, which is as long as its header says.
// What the payload says is checked by whoever reads it.
func openBlock(b []byte, seed uint32) (block, error) {
	if got := durable.Extend(seed, b[4:]); got != le.Uint32(b) {
		return block{}, fmt.Errorf("the block's checksum is %08x, its bytes give %08x", le.Uint32(b), got)
	}
	return block{rows: le.Uint32(b[8:]), first: le.Uint32(b[12:]), payload: b[blockHeader:]}, nil
}

// A reader reads the blocks of one file in order, up to an end that is within
// the file. One goroutine at a time uses it.
// It reads up to where the manifest says that the file ended: what lies behind was appended
// after the last checkpoint and does not count.
type reader struct {
	f    fs.File
	path string
	seed uint32
	off  int64 // of the next block
	end  int64
	buf  []byte
}

// open checks the header of f and that the file is as long as it should be.
// A file may be longer than the manifest says, never shorter.
func (r *reader) open(magic string, number uint64) error {
	size, err := r.f.Size()
	if err != nil {
		return fmt.Errorf("size of %s: %w", r.path, err)
	}
	if size < r.end || r.end < fileHeader {
		return damaged(r.path, size, "%d bytes, the manifest says %d", size, r.end)
	}
	head, err := r.read(0, fileHeader)
	if err != nil {
		return err
	}
	if err := checkHeader(head, magic, number); err != nil {
		return damaged(r.path, 0, "%v", err)
	}
	// The number is checked by now, so every block is held against its own file.
	r.seed, r.off = seed(number), fileHeader
	return nil
}

// next returns the next block, or io.EOF. It is valid until the next call.
// A block that is damaged is not passed: next returns its error again, see skip.
func (r *reader) next() (block, error) {
	if r.off == r.end {
		return block{}, io.EOF
	}
	b, n, err := r.at(r.off)
	r.off += n
	return b, err
}

// at returns the block at an offset, and its length.
// The length is checked against the end before anything is allocated by it.
func (r *reader) at(off int64) (block, int64, error) {
	if r.end-off < blockHeader {
		return block{}, 0, damaged(r.path, off, "%d bytes are left, too few for a block", r.end-off)
	}
	// The header first, as it has the length; then the whole block, whose checksum covers the
	// header as well.
	head, err := r.read(off, blockHeader)
	if err != nil {
		return block{}, 0, err
	}
	n := blockHeader + int64(le.Uint32(head[4:]))
	if n > r.end-off {
		return block{}, 0, damaged(r.path, off, "block of %d bytes, %d are left", n, r.end-off)
	}
	b, err := r.read(off, int(n))
	if err != nil {
		return block{}, 0, err
	}
	k, err := openBlock(b, r.seed)
	if err != nil {
		return block{}, 0, damaged(r.path, off, "%v", err)
	}
	return k, n, nil
}

// read returns n bytes, which there are in the file.
func (r *reader) read(off int64, n int) ([]byte, error) {
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	b := r.buf[:n]
	return b, ErrDamaged.ReadFull(r.f, r.path, b, off)
}
