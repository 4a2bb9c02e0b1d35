package host

import (
	"math/rand/v2"
	"time"
)

// A Canary is two fixed loops that do the same every time: arithmetic, which
// follows the clock frequency and a neighbour on the same physical core, and a
// chase of pointers through more memory than the inner caches hold, which follows
// the neighbours' use of caches and memory. Where their times change, the
// machine did, and no counter of a virtual machine shows that. One goroutine
// uses it.
type Canary struct {
	lines []line
	at    uint32 // the chase's next line
	sum   uint64 // keeps the loops from being optimised away
	now   func() time.Duration
}

// A line is as large as a cache line.
type line struct {
	next uint32
	_    [60]byte
}

// The canary's work: small enough to disturb nobody, large enough to be timed.
const (
	canaryLines = 1 << 16     // 4 MiB
	chaseSteps  = canaryLines // once round: every run visits the same lines
	mathSteps   = 300_000     // likewise
	canaryTries = 5           // the shortest counts: a gap lengthens one
)

// A Speed is what a canary measured, in nanoseconds a step.
type Speed struct {
	Arithmetic float64 `json:"arithmetic_ns"` // ns a step of a loop that stays in registers
	Chase      float64 `json:"chase_ns"`      // ns a step of a loop that follows pointers
}

// NewCanary makes a canary; the order of its chase is always the same.
func NewCanary(c Clocks) *Canary {
	k := &Canary{lines: make([]line, canaryLines), now: c.Now}
	// Sattolo's algorithm makes one cycle through all lines.
	order := make([]uint32, canaryLines)
	for i := range order {
		order[i] = uint32(i)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := len(order) - 1; i > 0; i-- {
		j := r.IntN(i)
		order[i], order[j] = order[j], order[i]
	}
	for i, next := range order {
		k.lines[i].next = next
	}
	return k
}

// Run measures the machine's speed. It takes about 20 ms.
func (k *Canary) Run() Speed {
	k.chase(canaryLines) // the first round fills the caches that others used meanwhile
	math, chase := time.Duration(-1), time.Duration(-1)
	for range canaryTries {
		a := k.now()
		k.arithmetic(mathSteps)
		b := k.now()
		k.chase(chaseSteps)
		c := k.now()
		math, chase = shorter(math, b-a), shorter(chase, c-b)
	}
	return Speed{float64(math) / mathSteps, float64(chase) / chaseSteps}
}

// shorter is the shorter of two times; a negative one is not known yet.
func shorter(a, b time.Duration) time.Duration {
	if a < 0 || b < a {
		return b
	}
	return a
}

// arithmetic is a chain: each step needs the one before.
func (k *Canary) arithmetic(steps int) {
	x := k.sum | 1
	for range steps {
		x = x*6364136223846793005 + 1442695040888963407
		x ^= x >> 29
	}
	k.sum = x
}

// chase follows the chain of lines: each load needs the one before, so that it is the
// latency of memory that is timed.
func (k *Canary) chase(steps int) {
	at := k.at
	for range steps {
		at = k.lines[at].next
	}
	k.at = at
}

// Change returns by how much two speeds differ, as a share: the larger of the
// two loops' differences, the same whichever came first. It is 0 where one of
// them was not measured.
func (s Speed) Change(t Speed) float64 {
	return max(change(s.Arithmetic, t.Arithmetic), change(s.Chase, t.Chase))
}

// change is by how much two speeds differ, whichever is the larger: 0.1 is 10 %.
func change(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return 0
	}
	return max(a/b, b/a) - 1
}

// Rate chases pointers for a time and returns the steps a second that it made.
func (k *Canary) Rate(span time.Duration) float64 {
	const steps = 500 // some 20 microseconds
	n, start := 0, k.now()
	for {
		k.chase(steps)
		n += steps
		if took := k.now() - start; took >= span {
			return float64(n) / took.Seconds()
		}
	}
}

// Best returns the faster of two speeds, loop by loop.
func (s Speed) Best(t Speed) Speed {
	return Speed{min(s.Arithmetic, t.Arithmetic), min(s.Chase, t.Chase)}
}
