package image

import (
	"math"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	blockMagic = "CKBK"
	// Bytes. doc.go has the layout of block and record.
	blockHeader  = 48
	blockTrailer = 4
	recordHeader = 22
	tombstone    = 1 << 31 // in the length of a record
)

// blockFor returns the smallest block that holds a value of n bytes.
// In bytes, a multiple of fs.Align.
func blockFor(n int) int {
	return int(fs.RoundUp(int64(blockHeader + recordHeader + n + blockTrailer)))
}

// A blockRef is what the footer says of a block.
// offset and length are in bytes. The footer has one for each block, so that blocks can be read
// in any order and one at a time.
type blockRef struct {
	offset  int64
	length  int
	crc     uint32
	records uint32 // with tombstones
	dead    uint32 // tombstones
	// A reader that wants one table passes blocks that cannot have it.
	low, high uint16 // tables in it; 0, 0 if it is empty
}

// end returns the offset after the block.
func (r blockRef) end() int64 { return r.offset + int64(r.length) }

// A tally is what a walk over the records of a block finds.
// perTable of walk is added up beside it, as it outlives the block.
type tally struct {
	counts
	digest    uint64
	low, high uint16
}

// putRecord writes the header of a record and its value to the front of b.
// v is copied; it is nil for a tombstone.
func putRecord(b []byte, table int, key, stamp uint64, length uint32, v []byte) {
	h := b[:recordHeader]
	le.PutUint64(h, key)
	le.PutUint64(h[8:], stamp)
	le.PutUint16(h[16:], uint16(table))
	le.PutUint32(h[18:], length)
	copy(b[recordHeader:], v)
}

// seal makes a block of b[:blockHeader+payload], which holds records, and
// returns the bytes to be written and what the footer is to say of them. It
// adds the records to perTable.
// It is called by the goroutine that writes the block, so the capture does not pay for checksum
// and digest.
func seal(b []byte, payload int, stream int, seq uint64, offset int64, perTable []counts) ([]byte, blockRef, tally) {
	t := walk(b[blockHeader:blockHeader+payload], perTable)
	length := int(fs.RoundUp(int64(blockHeader + payload + blockTrailer)))
	// The block is padded to whole pages: b has room for that.
	b = b[:length]
	copy(b, blockMagic)
	le.PutUint16(b[4:], uint16(stream))
	le.PutUint16(b[6:], 0)
	le.PutUint32(b[8:], uint32(length))
	le.PutUint32(b[12:], uint32(payload))
	le.PutUint32(b[16:], uint32(t.records+t.tombstones))
	le.PutUint32(b[20:], uint32(t.tombstones))
	le.PutUint64(b[24:], seq)
	le.PutUint64(b[32:], uint64(offset))
	le.PutUint64(b[40:], t.digest)
	// The buffer was used before; padding has to be zero.
	clear(b[blockHeader+payload : length-blockTrailer])
	crc := durable.Checksum(b[:length-blockTrailer])
	le.PutUint32(b[length-blockTrailer:], crc)
	return b, blockRef{
		offset: offset, length: length, crc: crc, low: t.low, high: t.high,
		records: uint32(t.records + t.tombstones), dead: uint32(t.tombstones),
	}, t
}

// walk adds up records that this process has just encoded.
// It checks nothing: the records come from putRecord.
func walk(p []byte, perTable []counts) tally {
	t := tally{low: math.MaxUint16}
	for len(p) > 0 {
		table, length := le.Uint16(p[16:]), le.Uint32(p[18:])
		n := recordHeader
		if length == tombstone {
			t.tombstones++
			perTable[table].tombstones++
		} else {
			n += int(length)
			t.records++
			t.values += uint64(length)
			perTable[table].records++
			perTable[table].values += uint64(length)
		}
		t.low, t.high = min(t.low, table), max(t.high, table)
		t.digest += digest(p[:n])
		p = p[n:]
	}
	// A block without records: 0, 0.
	t.low = min(t.low, t.high)
	return t
}
