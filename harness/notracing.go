//go:build !race

package harness

// racing says that the race detector watches. Planted faults are data races, so that
// none is planted then.
const racing = false
