//go:build !linux

package bench

// ownThread returns nil: this system does not tell what a thread uses.
func ownThread() threadClock { return nil }
