package paired

// A Block is the quads of one opening.
type Block struct {
	Quads   []Quad // that count
	Dropped int    // quads that the host hit, left out on both sides
}

// Add adds a quad, or counts it as dropped.
func (b *Block) Add(q Quad) {
	if q.Hit() {
		b.Dropped++
		return
	}
	b.Quads = append(b.Quads, q)
}

// Rates returns the mean throughput of both sides, transactions a second.
func (b *Block) Rates() (base, side float64) {
	for i := range b.Quads {
		q := &b.Quads[i]
		base += q.Base[0].Rate + q.Base[1].Rate
		side += q.Side[0].Rate + q.Side[1].Rate
	}
	n := 2 * float64(max(len(b.Quads), 1))
	return base / n, side / n
}

// Ratio returns side's throughput over base's. ok is false where no quad counts or
// base did nothing.
//
// It is a ratio of sums and no median of ratios: the slices at the beginning of a
// capture cost more than those at its end, and all of them belong to the cost.
func (b *Block) Ratio() (ratio float64, ok bool) {
	base, side := b.Rates()
	if base <= 0 {
		return 0, false
	}
	return side / base, true
}

// Again returns the mean throughput of both sides in their slices that follow one of
// their own; 0 where there is none. Where the two sides share caches, it is higher
// than Rates by what a switch costs.
func (b *Block) Again() (base, side float64) {
	bases, sides := 0, 0
	for i := range b.Quads {
		for _, s := range b.Quads[i].Base {
			if s.Again {
				base, bases = base+s.Rate, bases+1
			}
		}
		for _, s := range b.Quads[i].Side {
			if s.Again {
				side, sides = side+s.Rate, sides+1
			}
		}
	}
	return base / float64(max(bases, 1)), side / float64(max(sides, 1))
}
