package bench

import (
	"encoding/binary"
	"fmt"
)

// check checks a record of a stream of operations against its key and the stamp it
// carries.
// It knows only the record: what its transaction should have written follows from key and stamp.
func (l layout) check(table int, key, stamp uint64, value []byte) error {
	// A large value lies in chunks of its own, and its record has a header.
	if table == largeTable {
		return l.large.checkChunk(key, stamp, value)
	}
	if _, ok := l.large.rank(key); ok {
		return l.large.checkHeader(key, stamp, value)
	}
	if n := l.length(key, stamp); l.varied() && len(value) != n {
		return fmt.Errorf("its value has %d bytes, and what transaction %#x wrote has %d", len(value), stamp, n)
	}
	return checkValue(key, stamp, value, max(1, l.width(len(value))))
}

// checkHeader checks what a large record has in its own place.
// The header is the word of whoever wrote the value.
func (l large) checkHeader(key, stamp uint64, value []byte) error {
	if len(value) != headerSize || binary.LittleEndian.Uint64(value) != wordOf(key, stamp) {
		return fmt.Errorf("the header of its large value is % x, not of transaction %#x",
			value[:min(len(value), 2*headerSize)], stamp)
	}
	return nil
}

// checkChunk checks one chunk of a large value.
func (l large) checkChunk(chunk, stamp uint64, value []byte) error {
	// Chunks of one value have consecutive keys.
	owner, at := l.owner(chunk/l.most()), int(chunk%l.most())*chunkSize
	want := min(chunkSize, l.length(owner, stamp)-at)
	if len(value) != want {
		return fmt.Errorf("the large value of record %d has %d bytes from byte %d on, and what transaction %#x wrote has %d",
			owner, len(value), at, stamp, max(0, want))
	}
	if x, ok := uniform(value); !ok || x != wordOf(owner, stamp)&wordMask(len(value)) {
		return fmt.Errorf("the large value of record %d is torn at byte %d, or not of transaction %#x", owner, at, stamp)
	}
	return nil
}

// wordOf returns the word that fills what a transaction wrote, or what was loaded.
// Stamp 0 is the load.
func wordOf(key, stamp uint64) uint64 {
	if stamp == 0 {
		return loaded(key)
	}
	return stamp
}
