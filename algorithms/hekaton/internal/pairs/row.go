package pairs

import (
	"encoding/binary"
	"errors"

	"ckptbench/algorithms/internal/durable"
)

// le is the byte order of all files.
var le = binary.LittleEndian

const (
	// Bytes of a row before its value.
	rowHeader = 24
	absent    = 1 << 31 // in the length of a row
)

// rowBytes returns the bytes of r in a data file.
func rowBytes(r *durable.Record) int { return rowHeader + len(r.Value) }

// appendRow appends a row; doc.go has its layout.
func appendRow(b []byte, r *durable.Record) []byte {
	b = le.AppendUint64(b, r.Key)
	b = le.AppendUint64(b, r.Stamp)
	b = le.AppendUint32(b, uint32(r.Table))
	if r.Absent {
		return le.AppendUint32(b, absent)
	}
	b = le.AppendUint32(b, uint32(len(r.Value)))
	return append(b, r.Value...)
}

// errRow means that a block's rows do not parse, although its checksum is right.
var errRow = errors.New("malformed row")

// nextRow decodes the first row of b and returns what follows it.
// The value points into b.
func nextRow(b []byte) (r durable.Record, rest []byte, err error) {
	if len(b) < rowHeader {
		return r, nil, errRow
	}
	table, n := le.Uint32(b[16:]), le.Uint32(b[20:])
	r = durable.Record{Table: int(table), Key: le.Uint64(b), Stamp: le.Uint64(b[8:]), Absent: n == absent}
	b = b[rowHeader:]
	// A table number of this size would not fit into an int of 32 bits.
	if table >= absent {
		return r, nil, errRow
	}
	if r.Absent {
		return r, b, nil
	}
	if uint64(n) > uint64(len(b)) {
		return r, nil, errRow
	}
	r.Value = b[:n:n]
	return r, b[n:], nil
}
