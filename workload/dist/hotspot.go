package dist

import "math/rand/v2"

// Hotspot draws uniformly among the first records, the hot ones, for a given
// share of the draws, and uniformly among the others for the rest, as YCSB's
// HotspotIntegerGenerator does. Where YCSB would divide by zero, as the hot
// set or its complement is empty, the other one gets all draws.
type Hotspot struct {
	hot, cold uint64 // how many; one of them is at least 1
	share     float64
}

// NewHotspot makes a Hotspot over n >= 1 records. The first fraction of them,
// rounded down, gets share of the draws; both are in 0..1.
func NewHotspot(n uint64, fraction, share float64) *Hotspot {
	hot := min(uint64(float64(n)*fraction), n)
	return &Hotspot{hot: hot, cold: n - hot, share: share}
}

// Next implements Dist.
func (h *Hotspot) Next(r *rand.Rand) uint64 {
	if h.cold == 0 || h.hot > 0 && r.Float64() < h.share {
		return r.Uint64N(h.hot)
	}
	return h.hot + r.Uint64N(h.cold)
}
