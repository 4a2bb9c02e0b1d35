package wal

import (
	"encoding/binary"
	"errors"
	"math"

	"ckptbench/algorithms/internal/durable"
)

const (
	frameHeader = 32
	// Bytes of a frame, and so of the redo of one transaction.
	maxFrame = 1 << 30
)

// The kinds of frames.
const (
	// The redo of one transaction.
	frameChanges = 1
	// A chunk of a note.
	frameNote = 2
	// All records of an epoch stand before it.
	frameMark = 3
	// The segment was closed in order, and another follows, or none if Close wrote it.
	frameEnd = 4
)

// seed begins the checksums of a chain.
// A frame that was copied from another chain, or left over in reused blocks of the disk, has a
// wrong checksum.
func seed(session uint64, logger int) uint32 {
	var b [12]byte
	binary.LittleEndian.PutUint64(b[:], session)
	binary.LittleEndian.PutUint32(b[8:], uint32(logger))
	return durable.Checksum(b[:])
}

// A frame is a decoded frame. Its body lies in the bytes that it was read from.
type frame struct {
	// A mark and an end have no body; stamp has another meaning in them, see doc.go.
	kind  byte
	epoch uint64
	stamp uint64
	body  []byte
}

// seal fills the header of b, a whole frame of which the last pad bytes are
// padding.
func seal(b []byte, seed uint32, kind byte, pad int, epoch, stamp uint64) {
	head(b, kind, pad, epoch, stamp)
	binary.LittleEndian.PutUint32(b, checksum(b, seed))
}

// head fills the header of b but for the checksum.
func head(b []byte, kind byte, pad int, epoch, stamp uint64) {
	// One check of the bounds for all that follow.
	_ = b[frameHeader-1]
	binary.LittleEndian.PutUint64(b[8:], uint64(kind)|uint64(pad)<<8)
	binary.LittleEndian.PutUint64(b[16:], epoch)
	binary.LittleEndian.PutUint64(b[24:], stamp)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
}

// checksum covers the length by way of the seed: so the bytes to go through
// begin aligned, which is a sixth of the time.
func checksum(b []byte, seed uint32) uint32 {
	return durable.Extend(seed^uint32(len(b)), b[8:])
}

var (
	// Zeros: an area that was allocated ahead and not written.
	errZero = errors.New("no frame here")
	// The next three: damage, or a torn end; the survey decides which.
	errLength = errors.New("bad frame length")
	errCRC    = errors.New("bad checksum")
	errHeader = errors.New("bad frame header")
)

// frameLen returns the length that the header b, of frameHeader bytes, claims.
// The caller checks it against what there is.
func frameLen(b []byte) (int, error) {
	// All of the first 16 bytes are zero only where nothing was written, as no frame has length
	// 0.
	n := binary.LittleEndian.Uint32(b[4:])
	if n == 0 && binary.LittleEndian.Uint32(b) == 0 && binary.LittleEndian.Uint64(b[8:]) == 0 {
		return 0, errZero
	}
	if n < frameHeader || n > maxFrame || n%8 != 0 {
		return 0, errLength
	}
	return int(n), nil
}

// openFrame decodes b, which is as long as frameLen says.
func openFrame(b []byte, seed uint32) (frame, error) {
	// The fields are looked at after the checksum, so a wrong one means a program that writes
	// another format.
	if checksum(b, seed) != binary.LittleEndian.Uint32(b) {
		return frame{}, errCRC
	}
	kind, pad := b[8], int(b[9])
	// Marks and ends are bare headers: readers search for them behind a bad place by that.
	bare := kind == frameMark || kind == frameEnd
	if kind < frameChanges || kind > frameEnd || pad > 7 || pad > len(b)-frameHeader ||
		binary.LittleEndian.Uint32(b[8:])>>16 != 0 || binary.LittleEndian.Uint32(b[12:]) != 0 ||
		bare && len(b) != frameHeader || binary.LittleEndian.Uint64(b[16:]) > maxNumber {
		return frame{}, errHeader
	}
	return frame{
		kind:  kind,
		epoch: binary.LittleEndian.Uint64(b[16:]),
		stamp: binary.LittleEndian.Uint64(b[24:]),
		body:  b[frameHeader : len(b)-pad],
	}, nil
}

// A Kind says what a Change does.
type Kind byte

// The kinds of changes.
const (
	KindSet    Kind = 1 // Value goes to Off of the record
	KindPut    Kind = 2 // Value becomes the whole record, which may be new
	KindDelete Kind = 3 // the record goes
)

// A Change is the redo of one operation of a committed transaction.
// Changes are after-images: applying one twice does no harm. Stamp is the id of the transaction;
// Epoch the one that its Commit returned.
type Change struct {
	Epoch, Stamp uint64
	Table        int
	Key          uint64
	Kind         Kind
	Off          int    // of a KindSet, in bytes
	Value        []byte // valid during the call it is handed to only
}

// maxChange is the most that a change takes beside its value, in bytes.
const maxChange = 1 + 5 + 8 + 5 + 5

// appendSet appends a set of v at offset off, in bytes. There must be room for maxChange +
// len(v).
func appendSet(b []byte, table int, key uint64, off int, v []byte) []byte {
	b = appendKey(b, KindSet, table, key)
	b = binary.AppendUvarint(b, uint64(off))
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// appendPut appends a put of the whole value.
func appendPut(b []byte, table int, key uint64, v []byte) []byte {
	b = appendKey(b, KindPut, table, key)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// appendKey appends what all kinds of changes begin with: kind, table, key.
func appendKey(b []byte, kind Kind, table int, key uint64) []byte {
	// A small table number is its own varint; the branch spares the loop.
	if table < 0x80 {
		b = append(b, byte(kind), byte(table))
	} else {
		b = binary.AppendUvarint(append(b, byte(kind)), uint64(table))
	}
	return binary.LittleEndian.AppendUint64(b, key)
}

// errChange means that a frame's changes do not parse, although its checksum is right.
var errChange = errors.New("malformed change")

// nextChange decodes the first change of b and returns what follows it.
// Value points into b.
func nextChange(b []byte) (c Change, rest []byte, err error) {
	if len(b) == 0 {
		return c, nil, errChange
	}
	c.Kind, b = Kind(b[0]), b[1:]
	if c.Kind < KindSet || c.Kind > KindDelete {
		return c, nil, errChange
	}
	if c.Table, b, err = nextInt(b); err != nil {
		return c, nil, err
	}
	if len(b) < 8 {
		return c, nil, errChange
	}
	c.Key, b = binary.LittleEndian.Uint64(b), b[8:]
	if c.Kind == KindSet {
		if c.Off, b, err = nextInt(b); err != nil {
			return c, nil, err
		}
	}
	if c.Kind != KindDelete {
		n := 0
		if n, b, err = nextInt(b); err != nil || n > len(b) {
			return c, nil, errChange
		}
		c.Value, b = b[:n:n], b[n:]
	}
	return c, b, nil
}

// nextInt reads a varint that has to fit into 31 bits, as table, offset and length do.
func nextInt(b []byte) (int, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > math.MaxInt32 {
		return 0, nil, errChange
	}
	return int(v), b[n:], nil
}
