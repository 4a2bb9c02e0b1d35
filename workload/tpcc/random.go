package tpcc

import "math/rand/v2"

// A random is a source that can be set anew for each row, so that any row can
// be drawn without those before it.
type random struct {
	pcg rand.PCG
	r   *rand.Rand
}

func newRandom(a, b uint64) *random {
	r := &random{}
	r.r = rand.New(&r.pcg)
	r.seed(a, b)
	return r
}

// seed starts the stream of (a, b). Most seeds are neighbours; scattering them keeps
// their streams from beginning in similar states.
func (r *random) seed(a, b uint64) { r.pcg.Seed(scatter(a), scatter(b^scatter(^a))) }

// scatter is the finalizer of SplitMix64.
func scatter(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// between returns a number of [lo .. hi].
func (r *random) between(lo, hi int) int { return lo + r.r.IntN(hi-lo+1) }

// percent is true in p of 100 cases.
func (r *random) percent(p int) bool { return r.r.IntN(100) < p }

// other returns a warehouse other than w, or w where there is no other.
func (r *random) other(w, warehouses int) int {
	if warehouses == 1 {
		return w
	}
	o := r.r.IntN(warehouses - 1)
	if o >= w {
		o++
	}
	return o
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// fill fills v with letters and digits.
func (r *random) fill(v []byte) { r.digits(v, uint64(len(alphanumeric))) }

// digits fills v with characters among the first n of alphanumeric. Eight come from one
// draw; the bias of that is below 2^-16.
func (r *random) digits(v []byte, n uint64) {
	for len(v) > 0 {
		x := r.r.Uint64()
		k := min(8, len(v))
		for i := range k {
			v[i] = alphanumeric[x%n]
			x /= n
		}
		v = v[k:]
	}
}

// text writes an a-string of lo to hi characters, clause 4.3.2.2, at the start
// of v and zero bytes behind it.
func (r *random) text(v []byte, lo, hi int) {
	n := r.between(lo, hi)
	r.fill(v[:n])
	clear(v[n:])
}

// address fills in the columns of an address, clause 4.3.2.7.
func (r *random) address(v []byte) {
	for range 3 {
		r.text(v[:20], 10, 20)
		v = v[20:]
	}
	r.fill(v[:2])
	r.digits(v[2:6], 10)
	copy(v[6:], "11111")
}

// original puts ORIGINAL into a tenth of the data columns, clause 4.3.3.1.
func (r *random) original(v []byte, n int) {
	if r.percent(10) {
		copy(v[r.r.IntN(n-len(originalMark)+1):], originalMark)
	}
}

const originalMark = "ORIGINAL"

// data writes the data column of an item or of stock.
func (r *random) data(v []byte) {
	n := r.between(26, 50)
	r.fill(v[:n])
	clear(v[n:])
	r.original(v, n)
}

// A nurand holds the constants C of NURand, clause 2.1.6, for as long as the
// benchmark runs.
type nurand struct{ lastLoad, lastRun, customer, item int }

// newNurand draws them. That of C_LAST differs between load and run, by 65 to
// 119 and neither 96 nor 112 (clause 2.1.6.1).
func newNurand(r *random) nurand {
	n := nurand{lastLoad: r.between(0, 255-119), customer: r.between(0, 1023), item: r.between(0, 8191)}
	delta := r.between(65, 119)
	for delta == 96 || delta == 112 {
		delta = r.between(65, 119)
	}
	n.lastRun = n.lastLoad + delta
	return n
}

// nonUniform is NURand(a, x, y) of clause 2.1.6 with the constant c.
func (r *random) nonUniform(a, c, x, y int) int {
	return ((r.between(0, a)|r.between(x, y))+c)%(y-x+1) + x
}
