//go:build !linux

package workload

// A mapping is nothing: nobody clones the process here, and what is to be kept from clones is on the heap.
type mapping struct{}

func unforked[T any](n int) ([]T, mapping) { return make([]T, 0, n), mapping{} }

func (mapping) free() {}

func (mapping) freeWith(*Trace) {}
