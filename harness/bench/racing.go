//go:build race

package bench

// racing says that the race detector watches. Planted faults are data races, so that
// none is planted then.
const racing = true
