package bench

import (
	"encoding/binary"
	"fmt"
)

// Every value says who wrote it: each 8-byte word of a field is the stamp of the
// transaction that wrote the field, and of a record as it was loaded a hash of
// its key. So any image can be checked record by record, without a recording of
// the run: a value put together from two writes shows.

// fill makes every word of dst x, and the rest of it the low bytes of x.
// fill and fillFields are what clients write with, so they are on the measured path.
func fill(dst []byte, x uint64) {
	for len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, x)
		dst = dst[8:]
	}
	for i := range dst {
		dst[i] = byte(x >> (8 * i))
	}
}

// fillFields fills every field of a value.
func fillFields(value []byte, x uint64, size int) {
	for len(value) > 0 {
		n := min(size, len(value))
		fill(value[:n], x)
		value = value[n:]
	}
}

// loaded returns the word that fills a record as it was loaded.
// No transaction has such an id: those begin small.
func loaded(key uint64) uint64 {
	x := (key + 1) * 0x9E3779B97F4A7C15
	return x ^ x>>29
}

// uniform returns the word that fills field, and whether it is filled with it.
func uniform(field []byte) (x uint64, ok bool) {
	// A short field holds the low bytes of its word.
	if len(field) < 8 {
		var word [8]byte
		copy(word[:], field)
		return binary.LittleEndian.Uint64(word[:]), true
	}
	x = binary.LittleEndian.Uint64(field)
	for rest := field[8:]; len(rest) > 0; rest = rest[min(8, len(rest)):] {
		if len(rest) < 8 {
			for i := range rest {
				if rest[i] != byte(x>>(8*i)) {
					return 0, false
				}
			}
		} else if binary.LittleEndian.Uint64(rest) != x {
			return 0, false
		}
	}
	return x, true
}

// checkValue checks a value against the stamp it carries. Field size is in
// bytes; a value holds whole fields.
// It knows no transaction: whether a field's writer committed is not seen here.
func checkValue(key, stamp uint64, value []byte, fieldSize int) error {
	initial, newest := loaded(key), uint64(0)
	for at := 0; at < len(value); at += fieldSize {
		field := value[at:min(at+fieldSize, len(value))]
		x, ok := uniform(field)
		switch mask := wordMask(len(field)); {
		case !ok:
			return fmt.Errorf("field at byte %d is torn: its words differ", at)
		case x == initial&mask: // as loaded
		case x > stamp&mask && mask == ^uint64(0):
			// In a short field not all of an id is there, so order cannot be judged.
			return fmt.Errorf("field at byte %d was written by transaction %#x, later than the record's stamp %#x", at, x, stamp)
		case x == stamp&mask:
			newest = stamp
		}
	}
	if newest != stamp && len(value) > 0 {
		return fmt.Errorf("no field was written by transaction %#x, whose stamp the record carries", stamp)
	}
	return nil
}

// wordMask returns which bits of a word a field of n bytes holds.
func wordMask(n int) uint64 {
	if n >= 8 {
		return ^uint64(0)
	}
	return 1<<(8*n) - 1
}
