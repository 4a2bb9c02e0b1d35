// Package dist draws record numbers: which of n records an operation touches.
//
// A distribution is set up once and is read-only afterwards, so any number of
// goroutines may share one, each with a random source of its own; the sources
// alone are not for sharing. Next allocates nothing.
//
// There are two zipfian families, on purpose. Zipf is exact, for any skew and
// any number of records. YCSB's own (Gray, and Scrambled over it) are what
// published YCSB figures were drawn with, and neither is a zipf law over the
// records: see there. math/rand/v2 has a Zipf too, but only for skews above 1,
// which leaves out the 0.99 that everybody uses.
package dist

import "math/rand/v2"

// A Dist draws numbers from 0 up to a bound fixed when it was made.
type Dist interface {
	// Next draws one, with r as the only source of chance.
	Next(r *rand.Rand) uint64
}

// MaxRecords is the most records a distribution is made over. Beyond it
// floating-point numbers are too coarse for Zipf: at 2^52 records with theta
// 0.5 it puts 54 % of the draws where 50 % belong.
const MaxRecords = 1 << 40
