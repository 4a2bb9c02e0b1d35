package dist

import "math/rand/v2"

// Latest draws how far below the newest record to look, as YCSB's
// SkewedLatestGenerator does: 0, the newest, is the most popular, and the
// others follow a Gray draw.
//
// YCSB draws among as many records as the newest's number, so the very oldest
// is never chosen, here neither. It widens the draw as records are added; here
// it stays at the number there are at the start: the shares of the newest
// change with the logarithm of the number, so little, and the draw stays free
// of what other workers do.
type Latest struct{ below *Gray }

// NewLatest makes a Latest over n >= 1 records; theta is above 0 and below 1.
func NewLatest(n uint64, theta float64) *Latest {
	return &Latest{NewGray(max(n-1, 1), theta)}
}

// Next implements Dist.
func (l *Latest) Next(r *rand.Rand) uint64 { return l.below.Next(r) }
