package dist

import (
	"math"
	"math/rand/v2"
)

// Zipf draws rank k of 0..n-1 with a probability proportional to
// (k+1)^-theta, exactly, for any theta >= 0; 0 is uniform. Set-up and draw
// take constant time and memory, whatever n.
//
// The method is rejection-inversion: W. Hörmann and G. Derflinger,
// "Rejection-inversion to generate variates from monotone discrete
// distributions", ACM TOMACS 6(3), 1996. With h(x) = x^-theta and H its
// integral from 1, a point u is chosen uniformly under H and turned back into
// x. The whole number nearest to x is the draw if u is among the topmost h(k)
// of k's stretch of H, which is longer than h(k) as h is convex.
type Zipf struct {
	n      float64
	theta  float64
	q      float64 // 1 - theta
	invQ   float64 // 1 / q, if q is not 0
	top    float64 // H(n + 1/2), the upper end of u
	span   float64 // the lower end of u minus top
	accept float64 // k - x up to which k is taken without evaluating H
}

// NewZipf makes a Zipf over n >= 1 records. theta is finite and at least 0.
func NewZipf(n uint64, theta float64) *Zipf {
	z := &Zipf{n: float64(n), theta: theta, q: 1 - theta}
	z.invQ = 1 / z.q
	z.top = z.integral(z.n + 0.5)
	// k = 1 has all of its stretch cut to h(1) = 1, so it is never refused.
	z.span = z.integral(1.5) - 1 - z.top
	// The distance at which k = 2 is just accepted; it only grows with k.
	z.accept = 2 - z.inverse(z.integral(2.5)-z.height(2))
	return z
}

// Next implements Dist.
func (z *Zipf) Next(r *rand.Rand) uint64 {
	for {
		u := z.top + r.Float64()*z.span
		x := z.inverse(u)
		k := min(max(math.Floor(x+0.5), 1), z.n)
		if k-x <= z.accept || u >= z.integral(k+0.5)-z.height(k) {
			return uint64(k) - 1
		}
	}
}

// height is h(x) = x^-theta.
func (z *Zipf) height(x float64) float64 { return math.Exp(-z.theta * math.Log(x)) }

// integral is H(x), the integral of h from 1 to x: (x^q - 1) / q. Expm1 keeps
// it exact where q is next to 0, so that only 0 itself is a case of its own.
func (z *Zipf) integral(x float64) float64 {
	if z.q == 0 {
		return math.Log(x)
	}
	return math.Expm1(z.q*math.Log(x)) * z.invQ
}

// inverse is the x at which H is u.
func (z *Zipf) inverse(u float64) float64 {
	if z.q == 0 {
		return math.Exp(u)
	}
	return math.Exp(math.Log1p(z.q*u) * z.invQ)
}
