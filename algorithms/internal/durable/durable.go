// Package durable is what the formats of images, log, snapshot pages and pairs share:
// the schema, the checksum, the error of a damaged file, manifests as text, the numbers
// of generations, and the way in which a file is published.
//
// A file is published so that a crash leaves the old one or the new one, wholly: it is
// written under a temporary name and synced, then renamed, then its folder is synced.
// Only after that may anything be removed that the old one needs.
package durable

import "hash/crc32"

// A Table describes one table of a store.
type Table struct {
	Name      string
	ValueSize int    // bytes that a value may have, at most
	Capacity  uint64 // distinct keys that the table may ever hold
	Hash      bool   // keys are any uint64, found through a hash index; else they are below Capacity
}

// A Record is one record of a state that is read or written.
type Record struct {
	Table  int
	Key    uint64
	Stamp  uint64 // the id of the transaction that wrote or deleted it
	Absent bool   // a tombstone: there is no value
	Value  []byte // aliases a buffer; valid only during the call that hands it out
}

// castagnoli is never written to.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum returns the CRC-32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Extend returns the CRC-32C of some bytes followed by b, where crc is that of the bytes.
// A format that begins with another crc binds its checksums to that number: the same
// bytes are not valid elsewhere.
func Extend(crc uint32, b []byte) uint32 { return crc32.Update(crc, castagnoli, b) }

// Mix spreads the bits of a key over a hash. Formats depend on it.
func Mix(key uint64) uint64 {
	h := key * 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}
