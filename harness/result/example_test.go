package result_test

import (
	"fmt"

	"ckptbench/harness/result"
)

// Aggregate makes rows of trials: medians, with none of the same round beside them.
// result.Load reads an Experiment from a folder.
func ExampleExperiment_Aggregate() {
	trial := func(algorithm string, n int, txns, ofNone float64) result.Trial {
		return result.Trial{
			Schema: result.Schema, Algorithm: algorithm, Trial: n, Round: n, Status: result.OK,
			Throughput: &txns, Relative: &ofNone,
		}
	}
	e := &result.Experiment{Name: "mine", Trials: []result.Trial{
		trial("none", 1, 2000, 1), trial("calc", 1, 1800, 0.90),
		trial("calc", 2, 1840, 0.92), trial("none", 2, 2000, 1),
		trial("none", 3, 2000, 1), trial("calc", 3, 1900, 0.95),
	}}
	for _, row := range e.Aggregate([]string{"none", "calc"}) {
		fmt.Printf("%s: %.0f txn/s, %.2f of none, %d trials\n",
			row.Algorithm, row.Throughput.Median, row.Relative.Median, row.Trials)
	}
	// Output:
	// none: 2000 txn/s, 1.00 of none, 3 trials
	// calc: 1840 txn/s, 0.92 of none, 3 trials
}
