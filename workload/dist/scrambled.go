package dist

import "math/rand/v2"

// Constants of YCSB's ScrambledZipfianGenerator.
const (
	scrambledItems = 10_000_000_000
	scrambledZetan = 26.46902820178302 // Zeta(scrambledItems, YCSBTheta)
)

// Scrambled draws as YCSB's core workload does when it is told "zipfian"
// (ScrambledZipfianGenerator, and nextKeynum of CoreWorkload): a Gray draw
// over 10^10 items, whatever n, is hashed and folded onto the records.
//
// It is not a zipf law over the records. The most popular one gets 3.8 % of
// the draws at any n, a zipf law with the same skew over 10 million records
// has 5.5 %; and hashing merges some records' shares. For a sweep over skews use
// Zipf: the constant above is for 0.99 alone.
//
// YCSB folds onto n+1 items, as the upper bound it passes is meant exclusive
// and taken inclusive, and draws again when the outcome is a record that does
// not exist yet. So does this one: which records are hot depends on it. YCSB
// also leaves room for the inserts of the run, twice as many as it expects;
// that number is not known to a run that ends by the clock, so here records
// inserted during the run are never drawn.
type Scrambled struct {
	n     uint64
	items *Gray
}

// NewScrambled makes a Scrambled over n >= 1 records.
func NewScrambled(n uint64) *Scrambled {
	// One more than the constant: there, too, an inclusive bound.
	return &Scrambled{n: n, items: newGray(scrambledItems+1, YCSBTheta, scrambledZetan)}
}

// Next implements Dist.
func (s *Scrambled) Next(r *rand.Rand) uint64 {
	for {
		if k := Hash64(s.items.Next(r)) % (s.n + 1); k < s.n {
			return k
		}
	}
}

// Hash64 is YCSB's hash of a record number: FNV-1a over its eight bytes, the
// least significant first, read as a signed number and made positive. (The one
// number without a positive counterpart, -2^63, is 2^63 here; in Java it stays
// negative.)
func Hash64(v uint64) uint64 {
	const (
		offset = 0xCBF29CE484222325
		prime  = 1099511628211
	)
	h := uint64(offset)
	for range 8 {
		h = (h ^ v&0xff) * prime
		v >>= 8
	}
	if int64(h) < 0 {
		h = -h
	}
	return h
}
