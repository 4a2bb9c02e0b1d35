//go:build !amd64 && !arm64

package tsc

import "time"

// Now returns the nanoseconds of the monotonic clock: this processor's counter is
// not read.
func Now() uint64 { return uint64(time.Since(start)) }

// start is what the readings are from; the only state of the package, as there is
// no counter to read here.
var start = time.Now()
