package dist

import (
	"math/bits"
	"math/rand/v2"
)

// A Permutation is a fixed one-to-one mapping of 0..n-1 onto itself that looks
// random: it takes ranks of popularity to records spread over the key space.
// Unlike a hash, as YCSB has it, it neither merges records nor leaves any out.
//
// It works on the smallest power of two that is not below n. Each step there
// can be undone (adding a constant, multiplying by an odd one, xor with the
// upper half moved down), so the whole can; an outcome of n or above goes
// through again until it is below (cycle walking: J. Black and P. Rogaway,
// "Ciphers with arbitrary finite domains", CT-RSA 2002), fewer than two rounds
// on average. A Feistel network would do as well and cost twice the rounds, as
// it needs an even number of bits.
type Permutation struct {
	n     uint64
	mask  uint64
	shift int
	add   [3]uint64
	mul   [3]uint64 // odd
}

// NewPermutation makes the permutation of 0..n-1, n >= 1, that key selects.
func NewPermutation(n, key uint64) *Permutation {
	width := bits.Len64(n - 1)
	p := &Permutation{n: n, mask: 1<<width - 1, shift: (width + 1) / 2}
	r := rand.NewPCG(key, n)
	for i := range p.mul {
		p.add[i], p.mul[i] = r.Uint64(), r.Uint64()|1
	}
	return p
}

// At returns where i, below n, is taken.
func (p *Permutation) At(i uint64) uint64 {
	for {
		for j := range p.mul {
			i = (i + p.add[j]) * p.mul[j] & p.mask
			i ^= i >> p.shift
		}
		if i < p.n {
			return i
		}
	}
}

// Scattered draws from Of and takes what it drew through To.
type Scattered struct {
	Of Dist         // its draws are below the number that To permutes
	To *Permutation // where each rank lies
}

// Next implements Dist.
func (s Scattered) Next(r *rand.Rand) uint64 { return s.To.At(s.Of.Next(r)) }
