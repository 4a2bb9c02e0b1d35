package image

import (
	"encoding/binary"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	version = 1
	// One page, so that it can be written and read past the page cache.
	headerSize  = fs.Align
	headerMagic = "CKPTIMG\n"
)

// A header is what the first bytes of an image say.
type header struct {
	blockSize int
	// base is 0 for a full image.
	seq, base uint64
	algorithm string
	tables    []durable.Table
	crc       uint32 // set by encode and decode
}

// check reports whether the header can be written down.
// The same limits are checked when a header is read, so a file that is read has passed them.
func (h *header) check() error {
	if len(h.algorithm) > MaxAlgorithm {
		return fmt.Errorf("name of the algorithm %.100q is longer than %d bytes", h.algorithm, MaxAlgorithm)
	}
	if len(h.tables) == 0 || len(h.tables) > MaxTables {
		return fmt.Errorf("%d tables; there must be 1 to %d", len(h.tables), MaxTables)
	}
	for _, t := range h.tables {
		if len(t.Name) > MaxName {
			return fmt.Errorf("name of table %.100q is longer than %d bytes", t.Name, MaxName)
		}
		if t.ValueSize < 0 || blockFor(t.ValueSize) > MaxBlock {
			return fmt.Errorf("table %q: values of %d bytes do not fit in a block of %d", t.Name, t.ValueSize, MaxBlock)
		}
	}
	if h.blockSize <= 0 || h.blockSize%fs.Align != 0 || h.blockSize > MaxBlock {
		return fmt.Errorf("block size %d is not a multiple of %d up to %d", h.blockSize, fs.Align, MaxBlock)
	}
	// Every value has to fit into one block: records are never split.
	if need := blockFor(largest(h.tables)); h.blockSize < need {
		return fmt.Errorf("block size %d is less than the %d that the largest value needs", h.blockSize, need)
	}
	return nil
}

// largest returns the size in bytes of the largest value in any table.
func largest(tables []durable.Table) int {
	n := 0
	for _, t := range tables {
		n = max(n, t.ValueSize)
	}
	return n
}

// encode writes the header to the first headerSize bytes of b.
// b has headerSize bytes at least.
func (h *header) encode(b []byte) {
	p := append(b[:0], headerMagic...)
	p = le.AppendUint32(p, version)
	p = le.AppendUint32(p, uint32(h.blockSize))
	p = le.AppendUint64(p, h.seq)
	p = le.AppendUint64(p, h.base)
	p = le.AppendUint16(p, uint16(len(h.tables)))
	p = appendString(p, h.algorithm)
	for _, t := range h.tables {
		p = appendString(p, t.Name)
		p = le.AppendUint32(p, uint32(t.ValueSize))
		p = le.AppendUint64(p, t.Capacity)
		p = append(p, index(t.Hash))
	}
	clear(b[len(p) : headerSize-4])
	h.crc = durable.Checksum(b[:headerSize-4])
	le.PutUint32(b[headerSize-4:], h.crc)
}

// index is the byte for the kind of a table's index.
func index(hash bool) byte {
	if hash {
		return 1
	}
	return 0
}

// decodeHeader reads the header in the first bytes of a file.
// Fields are checked after the checksum, but for magic and version, which say whether the
// checksum means anything.
func decodeHeader(file string, b []byte) (*header, error) {
	if len(b) < headerSize {
		return nil, damaged(file, 0, "%d bytes are left of a header of %d", len(b), headerSize)
	}
	b = b[:headerSize]
	if string(b[:8]) != headerMagic {
		return nil, damaged(file, 0, "it begins with %q, an image with %q", b[:8], headerMagic)
	}
	if v := le.Uint32(b[8:]); v != version {
		return nil, damaged(file, 8, "format version %d, this program reads %d", v, version)
	}
	h := &header{crc: le.Uint32(b[headerSize-4:])}
	if crc := durable.Checksum(b[:headerSize-4]); crc != h.crc {
		return nil, damaged(file, headerSize-4, "header's checksum is %08x, its bytes give %08x", h.crc, crc)
	}
	p := &parser{b: b[12 : headerSize-4]}
	h.blockSize = int(p.u32())
	h.seq, h.base = p.u64(), p.u64()
	tables := int(p.u16())
	h.algorithm = p.str()
	// The number is bounded before anything is allocated by it.
	for range min(tables, MaxTables) {
		h.tables = append(h.tables, durable.Table{Name: p.str(), ValueSize: int(p.u32()), Capacity: p.u64(), Hash: p.flag()})
	}
	if tables > MaxTables || p.bad || !p.zeros() {
		return nil, damaged(file, 12, "header is not as a writer writes it, though its checksum is right")
	}
	if err := h.check(); err != nil {
		return nil, damaged(file, 12, "%v", err)
	}
	// Bases only go down, so a chain ends.
	if h.seq == 0 || h.base >= h.seq {
		return nil, damaged(file, 16, "image %d is based on %d; a base comes before", h.seq, h.base)
	}
	return h, nil
}

// le is the byte order of the format.
var le = binary.LittleEndian

// appendString writes a string of up to 255 bytes.
func appendString(p []byte, s string) []byte { return append(append(p, byte(len(s))), s...) }

// A parser takes values off the front of b. Once b is too short it sets bad and
// returns zeros.
// So a whole structure is read without checks between, and judged once at the end.
type parser struct {
	b   []byte
	bad bool
}

// The zeros it returns when b is too short are enough for every caller: the longest string has
// 255 bytes.
func (p *parser) take(n int) []byte {
	if n > len(p.b) {
		p.bad, p.b = true, nil
		return make([]byte, min(n, 255))
	}
	v := p.b[:n]
	p.b = p.b[n:]
	return v
}

// The numbers are little-endian.
func (p *parser) u16() uint16 { return le.Uint16(p.take(2)) }
func (p *parser) u32() uint32 { return le.Uint32(p.take(4)) }
func (p *parser) u64() uint64 { return le.Uint64(p.take(8)) }

// str reads what appendString wrote.
func (p *parser) str() string { return string(p.take(int(p.take(1)[0]))) }

// flag reads a byte that is 0 or 1.
func (p *parser) flag() bool {
	v := p.take(1)[0]
	p.bad = p.bad || v > 1
	return v == 1
}

// zeros reports whether nothing but zeros is left.
func (p *parser) zeros() bool { return durable.Zero(p.b) }
