//go:build !linux

package workload

// keepFromForks does nothing: nobody clones the process here.
func (tape *Tape) keepFromForks() {}
