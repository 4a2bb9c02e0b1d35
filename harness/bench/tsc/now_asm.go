//go:build amd64 || arm64

package tsc

// Now returns the time-stamp counter of the processor that runs the caller, in
// ticks: TSC on amd64, CNTVCT_EL0 on arm64, and elsewhere the nanoseconds of the
// monotonic clock. The reading is not ordered with the instructions around it,
// which may run some nanoseconds earlier or later. Use a Clock where the counter
// has to be one that can be trusted.
func Now() uint64
