package oracle_test

import (
	"fmt"
	"log"

	"ckptbench/algorithms/oracle"
)

// Two transactions are recorded: the second reads what the first wrote. An image that holds
// the second and not the first is not consistent, whatever made it.
func Example() {
	const first, second = 1 << 16, 2 << 16 // ids
	recorder := oracle.NewRecorder(1, 0)
	w := recorder.Worker(0)
	w.Begin()
	w.Write(0, 100)
	w.Commit(first, 1)
	w.Begin()
	w.Read(0, 100, first)
	w.Write(0, 200)
	w.Commit(second, 2)

	history, err := recorder.History(oracle.Ranges{{Table: 0, First: 100, Count: 101}})
	if err != nil {
		log.Fatal(err)
	}
	image := func(stamps map[uint64]uint64, cut uint64) {
		state := oracle.NewState(1, nil)
		for key := uint64(100); key <= 200; key++ {
			state.Shard(0).Put(0, key, stamps[key], true, nil)
		}
		report := history.CheckImages([]*oracle.Image{{Name: "image", Cut: cut, State: state}}, oracle.Rules{})
		fmt.Println(report.OK(), report.Count(oracle.WriteRead))
	}
	image(map[uint64]uint64{100: first}, 1)  // the first alone
	image(map[uint64]uint64{200: second}, 2) // the second alone
	// Output:
	// true 0
	// false 1
}
