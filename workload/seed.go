package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// A Seed names a stream. Streams whose seeds differ in anything have nothing
// in common; no algorithm's name is part of it, so that in one trial all
// algorithms get the same.
type Seed struct {
	Master        uint64 // of the experiment; alone decides where scattered records are
	Trial, Worker int
	Phase         string // such as "warm-up" or "measure"
}

// Source returns the random source of s, for one goroutine.
func (s Seed) Source() *rand.Rand {
	a, b := s.state()
	return rand.New(rand.NewPCG(a, b))
}

// Number returns s as one number, for those who have seeds of their own, as a
// Benchmark has.
func (s Seed) Number() uint64 {
	a, _ := s.state()
	return a
}

// state hashes s, which keeps neighbouring seeds, which all of them are, from
// giving neighbouring states.
func (s Seed) state() (a, b uint64) {
	var in []byte
	for _, v := range []uint64{s.Master, uint64(s.Trial), uint64(s.Worker)} {
		in = binary.LittleEndian.AppendUint64(in, v)
	}
	h := sha256.Sum256(append(in, s.Phase...))
	return binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])
}
