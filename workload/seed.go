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

// source returns the random source of s. Hashing keeps neighbouring seeds,
// which all of them are, from giving neighbouring states.
func (s Seed) source() *rand.Rand {
	var b []byte
	for _, v := range []uint64{s.Master, uint64(s.Trial), uint64(s.Worker)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	h := sha256.Sum256(append(b, s.Phase...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])))
}
