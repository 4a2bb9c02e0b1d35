//go:build !linux

package host

import (
	"errors"
	"time"
)

func asleep() time.Duration { return 0 }

// ThreadUsed returns 0: the system does not say.
func ThreadUsed() time.Duration { return 0 }

// ProcessUsed returns 0: the system does not say.
func ProcessUsed() time.Duration { return 0 }

// Cores returns nil: the system does not say.
func Cores() []int { return nil }

// Pin fails: the system has no way to.
func Pin(int) error { return errors.ErrUnsupported }
