package harness

// williams returns the order of n things in a round, counted from 1, as row round
// of a Williams square: over n rounds, or 2n where n is odd, each stands in each
// place equally often and follows each other equally often. A cyclic shift gives
// each the same predecessor in nearly every round.
//
// Source: E. J. Williams, "Experimental designs balanced for the estimation of
// residual effects of treatments", 1949.
func williams(n, round int) []int {
	row := make([]int, n)
	shift, mirrored := (round-1)%n, n%2 == 1 && (round-1)/n%2 == 1
	for i := range row {
		at := i
		if mirrored {
			at = n - 1 - i
		}
		// 0, 1, n-1, 2, n-2, ...: the differences of neighbours are all different.
		v := (at + 1) / 2
		if at%2 == 0 {
			v = (n - at/2) % n
		}
		row[i] = (v + shift) % n
	}
	return row
}
