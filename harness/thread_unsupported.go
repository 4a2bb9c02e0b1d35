//go:build !linux

package harness

import "time"

// ownThread returns nil: this system does not tell what a thread uses.
func ownThread() threadClock { return nil }

// processUse returns 0: without ownThread nobody compares it.
func processUse() time.Duration { return 0 }
