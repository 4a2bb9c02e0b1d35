package foedus_test

import (
	"fmt"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "foedus") }

// TestBudget: the same with volatile pages, of which there is room for none, and
// for a few.
func TestBudget(t *testing.T) {
	for _, budget := range []int64{1, 12 << 10} {
		t.Run(fmt.Sprint(budget), func(t *testing.T) {
			e, _ := algorithms.Find("foedus")
			e.Budget = budget
			storetest.TestEntry(t, e)
		})
	}
}
