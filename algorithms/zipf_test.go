package algorithms_test

import "math"

// zipfCDF returns the unnormalised cumulative weights of ranks 1 to n.
func zipfCDF(theta float64, n uint64) []float64 {
	cdf := make([]float64, n)
	sum := 0.0
	for i := range cdf {
		sum += math.Pow(float64(i+1), -theta)
		cdf[i] = sum
	}
	return cdf
}
