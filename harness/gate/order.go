package gate

// order returns the order of n contests in a sweep. Over n sweeps (2n of an odd n)
// each contest stands at every place equally often and follows every other equally
// often: a Williams square.
func order(n, sweep int) []int {
	out := make([]int, n)
	for i := range out {
		at := (i + 1) / 2
		if i%2 == 0 {
			at = n - i/2
		}
		out[i] = (at + sweep) % max(n, 1)
	}
	if n%2 == 1 && sweep/n%2 == 1 {
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}
