package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// A Seed names a stream. Streams whose seeds differ in any field are independent. The
// algorithm's name is not part of it: in one trial all algorithms run the same
// transactions.
type Seed struct {
	Master uint64 // of the experiment; alone decides where scattered records are
	// both counted from 0; long transactions on a worker of their own have the number
	// after the last worker
	Trial, Worker int
	Phase         string // such as "warm-up" or "measure"
}

// Source returns the random source of s, for one goroutine.
func (s Seed) Source() *rand.Rand {
	a, b := s.state()
	return rand.New(rand.NewPCG(a, b))
}

// Number returns s as one number, for a generator that takes a seed of 64 bits, such as
// a Benchmark's.
func (s Seed) Number() uint64 {
	a, _ := s.state()
	return a
}

// state hashes s. Seeds of one experiment differ in a few low bits; the hash keeps their
// generators from starting in similar states.
func (s Seed) state() (a, b uint64) {
	var in []byte
	for _, v := range []uint64{s.Master, uint64(s.Trial), uint64(s.Worker)} {
		in = binary.LittleEndian.AppendUint64(in, v)
	}
	h := sha256.Sum256(append(in, s.Phase...))
	return binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])
}
