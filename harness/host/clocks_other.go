//go:build !linux

package host

import (
	"errors"
	"time"
)

func asleep() time.Duration { return 0 }

func threadUsed() time.Duration { return 0 }

// Cores returns nil: the system does not say.
func Cores() []int { return nil }

func pin(int) error { return errors.ErrUnsupported }
