//go:build sched

package sched

import (
	"fmt"
	"hash/maphash"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// Enabled reports whether the program was built with the sched tag.
const Enabled = true

// Variable is the environment variable that the seed is taken from.
const Variable = "SCHED_SEED"

// all is the one schedule of the program: points are everywhere, and nobody
// could hand it to them.
var all = newSchedule()

// A schedule decides the fate of every visit of every point. Its method may be
// called concurrently.
type schedule struct {
	seed   uint64
	visits [1 << 8]atomic.Uint64 // by name, hashed
	total  atomic.Uint64
}

const (
	era      = 512 // visits of all points
	slowOnes = 6   // one point in so many is slow in an era
)

// newSchedule returns a schedule of the seed in the environment, or of one that it prints.
func newSchedule() *schedule {
	seed, err := strconv.ParseUint(os.Getenv(Variable), 10, 64)
	if err != nil {
		seed = maphash.Comparable(maphash.MakeSeed(), 0) % 1_000_000
	}
	fmt.Fprintf(os.Stderr, "sched: %s=%d\n", Variable, seed)
	return &schedule{seed: seed}
}

// Point yields, sleeps, or does nothing.
func Point(name string) {
	yields, sleep := all.fate(name)
	for range yields {
		runtime.Gosched()
	}
	if sleep > 0 {
		time.Sleep(sleep)
	}
}

// fate says what becomes of the next visit of a point.
func (s *schedule) fate(name string) (yields int, sleep time.Duration) {
	h := hash(s.seed, name)
	now := s.total.Add(1) / era
	visit := s.visits[h%uint64(len(s.visits))].Add(1)
	draw := mix(h ^ mix(visit))
	if mix(h^mix(^now))%slowOnes == 0 && draw%4 == 0 {
		return 0, time.Duration(20+draw>>8%480) * time.Microsecond
	}
	switch {
	case draw%8 == 1:
		return int(draw >> 8 % 4), 0
	case draw%256 == 2:
		return 0, 50 * time.Microsecond
	}
	return 0, 0
}

// hash is FNV-1a over the name, begun with the seed.
func hash(seed uint64, name string) uint64 {
	h := mix(seed)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return mix(h)
}

// mix scatters the bits of x, as splitmix64 does.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
