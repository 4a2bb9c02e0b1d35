package image

import (
	"encoding/binary"
	"math/bits"
)

// Odd constants of the digest: the fractional parts of the golden ratio and of
// square roots. They are part of the format.
const (
	// Their only use is to be odd and without a pattern.
	mixA    = 0x9E3779B97F4A7C15
	mixB    = 0x6A09E667F3BCC909
	mixC    = 0x3C6EF372FE94F82B
	mixD    = 0xA54FF53A5F1D36F1
	mixStep = 0xBB67AE8584CAA73B
)

// digest hashes one encoded record, header and value, of at least 16 bytes. The
// digest of an image is the sum of its records' modulo 2^64, so it does not
// depend on which stream wrote what in which order, and a record lost, doubled
// or changed shows.
//
// It multiplies each 16 bytes, whitened by their place, into 128 bits and adds
// the halves; the last 16 bytes overlap those before. The products do not wait
// for each other, which is why this is here and not xxHash: that takes three
// times as long on records of 100 bytes. It is no protection against somebody
// who wants to deceive (nothing here is), and bit rot is the business of the
// CRC.
func digest(rec []byte) uint64 {
	sum, k := uint64(len(rec)), uint64(mixA)
	p := rec
	// Two products in each turn, on different constants, so that equal halves do not cancel.
	for len(p) > 32 {
		q := p[:32]
		sum += fold(binary.LittleEndian.Uint64(q)^k, binary.LittleEndian.Uint64(q[8:])^(k+mixB))
		sum += fold(binary.LittleEndian.Uint64(q[16:])^(k+mixC), binary.LittleEndian.Uint64(q[24:])^(k+mixD))
		k += mixStep
		p = p[32:]
	}
	if len(p) > 16 {
		sum += fold(binary.LittleEndian.Uint64(p)^k, binary.LittleEndian.Uint64(p[8:])^(k+mixB))
		k += mixC
	}
	// Overlapping the bytes before spares a loop over the last few.
	q := rec[len(rec)-16:]
	sum += fold(binary.LittleEndian.Uint64(q)^k, binary.LittleEndian.Uint64(q[8:])^(k+mixD))
	return fold(sum, mixB)
}

// fold multiplies to 128 bits and folds them into 64.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
