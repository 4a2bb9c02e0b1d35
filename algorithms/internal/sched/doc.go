// Package sched lets tests meddle with the order in which goroutines run.
//
// Code that other goroutines may see half done says so with a Point. Built
// without the sched tag a Point is nothing. Built with it, a Point may yield or
// sleep, as a seed has it: in every era (some hundred visits) a few of the
// points are slow, so that whoever stands there is overtaken by the others
// again and again, which short runs at full speed do not show.
//
//	go test -tags sched ./algorithms/...
//	SCHED_SEED=7 go test -tags sched ./algorithms/calc
//
// The seed is printed when the program starts. The same seed gives the n-th
// visit of each point the same fate; what the goroutines do in between is the
// runtime's, so a run can be resembled but not repeated.
package sched
