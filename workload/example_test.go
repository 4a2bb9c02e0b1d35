package workload_test

import (
	"fmt"
	"log"

	"ckptbench/workload"
)

// The same description and seed give the same transactions, on every machine.
func Example() {
	spec := workload.Spec{Name: "ycsb-a", Keys: 2}
	stream, err := workload.New(spec, 1000, workload.Seed{Master: 1, Trial: 1, Phase: "measure"})
	if err != nil {
		log.Fatal(err)
	}
	var t workload.Txn
	for range 3 {
		stream.Next(&t)
		for _, op := range t.Ops {
			fmt.Println(op.Kind, op.Key)
		}
	}
	// Output:
	// read 500
	// read 958
	// read 673
	// read 661
	// read 993
	// update 610
}
