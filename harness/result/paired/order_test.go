package paired

import "testing"

// TestOrderOfRounds: each is in each place, and follows each other, equally often.
func TestOrderOfRounds(t *testing.T) {
	for n := 2; n <= 9; n++ {
		rounds := n
		if n%2 == 1 {
			rounds = 2 * n
		}
		follows, places := map[[2]int]int{}, map[[2]int]int{}
		for round := 1; round <= rounds; round++ {
			row := Order(n, round)
			for i, v := range row {
				places[[2]int{i, v}]++
				if i > 0 {
					follows[[2]int{row[i-1], v}]++
				}
			}
		}
		for a := range n {
			for b := range n {
				if got := places[[2]int{a, b}]; got != rounds/n {
					t.Errorf("%d things: %d is in place %d in %d of %d rounds", n, b, a, got, rounds)
				}
				if got := follows[[2]int{a, b}]; a != b && got != rounds/n || a == b && got != 0 {
					t.Errorf("%d things: %d follows %d %d times in %d rounds", n, b, a, got, rounds)
				}
			}
		}
	}
	if len(Order(0, 1)) != 0 {
		t.Error("nothing has an order")
	}
	for i, v := range Order(7, 1) {
		if v != i {
			t.Errorf("the first round begins %d at place %d", v, i)
		}
	}
	if row := Order(1, 5); len(row) != 1 || row[0] != 0 {
		t.Errorf("the order of one thing is %v", row)
	}
}
