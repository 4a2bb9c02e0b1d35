package storetest

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// Values describe themselves: the first 8 bytes are the stamp of the record's
// last writer, the last 8 a checksum of the table, the key and all before it. A
// value of no bytes says nothing. So a value of another record, of another
// version, or mixed from two, is noticed, whether a transaction wrote the whole
// of it or single fields.

// smallest is the length of the shortest value that says something.
const smallest = 16

// fill makes v a value: its stamp, any bytes, its checksum.
func fill(v []byte, table int, key, stamp uint64) {
	if len(v) == 0 {
		return
	}
	for i := range v {
		// The sequence number of the writer shows in every byte.
		v[i] = byte(stamp>>16) + byte(i)
	}
	binary.LittleEndian.PutUint64(v, stamp)
	seal(v, table, key)
}

// seal brings v's checksum up to date.
func seal(v []byte, table int, key uint64) {
	binary.LittleEndian.PutUint64(v[len(v)-8:], sum(v, table, key))
}

// sum is the checksum that belongs in the last 8 bytes of v. It depends on the record's
// identity, so that a value of another record is noticed.
func sum(v []byte, table int, key uint64) uint64 {
	return xxhash.Sum64(v[:len(v)-8]) ^ (key+1)*0x9E3779B97F4A7C15 ^ uint64(table)<<56
}

// intact reports what is wrong with v, but for its stamp.
func intact(table int, key uint64, v []byte) error {
	switch {
	case len(v) == 0:
	case len(v) < smallest:
		return fmt.Errorf("value of %d bytes, none has 1 to %d", len(v), smallest-1)
	case binary.LittleEndian.Uint64(v[len(v)-8:]) != sum(v, table, key):
		return fmt.Errorf("checksum of %d bytes is wrong; they say stamp %#x", len(v), binary.LittleEndian.Uint64(v))
	}
	return nil
}

// genuine is intact with the stamp, for the oracle.
func genuine(table int, key, stamp uint64, v []byte) error {
	if err := intact(table, key, v); err != nil {
		return err
	}
	if len(v) > 0 && binary.LittleEndian.Uint64(v) != stamp {
		return fmt.Errorf("value says stamp %#x", binary.LittleEndian.Uint64(v))
	}
	return nil
}
