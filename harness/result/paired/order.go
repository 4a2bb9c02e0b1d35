package paired

// Order returns the order of n things in a round, counted from 1, as a row of a
// Williams square: over n rounds, or 2n where n is odd, each stands in each place
// equally often and follows each other equally often. A cyclic shift gives each the
// same predecessor in nearly every round. The things are named so that the first
// round has them in order.
//
// Source: E. J. Williams, "Experimental designs balanced for the estimation of
// residual effects of treatments", 1949.
func Order(n, round int) []int {
	name := make([]int, n)
	for i := range name {
		name[zigzagOrder(n, i)] = i
	}
	row := make([]int, n)
	shift, mirrored := (round-1)%max(n, 1), n%2 == 1 && (round-1)/n%2 == 1
	for i := range row {
		at := i
		if mirrored {
			at = n - 1 - i
		}
		row[i] = name[(zigzagOrder(n, at)+shift)%n]
	}
	return row
}

// zigzagOrder returns place i of 0, 1, n-1, 2, n-2, ...: the differences of
// neighbours are all different.
func zigzagOrder(n, i int) int {
	if i%2 == 1 {
		return (i + 1) / 2
	}
	return (n - i/2) % n
}
